"""The job behind `fuse`: a whole drive, masks given or predicted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine import images, labels
from engine.errors import ConfigError, DataError, OutputError, RoadscopeError
from engine.events import Event, Finished, Message, Progress, Saved
from engine.inference.fusing import every_class, fuse
from engine.lidar.scan import read_labels, read_scan
from tests.doubles import tiny_checkpoint

SIZE = (120, 400)


@pytest.fixture
def masks(tmp_path: Path) -> Path:
    """Road below, building above, in Cityscapes ids; id 0 means nothing."""
    ids = np.full(SIZE, 11, np.uint8)
    ids[60:], ids[:, :40] = 7, 0
    for number in (7, 8, 9):
        images.write_png(tmp_path / "masks" / f"{number:010d}.png", ids)
    return tmp_path / "masks"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def finished(events: list[Event]) -> Finished:
    assert isinstance(events[-1], Finished)
    return events[-1]


def test_each_scan_becomes_one_cloud_a_format_named_as_the_scan(drive: Path, masks: Path, tmp_path: Path) -> None:
    events = list(fuse(drive, tmp_path / "out", masks=masks))
    assert names(tmp_path / "out") == [f"{number:010d}.{kind}" for number in (7, 9) for kind in ("label", "npz", "ply")]
    ids = read_labels(tmp_path / "out" / "0000000007.label", len(read_scan(drive / "velodyne_points" / "data" / "0000000007.bin")))
    assert set(ids.tolist()) == {0, 40, 50}
    said = finished(events).summary
    assert said["frames"] == 2 and said["points"] > said["points_in_image"] > said["points_seen"] > said["points_labelled"] > 0
    assert said["classes"]["road"] + said["classes"]["building"] == said["points_labelled"]
    assert [event.done for event in events if isinstance(event, Progress)] == [0, 1, 2]
    assert {Path(event.path).name for event in events if isinstance(event, Saved)} == set(names(tmp_path / "out"))


def test_frames_without_a_scan_are_left_out_with_a_word(drive: Path, masks: Path, tmp_path: Path) -> None:
    said = [event.text for event in fuse(drive, tmp_path / "out", masks=masks, formats=["label"]) if isinstance(event, Message)]
    assert said == ["1 of 3 frames have no scan and are left out: 8"]


def test_without_the_depth_test_more_points_get_a_class(drive: Path, masks: Path, tmp_path: Path) -> None:
    with_test, without = (
        finished(list(fuse(drive, tmp_path / f"{occlusion}", masks=masks, formats=["label"], occlusion=occlusion))).summary
        for occlusion in (True, False)
    )
    assert without["points_labelled"] > with_test["points_labelled"] and without["points_in_image"] == with_test["points_in_image"]


def test_stopping_keeps_whole_files_only(drive: Path, masks: Path, tmp_path: Path) -> None:
    asked = iter([False, True, True])
    events = list(fuse(drive, tmp_path / "out", masks=masks, formats=["ply", "npz"], should_stop=lambda: next(asked)))
    assert finished(events).stopped and names(tmp_path / "out") == ["0000000007.npz", "0000000007.ply"]


def test_pictures_are_written_when_asked_for(drive: Path, masks: Path, tmp_path: Path) -> None:
    list(fuse(drive, tmp_path / "out", masks=masks, formats=["label"], pictures=True))
    assert images.read_rgb(tmp_path / "out" / "0000000007_image.png").shape == (*SIZE, 3)
    assert images.read_rgb(tmp_path / "out" / "0000000009_above.png").any()


def test_a_checkpoint_gives_the_classes(drive: Path, tmp_path: Path) -> None:
    checkpoint = tiny_checkpoint(tmp_path, labels.class_set(labels.space("cityscapes")))
    said = finished(list(fuse(drive, tmp_path / "out", checkpoint=checkpoint, formats=["npz"], device="cpu"))).summary
    assert said["points_labelled"] == said["points_seen"] > 0
    with np.load(tmp_path / "out" / "0000000007.npz") as cloud:
        seen = cloud["seen"]
        assert 0 < cloud["confidence"][seen].min() <= cloud["confidence"][seen].max() <= 1 and not cloud["confidence"][~seen].any()


def test_every_class_keeps_what_the_training_classes_leave_out() -> None:
    classes = every_class(labels.space("cityscapes"))
    assert "parking" in classes.names and classes.table[9] != labels.VOID
    assert classes.table[0] == labels.VOID and classes.semantic_kitti[classes.table[26]] == 10


def broken_scan(drive: Path, masks: Path) -> None:
    path = drive / "velodyne_points" / "data" / "0000000009.bin"
    path.write_bytes(path.read_bytes()[:-5])


def no_rectification(drive: Path, masks: Path) -> None:
    path = drive.parent / "calib_cam_to_cam.txt"
    path.write_text(path.read_text(encoding="utf-8").replace("R_rect_00", "R_rect_07"), encoding="utf-8")


def garbage(drive: Path, masks: Path) -> None:
    (drive.parent / "calib_velo_to_cam.txt").write_bytes(bytes(range(128, 256)))


def small_mask(drive: Path, masks: Path) -> None:
    images.write_png(masks / "0000000009.png", np.full((60, 200), 7, np.uint8))


def unknown_id(drive: Path, masks: Path) -> None:
    images.write_png(masks / "0000000009.png", np.full(SIZE, 77, np.uint8))


def missing_mask(drive: Path, masks: Path) -> None:
    (masks / "0000000009.png").unlink()


def coloured_mask(drive: Path, masks: Path) -> None:
    images.write_png(masks / "0000000009.png", np.full((*SIZE, 3), 7, np.uint8))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (broken_scan, r"0000000009\.bin is a truncated scan.*copy it again"),
        (no_rectification, r"calib_cam_to_cam\.txt lacks the key R_rect_00; copy"),
        (garbage, r"calib_velo_to_cam\.txt is no calibration.*copy"),
        (small_mask, r"0000000009\.png is 200×60, its image 400×120; export masks at full size"),
        (unknown_id, r"0000000009\.png holds the id 77, which Cityscapes doesn't have; .*--labels"),
        (missing_mask, r"no mask of frame 9; it must be named 0000000009\.png"),
        (coloured_mask, r"0000000009\.png is a coloured picture"),
    ],
)
def test_bad_input_is_one_sentence_and_leaves_no_half_cloud(spoil, said: str, drive: Path, masks: Path, tmp_path: Path) -> None:
    spoil(drive, masks)
    with pytest.raises(DataError, match=said) as told:
        list(fuse(drive, tmp_path / "out", masks=masks, formats=["ply"]))
    assert "\n" not in str(told.value)
    assert names(tmp_path / "out") in ([], ["0000000007.ply"])


def test_a_drive_without_scans_or_an_unknown_format_is_refused_before_anything_is_written(drive: Path, masks: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'las'"):
        list(fuse(drive, tmp_path / "out", masks=masks, formats=["las"]))
    with pytest.raises(DataError, match="has no scans"):
        list(fuse(masks, tmp_path / "out", masks=masks))
    with pytest.raises(RoadscopeError, match="either a checkpoint or a folder of masks"):
        list(fuse(drive, tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_an_output_folder_that_cannot_be_made_is_one_sentence(drive: Path, masks: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="choose another folder"):
        list(fuse(drive, tmp_path / "file" / "out", masks=masks))


def test_the_real_drive_is_fused_from_any_level_of_its_tree(shared_data: Path, tmp_path: Path) -> None:
    drive = shared_data / "kitti_raw"
    for number in (60, 61):
        images.write_png(tmp_path / "masks" / f"{number:010d}.png", np.full((375, 1242), 7, np.uint8))
    with pytest.raises(DataError, match="no mask of frame 62"):
        list(fuse(drive, tmp_path / "out", masks=tmp_path / "masks", formats=["label"]))
    ids = read_labels(tmp_path / "out" / "0000000060.label", 122942)
    assert int((ids == 40).sum()) == 18619
