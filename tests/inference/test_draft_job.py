"""First drafts of whole drives: who gets them, who doesn't, and that no kill leaves half of one."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from engine import images, labels, own_labels
from engine.annotation import cityscapes_json, drafts, finding, masks
from engine.annotation.changes import difference
from engine.annotation.document import Document, Polygon
from engine.annotation.drafts import DRAFTED_BY, Options
from engine.annotation.journal import Journal, last_done
from engine.annotation.store import Store
from engine.drives import open_drive
from engine.errors import ConfigError
from engine.events import Event, Finished, Message, Saved
from engine.inference.draft_job import draft
from engine.inference.predictor import Predictor
from engine.inspection.opening import open_path
from tests import layouts
from tests.doubles import tiny_checkpoint
from tests.processes import Forks

SPACE = labels.space("cityscapes")
COUNT = 4


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_checkpoint(tmp_path_factory.mktemp("checkpoint"), labels.class_set(SPACE), size=(64, 96))


@pytest.fixture
def street(tmp_path: Path) -> Path:
    """Frames in the Cityscapes layout, without labels."""
    return shot(tmp_path / "street", COUNT)


def shot(root: Path, count: int) -> Path:
    random = np.random.default_rng(0)
    for number in range(count):
        blocks = random.integers(0, 255, (4, 6, 3), np.uint8)
        images.write_png(root / "leftImg8bit" / "train" / "a" / f"a_{number:06d}_000019_leftImg8bit.png", np.kron(blocks, np.ones((16, 16, 1), np.uint8)))
    return root


def document(root: Path, number: int) -> Path:
    return root / "gtFine" / "train" / "a" / f"a_{number:06d}_000019_gtFine_polygons.json"


def ids(path: Path) -> np.ndarray:
    return images.read_ids(path.with_name(path.name.replace("polygons.json", "labelIds.png")))


def drafted(checkpoint: Path, root: Path, **options: object) -> list[Event]:
    drive = open_path(root).drive
    said = list(draft(checkpoint, drive, device="cpu", **options))  # type: ignore[arg-type]
    assert isinstance(said[-1], Finished)
    return said


def summary(said: list[Event]) -> dict[str, object]:
    assert isinstance(said[-1], Finished)
    return said[-1].summary


def test_each_frame_without_labels_gets_a_document_and_the_mask_that_is_trained_on(checkpoint: Path, street: Path) -> None:
    said = drafted(checkpoint, street)
    assert [event.path for event in said if isinstance(event, Saved)] == [str(document(street, number)) for number in range(COUNT)]
    assert summary(said)["drafted"] == COUNT and summary(said)["labelled"] == 0
    read = cityscapes_json.read_file(document(street, 1))
    prediction = Predictor(checkpoint, device="cpu").predict(images.read_rgb(next(street.rglob("a_000001_*leftImg8bit.png"))))
    wanted = drafts.drafted(prediction, labels.class_set(SPACE), SPACE)
    assert [(region.label, region.shape) for region in read.regions] == wanted and wanted
    np.testing.assert_array_equal(ids(document(street, 1)), masks.label_ids(read, SPACE))
    assert summary(drafted(checkpoint, street)) | {"seconds": 0} == {
        "drafted": 0, "regions": 0, "labelled": COUNT, "empty": 0, "open": 0, "unreadable": 0, "seconds": 0, "frames_per_second": 0.0
    }  # fmt: skip


def test_a_draft_is_one_edit_that_is_undone_and_known_by_its_name(checkpoint: Path, street: Path) -> None:
    drafted(checkpoint, street, frames=range(1, 2))
    assert [document(street, number).exists() for number in range(COUNT)] == [False, True, False, False]
    with closing(Store.open(document(street, 1), new=lambda: Document(96, 64))) as store:
        assert store.history.undo_name is not None and store.history.undo_name.startswith(f"{DRAFTED_BY}tiny, ")
        store.undo()
        assert not store.document.regions


def test_those_that_nobody_touched_since_are_known_without_opening_them(checkpoint: Path, street: Path) -> None:
    drawn(street, 3)
    drafted(checkpoint, street)

    def untouched() -> list[Path]:
        with closing(Journal()) as journal:
            return last_done(journal, DRAFTED_BY)

    assert untouched() == [document(street, number) for number in range(3)]
    with closing(Store.open(document(street, 1), new=lambda: Document(96, 64))) as store:
        store.commit(difference(store.document, store.document.added("sky", Polygon(((0, 0), (9, 0), (9, 9)))), "draw sky"))
    assert untouched() == [document(street, 0), document(street, 2)]


def drawn(street: Path, number: int) -> bytes:
    """What a person drew: a sky over the whole frame but a strip below. Returns the file's content."""
    path = document(street, number)
    with closing(Store.open(path, new=lambda: Document(96, 64))) as store:
        after = store.document.added("sky", Polygon(((0, 0), (95, 0), (95, 47), (0, 47))))
        store.commit(difference(store.document, after, "draw sky"))
        store.save()
    images.write_png(path.with_name(path.name.replace("polygons.json", "labelIds.png")), masks.label_ids(after, SPACE))
    return path.read_bytes()


def test_what_a_person_drew_is_left_alone_or_stays_on_top(checkpoint: Path, street: Path) -> None:
    before = drawn(street, 2)
    assert summary(drafted(checkpoint, street))["drafted"] == COUNT - 1 and document(street, 2).read_bytes() == before
    drafted(checkpoint, street, existing=True, frames=[2])
    read = cityscapes_json.read_file(document(street, 2))
    assert read.regions[-1].label == "sky" and len(read.regions) > 1
    painted = ids(document(street, 2))
    assert (painted[:48] == SPACE.label("sky").id).all() and (painted[48:] != 0).any()


