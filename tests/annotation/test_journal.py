"""The journal keeps what it is given, forgets only what is old and in the file, and says what is wrong with it."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from engine import places
from engine.annotation import changes_json, holding
from engine.annotation.changes import Change, Splice, applied
from engine.annotation.document import Document, Painted, Polygon, Region
from engine.annotation.history import Kind
from engine.annotation.holding import Hold, Holder
from engine.annotation.journal import Journal, NewEdit, NewVersion, Origin
from engine.annotation.store import Store
from engine.errors import DataError, OutputError

FRAME = Path("/data/frame_polygons.json")
DAY = 86400.0


def draw(key: int) -> Change:
    return Change(f"draw {key}", (Splice(key, (), (Region(key, "car", Polygon(((key, 0), (9, 9), (0, 9)))),)),))


def version(edits: int, *, origin: Origin = Origin.SAVED, confirmed: bool = True) -> NewVersion:
    content = f"content {edits}".encode()
    return NewVersion(origin, hashlib.sha256(content).hexdigest(), edits, f"draw {edits - 1}", b"", content, confirmed)


def aged(journal: Journal, days: float, *, up_to: int) -> None:
    """Makes edits and versions up to a number so many days older."""
    journal._connection.execute("update edits set time = time - ? where number <= ?", (days * DAY, up_to))
    journal._connection.execute("update versions set time = time - ? where edits <= ?", (days * DAY, up_to))


@pytest.fixture
def journal() -> Journal:
    return Journal()


def test_edits_come_back_as_they_were_written(journal: Journal) -> None:
    shape = Painted.of(np.eye(30, 40, dtype=bool), 3, 5)
    assert shape is not None
    odd = Region(7, "ünter \U0001f697 \ud83d \"x\"", Polygon(((1, 2.5), (3, 4), (-1e-7, 12345678))), True, {"id": 3, "verified": None, "of": [1, {"a": "b"}]}, '{"label": "x",\r\n}')
    change = Change("paint", (Splice(0, (odd,), (Region(8, "sky", shape),)), Splice(2, (), (odd.changed(deleted=False),))))
    journal.add(FRAME, NewEdit(1, Kind.DO, change))
    journal.add(FRAME, NewEdit(2, Kind.UNDO, change.inverse))
    journal.close()
    edits = Journal().edits(FRAME)
    assert [(edit.number, edit.kind, edit.what, edit.change) for edit in edits] == [(1, Kind.DO, "paint", change), (2, Kind.UNDO, "paint", change.inverse)]
    removed = edits[0].change.splices[0].removed[0]
    assert removed.source == odd.source and [type(value) for value in removed.shape.points[0]] == [int, float]  # type: ignore[union-attr]


def test_numbers_of_numpy_are_written_as_plain_ones() -> None:
    change = Change("move", (Splice(0, (), (Region(0, "car", Polygon(((np.int64(3), np.float32(0.5)), (1, 1), (2, 2)))),)),))  # type: ignore[arg-type]
    assert changes_json.load(changes_json.dump(change), "move") == change


def test_versions_say_what_they_hold_from_the_newest_on(journal: Journal) -> None:
    journal.add(FRAME, version(0, origin=Origin.FOUND), *[NewEdit(number, Kind.DO, draw(number - 1)) for number in range(1, 6)])
    journal.add(FRAME, version(3))
    journal.add(FRAME, version(5))
    found = journal.versions(FRAME)
    assert [(one.origin, one.edits, one.since, one.what, one.size) for one in found[:2]] == [(Origin.SAVED, 5, 2, "draw 4", 9), (Origin.SAVED, 3, 3, "draw 2", 9)]
    assert [journal.text_of(one) for one in found] == ["content 5", "content 3", "content 0"]
    assert journal.versions(Path("/data/other.json")) == [] and journal.last(Path("/data/other.json")) == 0


def test_documents_that_lack_edits_are_listed(journal: Journal) -> None:
    journal.add(FRAME, version(0, origin=Origin.FOUND), NewEdit(1, Kind.DO, draw(0)), version(1), NewEdit(2, Kind.DO, draw(1)), version(2, confirmed=False))
    journal.add(FRAME.with_name("saved.json"), NewEdit(1, Kind.DO, draw(0)), version(1))
    assert journal.unsaved() == {FRAME: 1}


def test_a_version_that_was_written_drops_those_that_failed_before(journal: Journal) -> None:
    journal.add(FRAME, version(1, confirmed=False), version(2, confirmed=False))
    (made,) = journal.add(FRAME, version(3, confirmed=False))
    journal.confirm(FRAME, made)
    assert [(one.edits, one.confirmed) for one in journal.versions(FRAME)] == [(3, True)]


def test_of_two_that_write_an_edit_of_the_same_number_the_second_is_refused_whole(journal: Journal) -> None:
    other = Journal()
    journal.add(FRAME, NewEdit(1, Kind.DO, draw(0)))
    with pytest.raises(OutputError, match="is being edited by another process too"):
        other.add(FRAME, version(1), NewEdit(1, Kind.DO, draw(5)))
    assert [edit.what for edit in other.edits(FRAME)] == ["draw 0"] and other.versions(FRAME) == []


def test_thinning_forgets_what_is_old_and_in_the_file(journal: Journal) -> None:
    journal.add(FRAME, version(0, origin=Origin.FOUND))
    for number in range(1, 11):
        journal.add(FRAME, NewEdit(number, Kind.DO, draw(number - 1)))
        journal.add(FRAME, *([version(number)] if number <= 8 else []))
    aged(journal, 100, up_to=10)
    journal.thin(keep_days=90, keep_versions=3)
    assert [edit.number for edit in journal.edits(FRAME)] == [9, 10], "these are in no file yet"
    assert [one.edits for one in journal.versions(FRAME)] == [8, 7, 6, 0], "the newest, and what it began with"
    assert journal.last(FRAME) == 10 and journal.unsaved() == {FRAME: 2}


def test_thinning_keeps_what_was_done_lately(journal: Journal) -> None:
    journal.add(FRAME, *[NewEdit(number, Kind.DO, draw(number - 1)) for number in range(1, 7)], *[version(number) for number in range(1, 7)])
    aged(journal, 100, up_to=3)
    journal.thin(keep_days=90, keep_versions=1)
    assert [edit.number for edit in journal.edits(FRAME)] == [4, 5, 6]
    assert [one.edits for one in journal.versions(FRAME)] == [6, 5, 4, 1]
    journal.thin(keep_days=-1, keep_versions=0)
    assert journal.edits(FRAME) == [] and [one.edits for one in journal.versions(FRAME)] == [6, 1] and journal.last(FRAME) == 6


def test_a_thinned_document_opens_as_it_was_and_its_edits_go_on_counting(tmp_path: Path) -> None:
    path, journal = tmp_path / "frame_polygons.json", Journal()
    store = Store.open(path, new=lambda: Document(20, 20))
    for key in range(4):
        store.commit(draw(key))
    store.undo()
    store.save()
    store.commit(draw(3))
    before = store.document
    store.close()
    aged(journal, 100, up_to=9)
    journal.thin()
    again = Store.open(path, new=lambda: Document(20, 20))
    assert again.document.regions == before.regions and again.recovered == 1 and again.history.depth == (1, 0)
    again.undo()
    again.commit(draw(3))
    again.save()
    again.close()
    assert journal.last(path) == 8
    assert applied(draw(4), Store.open(path, new=lambda: Document(20, 20)).document).regions[:4] == before.regions


def test_thinning_is_done_once_a_day(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    thinned = []
    monkeypatch.setattr(journal, "thin", lambda: thinned.append(1))
    journal.thin_daily()
    journal.thin_daily()
    assert thinned == [1]


def test_a_damaged_journal_is_told(journal: Journal) -> None:
    journal.close()
    journal.path.write_bytes(b"no database at all, but long enough to be looked at as one" * 100)
    with pytest.raises(DataError, match=f"{journal.path.name} is damaged"):
        Journal()


def test_threads_write_at_once(journal: Journal) -> None:
    other = Journal()

    def write(document: Path, using: Journal) -> None:
        for number in range(1, 21):
            using.add(document, NewEdit(number, Kind.DO, draw(number - 1)))
            using.settle()

    threads = [threading.Thread(target=write, args=(Path(f"/data/{number}.json"), using)) for number, using in enumerate((journal, journal, other, other))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(journal.edits(Path(f"/data/{number}.json"))) for number in range(4)] == [20] * 4


def test_a_lock_says_who_has_it_and_ends_with_its_process() -> None:
    lock = places.label_documents() / "locks" / "x.lock"
    script = "import sys; from pathlib import Path; from engine.annotation import holding; hold = holding.take(Path(sys.argv[1])); print('taken', flush=True); sys.stdin.read()"
    child = subprocess.Popen([sys.executable, "-c", script, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=places.PROJECT)
    assert child.stdout is not None and child.stdout.readline() == "taken\n"
    holder = holding.take(lock)
    assert isinstance(holder, Holder) and holder.pid == child.pid and f"process {child.pid} on" in str(holder)
    child.kill()
    child.communicate()
    taken = holding.take(lock)
    assert isinstance(taken, Hold)
    taken.release()
    taken.release()
    assert not lock.exists()
