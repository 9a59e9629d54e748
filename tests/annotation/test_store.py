"""Nothing that was committed is lost: kills, a full disk, other programs, damaged files."""

from __future__ import annotations

import errno
import os
import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from engine.annotation import cityscapes_json
from engine.annotation.changes import difference
from engine.annotation.document import Document, Polygon
from engine.annotation.journal import Origin
from engine.annotation.store import Conflict, Store
from engine.errors import DataError, OutputError
from tests.annotation.editing_session import digest

KILLS = 8
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


def killed(path: Path, seed: int) -> list[str]:
    """What a session said until it was killed, at a moment that `seed` chooses."""
    child = subprocess.Popen([sys.executable, str(SCRIPT), str(path), str(seed)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    wanted = random.Random(seed).randrange(2, 120)
    said = [line for _, line in zip(range(wanted), child.stdout)]
    threading.Event().wait(random.Random(seed + 1).random() * 0.004)
    child.kill()
    said += child.stdout.readlines()
    child.wait()
    child.stdout.close()
    return [line for line in said if line.endswith("\n")]


def survived(path: Path, said: list[str]) -> None:
    """The document is at least as far as the last edit that was said, at most one further; and all can be undone."""
    store = opened(path)
    try:
        last = said[-1].split()[-1]
        if digest(store.document) != last:  # the edit (or undo) after it was written down, and the process killed before it could say so
            store.undo()
            if digest(store.document) != last:
                store.redo()
                store.redo()
            assert digest(store.document) == last
        while store.undo() is not None:
            pass
        assert store.document.regions == ()
        while store.redo() is not None:
            pass
        store.save()
    finally:
        store.close()
    if path.exists():
        cityscapes_json.read_file(path)


@pytest.mark.parametrize("seed", range(KILLS))
def test_a_killed_session_loses_no_committed_edit(path: Path, seed: int) -> None:
    survived(path, killed(path, seed))


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
