"""Reviews and queues: what counts as checked, what is kept, and how thousands of frames are told apart without opening them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import atomic
from engine.annotation import cityscapes_json, queue, review
from engine.annotation.document import Document, Painted, Polygon
from engine.annotation.queue import Queue, State
from engine.annotation.review import Comment, Kind
from engine.annotation.review_store import Place, ReviewStore
from engine.errors import DataError
from tests.annotation.drawing import paintings, polygons

ROOT = Path(__file__).resolve().parents[2]
LABELS = Document(40, 30).added("road", Polygon(((0, 10), (39, 10), (39, 29)))).added("car", Polygon(((5, 5), (9, 5), (9.5, 8))))


@pytest.fixture
def store(tmp_path: Path):
    store = ReviewStore(tmp_path / "reviews.sqlite")
    yield store
    store.close()


def written(path: Path, document: Document = LABELS) -> Path:
    atomic.write_text(path, cityscapes_json.write(document))
    return path


@given(st.lists(st.tuples(st.sampled_from(["road", "car", "Straße"]), st.one_of(polygons, paintings), st.booleans()), max_size=6))
def test_a_digest_is_the_same_after_saving_and_another_after_any_edit(regions: list) -> None:
    document = Document(48, 40)
    for label, shape, deleted in regions:
        document = document.added(label, shape)
        document = document.replaced(document.regions[-1].changed(deleted=deleted))
    own = review.digest(document)
    assert review.digest(cityscapes_json.read(cityscapes_json.write(document), source="x")) == own
    edited = [document.added("sky", Polygon(((1, 1), (5, 1), (5, 5))))]
    edited += [document.without(region.key) for region in document.regions]
    edited += [document.replaced(region.changed(label="truck")) for region in document.regions]
    edited += [document.replaced(region.changed(deleted=not region.deleted)) for region in document.regions]
    assert own not in {review.digest(one) for one in edited}


def test_order_counts_and_untight_boxes_do_not() -> None:
    assert review.digest(LABELS) != review.digest(LABELS.with_regions(reversed(LABELS.regions)))
    mask = np.zeros((6, 6), bool)
    mask[2:4, 1:5] = True
    loose = Painted((3, 4, 9, 10), np.packbits(mask).tobytes())
    tight = Painted.of(mask, 3, 4)
    assert tight is not None and loose != tight
    assert review.digest(Document(20, 20).added("car", loose)) == review.digest(Document(20, 20).added("car", tight))


def test_what_was_said_is_there_again(store: ReviewStore, tmp_path: Path) -> None:
    place = Place.of(written(tmp_path / "a" / "1.json"))
    store.check(place, review.digest(LABELS), review.stamp(tmp_path / "a" / "1.json"))
    first = store.add(place, Comment((1, 2, 5, 6), Kind.CORRECT, "größer"))
    second = store.add(place, Comment((3, 3, 8, 8), Kind.QUESTION))
    store.change(Comment(first.box, Kind.RESOLVED, "done", first.id, first.time))
    store.remove(second)
    store.close()
    again = ReviewStore(store.path)
    found = again.read(place)
    assert found.check is not None and abs(found.check.time - time.time()) < 60 and found.holds_for(LABELS) and not found.holds_for(Document(40, 30))
    assert [(one.box, one.kind, one.text) for one in found.comments] == [((1, 2, 5, 6), Kind.RESOLVED, "done")]
    again.remove(second, removed=False)
    again.uncheck(place)
    assert again.read(place).check is None and [one.id for one in again.read(place).comments] == [first.id, second.id]
    again.close()


def test_a_comment_on_a_frame_that_was_never_checked_is_no_check(store: ReviewStore, tmp_path: Path) -> None:
    document = written(tmp_path / "a" / "1.json")
    store.add(Place.of(document), Comment((1, 2, 5, 6), Kind.QUESTION))
    (found,) = queue.survey([document], [False], store)
    assert (found.state, found.to_correct, found.questions) == (State.NEVER, 0, 1)


def test_a_frame_stands_in_the_queues_it_waits_in(store: ReviewStore, tmp_path: Path) -> None:
    documents = [tmp_path / "a" / f"{at}.json" for at in range(6)]
    for at in (1, 2, 3):
        written(documents[at])
    for at in (2, 3, 5):
        store.check(Place.of(documents[at]), review.digest(LABELS), review.stamp(documents[at]))
    os.utime(documents[3], ns=(1, 1))  # another program wrote it
    store.add(Place.of(documents[2]), Comment((0, 0, 2, 2)))
    found = queue.survey(documents, [False, False, False, False, True, False], store)
    assert [one.labelled for one in found] == [False, True, True, True, True, False]
    assert [one.state for one in found] == [State.NEVER, State.NEVER, State.CHECKED, State.CHANGED, State.NEVER, State.CHECKED]
    assert queue.ordered(found, Queue.UNLABELLED) == [0]
    assert queue.ordered(found, Queue.UNCHECKED) == [1, 3, 4]
    assert queue.ordered(found, Queue.COMMENTS) == [2]
    assert queue.ordered(found, Queue.NEED, np.array([0.1, np.nan, 1, 0.5, 0.9, 1])) == [4, 3, 0, 1]


def test_a_check_of_labels_that_were_about_to_be_written_holds_once_they_are(store: ReviewStore, tmp_path: Path) -> None:
    document = tmp_path / "a" / "1.json"
    document.parent.mkdir()
    store.check(Place.of(document), review.digest(LABELS), review.PENDING)
    assert queue.survey([document], [False], store)[0].state == State.CHANGED
    written(document, LABELS.without(0))
    assert queue.survey([document], [False], store)[0].state == State.CHANGED
    written(document)
    assert queue.survey([document], [False], store)[0].state == State.CHECKED
    assert store.seen([str(document.parent)])[Place.of(document)].checked == review.stamp(document)


@pytest.mark.parametrize(
    ("order", "frame", "step", "by_rank", "there"),
    [
        ([2, 5, 9], 5, 1, False, 9), ([2, 5, 9], 9, 1, False, 2), ([2, 5, 9], 3, 1, False, 5), ([2, 5, 9], 3, -1, False, 2), ([2, 5, 9], 1, -1, False, 9),
        ([9, 2, 5], 2, 1, True, 5), ([9, 2, 5], 5, 1, True, 9), ([9, 2, 5], 9, -1, True, 5), ([9, 2, 5], 7, 1, True, 9), ([4], 4, 1, False, None), ([], 0, 1, True, None),
    ],
)  # fmt: skip
def test_the_next_frame_that_waits(order: list[int], frame: int, step: int, by_rank: bool, there: int | None) -> None:
    assert queue.following(order, frame, step=step, by_rank=by_rank) == there


def test_twenty_thousand_frames_are_listed_in_a_moment(store: ReviewStore, tmp_path: Path) -> None:
    folder = tmp_path / "city"
    folder.mkdir()
    documents = [folder / f"{at:06d}.json" for at in range(20_000)]
    for document in documents[::2]:
        document.touch()
    with store._connection:
        store._connection.execute("begin")
        for document in documents[::4]:
            store.check(Place(str(folder.resolve()), document.name), "x", review.stamp(document))
    started = time.process_time()
    found = queue.survey(documents, [False] * len(documents), store)
    assert time.process_time() - started < 3  # 0.2 s where nothing else runs
    assert len(queue.ordered(found, Queue.UNCHECKED)) == 5000 and len(queue.ordered(found, Queue.UNLABELLED)) == 10_000


def test_a_process_that_is_killed_loses_nothing_it_was_told(tmp_path: Path) -> None:
    path = tmp_path / "reviews.sqlite"
    code = f"""
import os, sys
from pathlib import Path
from engine.annotation.review import Comment
from engine.annotation.review_store import Place, ReviewStore
store = ReviewStore(Path({str(path)!r}))
for at in range(1000):
    store.add(Place("/a", "1.json"), Comment((at, 0, at + 1, 1)))
    print(at, flush=True)
"""
    child = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    told = -1
    for line in child.stdout:
        told = int(line)
        if told == 25:
            child.kill()
            break
    child.wait()
    store = ReviewStore(path)
    assert [one.box[0] for one in store.read(Place("/a", "1.json")).comments][: told + 1] == list(range(told + 1))
    store.close()


def test_a_damaged_file_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "reviews.sqlite"
    path.write_bytes(b"no database at all, but long enough to be looked at as one" * 20)
    with pytest.raises(DataError, match="reviews.sqlite is damaged .* move it away"):
        ReviewStore(path)
