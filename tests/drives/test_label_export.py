"""The labels of a drive as a dataset of its own: every layout is read back by the reader of that layout, with the same pixels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine import datasets, images, label_editing, labels, own_spaces
from engine.annotation import cityscapes_json, finding, masks
from engine.annotation.document import Document, Polygon
from engine.drives import images_drive, label_export
from engine.drives.label_export import export_labels
from engine.errors import ConfigError, DataError, OutputError
from engine.events import Finished, Message
from engine.inspection.opening import drive_over
from tests import layouts

SPACE = labels.space("cityscapes")
SIZE = (24, 40)


@pytest.fixture
def drive(tmp_path: Path):
    """Eight JPEG-less frames, of which all but the third are labelled."""
    paths = [layouts.picture(tmp_path / "source" / f"shot{number}.png", SIZE) for number in range(8)]
    drive = images_drive("source", paths, path=tmp_path / "source")
    for number in (0, 1, 3, 4, 5, 6, 7):
        path = finding.document_path(drive.path, stem=f"shot{number}", image=paths[number])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(cityscapes_json.write(document(number)), encoding="utf-8")
    return drive


def document(number: int) -> Document:
    return Document(SIZE[1], SIZE[0]).added("road", Polygon(((0, 10), (39, 10), (39, 23), (0, 23)))).added("car", Polygon(((2 + number, 5), (20, 5), (20, 15))))


def finished(events) -> tuple[Finished, list[str]]:
    events = list(events)
    return events[-1], [event.text for event in events if isinstance(event, Message)]


def _over(path: Path, split: str = "all"):
    return drive_over(datasets.open_dataset(path, split=split))


@pytest.mark.parametrize("layout", ["folder", "cityscapes", "kitti_semantics"])
def test_what_was_written_is_read_back_with_the_same_pixels(drive, tmp_path: Path, layout: str) -> None:
    out = tmp_path / "out"
    done, said = finished(export_labels(drive, out, layout=layout, space=SPACE))
    assert done.summary["frames"] == 7 and said == ["1 frame has no labels and is left out"]
    read = datasets.open_dataset(out, layout=layout, split="all")
    assert datasets.recognise(out) == layout and len(read.samples) == 7 and read.space.name == "cityscapes" and not read.problems
    assert {label.id: label.train_id for label in read.space.labels} == {label.id: label.train_id for label in SPACE.labels}
    sources = {images.read_rgb(frame.image).tobytes(): number for number, frame in enumerate(drive.frames)}
    for index in range(7):
        number = sources[read.image(index).tobytes()]
        np.testing.assert_array_equal(read.mask(index), masks.label_ids(document(number), SPACE))
    assert {"train", "val"} <= set(read.splits)


def test_a_second_export_keeps_each_frame_in_its_split(drive, tmp_path: Path) -> None:
    out = tmp_path / "out"
    finished(export_labels(drive, out, layout="cityscapes", space=SPACE, only=[1, 4, 6]))
    before = {path.name: path for path in (out / "leftImg8bit").rglob("*.png")}
    finished(export_labels(drive, out, layout="cityscapes", space=SPACE))
    after = {path.name: path for path in (out / "leftImg8bit").rglob("*.png")}
    assert len(after) == 7 and all(after[name] == path for name, path in before.items())


def test_kitti_road_knows_road_and_the_rest(drive, tmp_path: Path) -> None:
    out = tmp_path / "out"
    finished(export_labels(drive, out, layout="kitti_road", space=SPACE))
    read = datasets.open_dataset(out, layout="kitti_road", split="all")
    ids, road = masks.label_ids(document(0), SPACE), read.space.label("road").id
    np.testing.assert_array_equal(read.mask(0) == road, ids == 7)


def test_refusals_are_sentences_and_the_sources_own_files_are_never_replaced(drive, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="has the classes of Cityscapes"):
        finished(export_labels(drive, tmp_path / "out", layout="cityscapes", space=labels.space("camvid")))
    with pytest.raises(ConfigError, match="no layout 'coco'"):
        label_export.unfit("coco", SPACE)
    layouts.pairs(tmp_path / "pairs" / "images", tmp_path / "pairs" / "masks")
    with pytest.raises(DataError, match="no frame of pairs has labels"):
        finished(export_labels(_over(tmp_path / "pairs"), tmp_path / "out", space=SPACE, drawn=True))
    with pytest.raises(DataError, match="this frame has no labels"):
        finished(export_labels(drive, tmp_path / "out", space=SPACE, only=[2]))
    assert not (tmp_path / "out").exists()
    layouts.cityscapes(tmp_path / "city")
    before = {path: path.read_bytes() for path in (tmp_path / "city").rglob("*.png")}
    with pytest.raises(OutputError, match="holds the frames themselves"):
        finished(export_labels(_over(tmp_path / "city", "train"), tmp_path / "city", layout="cityscapes", space=SPACE))
    assert {path: path.read_bytes() for path in (tmp_path / "city").rglob("*.png")} == before


def test_masks_and_polygons_of_the_source_are_not_replaced_though_its_images_lie_elsewhere(drive, tmp_path: Path) -> None:
    pictures, kept = tmp_path / "own" / "pictures", tmp_path / "own" / "masks"
    layouts.pairs(pictures, kept, 2)
    own = images_drive("own", sorted(pictures.glob("*.*")), sorted(kept.glob("*.*")), path=tmp_path / "own", space=SPACE, truth=lambda index: np.full(SIZE, 7, np.uint8))
    before = {path: path.read_bytes() for path in (tmp_path / "own").rglob("*.*")}
    with pytest.raises(OutputError, match="or their labels"):
        finished(export_labels(own, tmp_path / "own", space=SPACE))
    (tmp_path / "link").symlink_to(tmp_path / "own")
    with pytest.raises(OutputError, match="or their labels"):
        finished(export_labels(own, tmp_path / "link", space=SPACE))
    assert {path: path.read_bytes() for path in (tmp_path / "own").rglob("*.*")} == before
    finished(export_labels(own, tmp_path / "out", space=SPACE))
    finished(export_labels(own, tmp_path / "out", space=SPACE))  # brings it up to date


def test_no_frame_is_written_over_another(drive, tmp_path: Path) -> None:
    paths = [layouts.picture(tmp_path / "odd" / name, SIZE) for name in ("000001_10.png", "zebra.png")]
    odd = images_drive("odd", paths, [None, None], path=tmp_path / "odd", space=SPACE, truth=lambda index: np.full(SIZE, 7, np.uint8))
    with pytest.raises(OutputError, match="two frames would be written as .*000001_10"):
        finished(export_labels(odd, tmp_path / "out", layout="kitti_semantics", space=SPACE))


def test_a_video_has_its_frames_written_as_pictures(tmp_path: Path, shared_data: Path) -> None:
    from engine.drives import open_drive

    drive = open_drive(next((shared_data / "video").glob("*.mp4")))
    height, width = drive.image(3).shape[:2]
    path = finding.document_path(drive.path, stem=drive.frames[3].stem)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(cityscapes_json.write(Document(width, height).added("road", Polygon(((0, 100), (200, 100), (200, 200))))), encoding="utf-8")
    done, _ = finished(export_labels(drive, tmp_path / "out", space=SPACE))
    read = datasets.open_dataset(tmp_path / "out", split="all")
    np.testing.assert_array_equal(read.image(0), drive.image(3))
    assert done.summary["frames"] == 1 and (read.mask(0) == 7).sum() > 4000
    drive.close()


def test_it_can_be_stopped_and_what_is_there_is_whole(drive, tmp_path: Path) -> None:
    asked = iter([False, False, True])
    done, said = finished(export_labels(drive, tmp_path / "out", space=SPACE, should_stop=lambda: next(asked)))
    assert done.stopped and done.summary["frames"] == 2 and said == []
    assert len(datasets.open_dataset(tmp_path / "out", split="all").samples) == 2


@pytest.mark.parametrize("layout", ["folder", "cityscapes", "kitti_semantics"])
def test_labels_of_a_space_of_the_users_own_are_read_back_too_and_cityscapes_gets_its_names(drive, tmp_path: Path, layout: str) -> None:
    rows = [row.called("auto") if row.name == "car" else row for row in label_editing.rows_of(SPACE)]
    own = label_editing.edited(SPACE, [*rows, label_editing.new_row(rows, name="tram", group="vehicle")], name="ours", title="Ours")
    own_spaces.save(own)
    path = finding.document_path(drive.path, stem="shot0", image=drive.frames[0].image)
    path.write_text(cityscapes_json.write(document(0).added("tram", Polygon(((1, 1), (9, 1), (9, 6)))).added("cargroup", Polygon(((30, 1), (38, 1), (38, 6))))), encoding="utf-8")
    finished(export_labels(drive, tmp_path / "out", layout=layout, space=own))
    read = datasets.open_dataset(tmp_path / "out", split="all")
    masks_read = [read.mask(index) for index in range(len(read.samples))]
    assert read.space.name == "ours" and read.space.label("car").name == "auto" and any((mask == 34).any() for mask in masks_read)
    if layout == "cityscapes":
        polygons = [cityscapes_json.read_file(path) for path in (tmp_path / "out").rglob("*_polygons.json")]
        assert {region.label for one in polygons for region in one.regions} == {"road", "car", "tram", "cargroup"}
