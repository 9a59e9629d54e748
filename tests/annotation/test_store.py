"""Nothing that was committed is lost: kills, a full disk, other programs, damaged files."""

from __future__ import annotations

import errno
import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import atomic
from engine.annotation import cityscapes_json
from engine.annotation.changes import Change, applied, difference
from engine.annotation.document import Document, Painted, Polygon, Region
from engine.annotation.journal import Origin
from engine.annotation.store import Conflict, Store
from engine.errors import DataError, OutputError
from tests.annotation.editing_session import SIZE, digest

KILLED_DOCUMENTS, KILLS_OF_EACH, MOST_EDITS = 6, 2, 60
LINE = len("done ") + 64 + 1
SCRIPT = Path(__file__).with_name("editing_session.py")
TRIANGLE = Polygon(((1, 1), (20, 1), (1, 20)))


def opened(path: Path) -> Store:
    return Store.open(path, new=lambda: Document(64, 48))


def add(store: Store, label: str = "car") -> None:
    store.commit(difference(store.document, store.document.added(label, TRIANGLE), f"draw {label}"))


def names(store: Store) -> list[str]:
    return [region.label for region in store.document.regions]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "frame_polygons.json"


class Sessions:
    """Editing sessions that are killed."""

    def __init__(self) -> None:
        self._server = subprocess.Popen([sys.executable, str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def killed(self, path: Path, seed: int) -> list[str]:
        """What a session said until it was killed, at a moment that `seed` chooses."""
        assert self._server.stdin is not None and self._server.stdout is not None
        print(json.dumps([seed, str(path), os.environ["ROADSCOPE_HOME"]]), file=self._server.stdin, flush=True)
        process = int(self._server.stdout.readline().split()[1])
        chance = random.Random(seed)
        said = [line for _, line in zip(range(chance.randrange(1, MOST_EDITS)), self._server.stdout)]
        threading.Event().wait(chance.random() * 0.004)
        os.kill(process, signal.SIGKILL)
        said += iter(self._server.stdout.readline, "ended\n")
        return [line for line in said if len(line) == LINE]

    def close(self) -> None:
        self._server.communicate()


@pytest.fixture(scope="module")
def sessions() -> Iterator[Sessions]:
    started = Sessions()
    yield started
    started.close()


def survived(path: Path, said: list[str]) -> None:
    """The document is as far as the last edit that was said, or one further, which was written down but not said yet; and all can be undone."""
    store = opened(path)
    try:
        document = Document(*SIZE)
        stages = [digest(document)]
        for edit in store._journal.edits(path):
            document = applied(edit.change, document)
            stages.append(digest(document))
        assert digest(store.document) == stages[-1] and said[-1].split()[-1] in stages[-2:]
        steps = 0
        while store.undo() is not None:
            steps += 1
        assert store.document.regions == ()
        for _ in range(steps):
            assert store.redo() is not None
        assert digest(store.document) == stages[-1]
        if path.exists():
            cityscapes_json.read_file(path)
        store.save()
        if steps:  # it may have been killed before its first edit
            assert [(one.label, one.shape) for one in cityscapes_json.read_file(path).regions] == [(one.label, one.shape) for one in store.document.regions]
    finally:
        store.close()


@pytest.mark.parametrize("seed", range(KILLED_DOCUMENTS))
def test_killed_sessions_lose_no_committed_edit(sessions: Sessions, path: Path, seed: int) -> None:
    for kill in range(KILLS_OF_EACH):
        survived(path, sessions.killed(path, 1000 * seed + kill))


def test_edits_that_the_file_lacks_are_done_again_and_can_be_undone(path: Path) -> None:
    store = opened(path)
    add(store, "road")
    store.save()
    add(store, "car")
    add(store, "sky")
    store.undo()
    store.close()
    again = opened(path)
    assert names(again) == ["road", "car"] and again.recovered == 3 and again.unsaved
    again.redo()
    assert names(again) == ["road", "car", "sky"]
    for _ in range(3):
        again.undo()
    assert names(again) == [] and again.undo() is None
    again.close()


def test_a_kill_between_the_renaming_and_its_note_is_no_conflict(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = opened(path)
    add(store)
    monkeypatch.setattr(store._journal, "confirm", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        store.save()
    store.close()
    again = opened(path)
    assert not again.blocked and not again.unsaved and names(again) == ["car"]
    again.close()


@pytest.mark.parametrize(("number", "said"), [(errno.ENOSPC, "the disk is full"), (errno.EACCES, "may not be written")])
def test_a_save_that_fails_is_told_and_loses_nothing(path: Path, monkeypatch: pytest.MonkeyPatch, number: int, said: str) -> None:
    store = opened(path)
    add(store, "road")
    store.save()
    before = path.read_bytes()
    add(store, "car")
    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError(number, "no")))
        with pytest.raises(OutputError, match=said):
            store.save()
    assert store.unsaved and path.read_bytes() == before and os.listdir(path.parent) == [path.name]
    store.save()
    assert not store.unsaved and [region.label for region in cityscapes_json.read_file(path).regions] == ["road", "car"]
    store.close()


def test_an_edit_that_cannot_be_written_down_is_not_done(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = opened(path)
    add(store, "road")
    monkeypatch.setattr(store._journal, "add", lambda *_: (_ for _ in ()).throw(OutputError("the journal can't be written: the disk is full")))
    with pytest.raises(OutputError, match="the disk is full"):
        add(store, "car")
    assert names(store) == ["road"]
    store.close()


def test_another_programs_file_is_taken_where_nothing_is_unsaved(path: Path) -> None:
    store = opened(path)
    add(store, "road")
    store.save()
    store.close()
    path.write_text(cityscapes_json.write(Document(64, 48).added("sky", TRIANGLE)), encoding="utf-8")
    again = opened(path)
    assert names(again) == ["sky"] and not again.blocked and again.undo() is None
    assert [version.origin for version in again.versions()][:2] == [Origin.TAKEN, Origin.SAVED]
    assert [region.label for region in again.document_of(again.versions()[1]).regions] == ["road"]
    again.close()


@pytest.mark.parametrize("mine", [True, False])
def test_where_both_changed_the_user_chooses_and_the_other_stays_a_version(path: Path, mine: bool) -> None:
    store = opened(path)
    add(store, "road")
    store.save()
    add(store, "car")
    path.write_text(cityscapes_json.write(Document(64, 48).added("sky", TRIANGLE)), encoding="utf-8")
    with pytest.raises(Conflict, match="changed by another program"):
        store.save()
    assert store.conflict and store.blocked
    store.keep_mine() if mine else store.take_theirs()
    store.save()
    assert [region.label for region in cityscapes_json.read_file(path).regions] == (["road", "car"] if mine else ["sky"]) == names(store)
    aside = next(version for version in store.versions() if version.origin == Origin.ASIDE)
    assert [region.label for region in store.document_of(aside).regions] == (["sky"] if mine else ["road", "car"])
    store.close()
    again = opened(path)
    assert names(again) == (["road", "car"] if mine else ["sky"]) and not again.blocked
    again.close()


def test_a_damaged_file_blocks_and_its_last_version_comes_back(path: Path) -> None:
    store = opened(path)
    add(store, "road")
    store.save()
    store.close()
    path.write_text('{"imgHeight": 48, "imgWidth": 64, "objects": [', encoding="utf-8")
    again = opened(path)
    assert path.name in again.blocked and names(again) == ["road"]
    again.keep_mine()
    again.save()
    assert [region.label for region in cityscapes_json.read_file(path).regions] == ["road"]
    again.close()


def test_a_damaged_file_that_was_never_edited_here_is_told(path: Path) -> None:
    path.write_text("{", encoding="utf-8")
    with pytest.raises(DataError, match=path.name):
        opened(path)


def test_who_comes_second_may_look_but_not_edit(path: Path) -> None:
    first = opened(path)
    add(first, "road")
    first.save()
    second = opened(path)
    assert "is being edited by" in second.blocked and names(second) == ["road"]
    second.close()
    first.close()
    third = opened(path)
    assert not third.blocked
    third.close()


def test_what_a_new_document_began_as_comes_back_though_it_was_never_saved(path: Path) -> None:
    store = Store.open(path, new=lambda: Document(64, 48).added("road", TRIANGLE))
    add(store, "car")
    store.close()
    again = opened(path)
    assert names(again) == ["road", "car"] and again.recovered == 1
    again.close()


def test_a_document_whose_only_region_was_not_the_first_goes_on_being_written_well(path: Path) -> None:
    store = opened(path)
    add(store, "road")
    add(store, "car")
    store.commit(difference(store.document, store.document.without(0), "delete road"))
    store.save()
    store.close()
    again = opened(path)
    add(again, "sky")
    add(again, "person")
    again.save()
    again.close()
    assert [region.label for region in cityscapes_json.read_file(path).regions] == ["car", "sky", "person"]


def test_a_store_of_the_same_process_that_is_about_to_close_is_waited_for(path: Path) -> None:
    first = opened(path)
    closing = threading.Timer(0.1, first.close)
    closing.start()
    second = Store.open(path, new=lambda: Document(64, 48), patience=10)
    closing.join()
    assert not second.blocked
    second.close()


def test_an_edit_that_finds_the_journals_disk_full_is_refused_and_a_later_one_goes_well(path: Path) -> None:
    store = opened(path)
    add(store, "road")
    (pages,) = store._journal._connection.execute("pragma page_count").fetchone()
    store._journal._connection.execute(f"pragma max_page_count = {pages}")
    with pytest.raises(OutputError, match="the disk is full; free some space"):
        for _ in range(200):
            add(store, "car")
    done = names(store)
    store._journal._connection.execute("pragma max_page_count = 1000000")
    add(store, "sky")
    store.close()
    again = opened(path)
    assert names(again) == [*done, "sky"]
    again.close()


def test_a_save_in_the_middle_of_an_edit_takes_the_document_before_it_or_after_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = opened(path)
    add(store, "road")
    noted, saving = store.history.do, threading.Thread(target=store.save)

    def note(change: Change) -> None:
        noted(change)
        saving.start()
        saving.join(0.2)

    monkeypatch.setattr(store.history, "do", note)
    add(store, "car")
    saving.join()
    assert store.unsaved or len(cityscapes_json.read_file(path).regions) == 2
    store.close()
    again = opened(path)
    assert names(again) == ["road", "car"]
    again.close()


def test_edits_go_on_while_the_file_is_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = opened(path)
    add(store, "road")
    reached, go, write = threading.Event(), threading.Event(), atomic.write_bytes

    def slow(to: Path, content: bytes) -> None:
        reached.set()
        assert go.wait(30)
        write(to, content)

    monkeypatch.setattr(atomic, "write_bytes", slow)
    saving = threading.Thread(target=store.save)
    saving.start()
    assert reached.wait(30)
    add(store, "car")
    go.set()
    saving.join()
    assert store.unsaved and len(cityscapes_json.read_file(path).regions) == 1
    store.save()
    store.close()
    assert len(cityscapes_json.read_file(path).regions) == 2


def test_who_only_looks_leaves_no_trace_and_is_refused_edits(path: Path) -> None:
    first = opened(path)
    add(first, "road")
    first.save()
    path.write_text(cityscapes_json.write(Document(64, 48).added("sky", TRIANGLE)), encoding="utf-8")
    second = opened(path)
    assert names(second) == ["sky"] and not second.conflict
    with pytest.raises(OutputError, match="is being edited by process"):
        add(second)
    second.close()
    add(first, "car")
    assert [version.origin for version in first.versions()] == [Origin.SAVED, Origin.FOUND]
    first.close()
    again = opened(path)
    assert again.conflict and names(again) == ["road", "car"]
    again.close()


def test_a_file_that_went_back_to_an_earlier_version_is_taken_as_it_is(path: Path) -> None:
    store = opened(path)
    add(store, "road")
    store.save()
    earlier = path.read_bytes()
    add(store, "car")
    store.save()
    store.close()
    path.write_bytes(earlier)
    again = opened(path)
    assert names(again) == ["road"] and not again.unsaved and again.recovered == 0
    assert [region.label for region in again.document_of(again.versions()[1]).regions] == ["road", "car"]
    again.close()


@pytest.mark.parametrize("mine", [True, False])
def test_a_file_that_changes_before_the_first_edit_is_a_conflict(path: Path, mine: bool) -> None:
    path.write_text(cityscapes_json.write(Document(64, 48).added("road", TRIANGLE)), encoding="utf-8")
    store = opened(path)
    path.write_text(cityscapes_json.write(Document(64, 48).added("sky", TRIANGLE)), encoding="utf-8")
    with pytest.raises(Conflict, match="changed by another program"):
        add(store)
    assert names(store) == ["road"] and store.conflict
    store.keep_mine() if mine else store.take_theirs()
    add(store)
    store.close()
    again = opened(path)
    assert names(again) == ["road" if mine else "sky", "car"] and again.conflict == mine
    again.close()


def test_a_file_that_is_gone_blocks_and_comes_back(path: Path) -> None:
    store = opened(path)
    add(store, "road")
    store.save()
    path.unlink()
    add(store, "car")
    with pytest.raises(Conflict, match="is gone from its folder"):
        store.save()
    store.close()
    again = opened(path)
    assert "is gone" in again.blocked and again.conflict and names(again) == ["road", "car"]
    again.keep_mine()
    again.save()
    assert [region.label for region in cityscapes_json.read_file(path).regions] == ["road", "car"]
    for version in again.versions():
        again.document_of(version)
    again.close()


def test_a_file_has_one_journal_by_whatever_name(path: Path) -> None:
    (path.parent / "folder").mkdir()
    link = path.parent / "link.json"
    link.symlink_to(path)
    store = opened(path)
    add(store)
    store.close()
    for name in (path.parent / "folder" / ".." / path.name, link):
        again = opened(name)
        assert again.recovered == 1
        again.close()


def test_what_is_painted_nowhere_keeps_no_other_region_from_its_edits(path: Path) -> None:
    store = opened(path)
    nothing = Region(5, "sky", Painted((0, 0, 8, 1), b"\0"))
    store.commit(difference(store.document, store.document.with_regions([nothing, Region(7, "road", TRIANGLE)]), "draw"))
    store.save()
    add(store)
    store.close()
    again = opened(path)
    assert [region.key for region in again.document.regions] == [7, 8]
    again.close()


STEPS = st.lists(st.sampled_from(("add", "add", "move", "delete", "undo", "redo", "save", "reopen")), max_size=25)


@settings(max_examples=25, deadline=None)
@given(STEPS)
def test_undo_and_redo_go_the_same_way_whenever_the_document_is_opened_again(tmp_path_factory: pytest.TempPathFactory, steps: list[str]) -> None:
    path = tmp_path_factory.mktemp("steps") / "frame_polygons.json"
    store = opened(path)
    past, future = [store.document], []
    for number, step in enumerate(steps):
        now = store.document
        if step == "undo" and store.undo() is not None:
            future.append(past.pop())
        elif step == "redo" and store.redo() is not None:
            past.append(future.pop())
        elif step == "save":
            store.save()
        elif step == "reopen":
            store.close()
            store = opened(path)
        elif step == "add" or (step in ("move", "delete") and now.regions):
            moved = Polygon(((number, 2), (30.5, number), (3, 40)))
            after = now.added("car", moved) if step == "add" else now.without(now.regions[0].key) if step == "delete" else now.replaced(now.regions[-1].changed(shape=moved))
            store.commit(difference(now, after, step))
            past.append(after)
            future.clear()
        assert store.document.regions == past[-1].regions and store.history.depth == (len(past) - 1, len(future))
        assert step == "save" or store.document.next_key >= now.next_key
    store.close()