def test_what_was_committed_but_not_saved_is_a_persons_too(checkpoint: Path, street: Path) -> None:
    with closing(Store.open(document(street, 0), new=lambda: Document(96, 64))) as store:
        store.commit(difference(store.document, store.document.added("sky", Polygon(((0, 0), (9, 0), (9, 9)))), "draw sky"))
    assert summary(drafted(checkpoint, street))["drafted"] == COUNT - 1
    assert [region.label for region in cityscapes_json.read_file(document(street, 0)).regions] == ["sky"]


def test_a_document_that_is_open_elsewhere_is_left_out_with_a_word(checkpoint: Path, street: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.inference.draft_job._PATIENCE_S", 0.05)
    with closing(Store.open(document(street, 1), new=lambda: Document(96, 64))):
        said = drafted(checkpoint, street)
    assert summary(said)["drafted"] == COUNT - 1 and summary(said)["open"] == 1
    assert any(isinstance(event, Message) and "a_000001" in event.text and "is being edited" in event.text for event in said)
    assert summary(drafted(checkpoint, street))["drafted"] == 1


def test_frames_with_masks_of_any_dataset_are_labelled_and_others_are_kept_in_the_users_home(checkpoint: Path, tmp_path: Path) -> None:
    layouts.camvid(tmp_path / "camvid")
    assert summary(drafted(checkpoint, tmp_path / "camvid"))["drafted"] == 0
    for number in range(2):
        layouts.picture(tmp_path / "frames" / f"{number}.png", (48, 64))
    said = drafted(checkpoint, tmp_path / "frames", options=Options(only="road", smallest=1))
    drive = open_drive(tmp_path / "frames")
    paths = [finding.document_path(drive.path, stem=frame.stem, image=frame.image) for frame in drive.frames]
    saved = [Path(event.path) for event in said if isinstance(event, Saved)]
    assert set(saved) <= set(paths) and len(saved) + summary(said)["empty"] == 2  # type: ignore[operator]
    for path in saved:
        assert {region.label for region in cityscapes_json.read_file(path).regions} == {"road"} and path.with_name(f"{path.name[0]}.png").exists()
    assert sorted(path.name for path in (tmp_path / "frames").iterdir()) == ["0.png", "1.png"]


def test_a_damaged_document_is_left_as_it_is_and_keeps_no_other_frame_from_its_draft(checkpoint: Path, street: Path) -> None:
    document(street, 0).parent.mkdir(parents=True)
    document(street, 0).write_text("{", encoding="utf-8")
    said = drafted(checkpoint, street, existing=True, options=Options(smallest=1))
    assert summary(said)["drafted"] == COUNT - 1 and summary(said)["unreadable"] == 1 and document(street, 0).read_text(encoding="utf-8") == "{"
    assert any(isinstance(event, Message) and "polygons.json" in event.text for event in said)


@pytest.mark.parametrize("existing", [False, True])
def test_a_frame_in_which_nothing_is_found_is_left_as_it_is(checkpoint: Path, tmp_path: Path, existing: bool) -> None:
    layouts.picture(tmp_path / "own" / "images" / "f1.png", (64, 96))
    layouts.pairs(tmp_path / "own" / "images", tmp_path / "own" / "masks", 1)
    done = list(draft(checkpoint, open_path(tmp_path / "own").drive, existing=existing, options=Options(smallest=64 * 96 + 1), space=SPACE))[-1]  # type: ignore[arg-type]
    assert isinstance(done, Finished) and done.summary["drafted"] == 0 and done.summary["empty"] == 1 + existing
    dataset = open_path(tmp_path / "own").dataset
    assert dataset is not None and own_labels.masks(dataset.root, {one.name: one.image for one in dataset.samples}) == {}
    assert sorted(one.mask is None for one in dataset.samples) == [False, True]


def test_classes_that_the_labels_have_no_name_for_are_refused(checkpoint: Path, street: Path) -> None:
    with pytest.raises(ConfigError, match="knows no class unicorn"):
        drafted(checkpoint, street, options=Options(only="unicorn"))
    with pytest.raises(ConfigError, match="sure is 2"):
        Options(sure=2)


def draft_here(checkpoint: str, root: str) -> None:
    """In a process of its own: says each document that is whole."""
    drive = open_path(Path(root)).drive
    print("begun", flush=True)
    for event in draft(Path(checkpoint), drive, device="cpu"):
        print(type(event).__name__, flush=True)


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    forks = Forks()
    yield forks
    forks.close()


def test_no_kill_leaves_half_a_document_and_the_rest_is_drafted_afterwards(checkpoint: Path, tmp_path: Path, forks: Forks) -> None:
    root = shot(tmp_path / "street", 8)
    for round_ in range(3):
        lines = forks.call("tests.inference.test_draft_job:draft_here", str(checkpoint), str(root))
        for number, _ in enumerate(lines):
            if number == 2 + 5 * round_:
                os.kill(forks.pids[0], signal.SIGKILL)
        for number in range(8):
            path = document(root, number)
            if path.exists():
                assert cityscapes_json.read_file(path).regions
    drafted(checkpoint, root)
    for number in range(8):
        read = cityscapes_json.read_file(document(root, number))
        np.testing.assert_array_equal(ids(document(root, number)), masks.label_ids(read, SPACE))
        with closing(Store.open(document(root, number), new=lambda: Document(96, 64))) as store:
            assert not store.unsaved and not store.recovered and store.history.depth == (1, 0)
