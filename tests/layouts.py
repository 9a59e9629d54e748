"""Small real folders in the official layouts, written in a few milliseconds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine import images
from engine.lidar.scan import Scan, write_scan

SIZE = (12, 20)
"""Height and width of the pictures."""

CAM_TO_CAM = """calib_time: 09-Jan-2012 13:57:47
S_rect_02: 2.000000e+01 1.200000e+01
R_rect_00: 1 0 0 0 1 0 0 0 1
P_rect_02: 10 0 10 0 0 10 6 0 0 0 1 0
"""
VELO_TO_CAM = """calib_time: 15-Mar-2012 11:37:16
R: 0 -1 0 0 0 -1 1 0 0
T: 0 0 0
"""
OBJECT_CALIBRATION = """P2: 10 0 10 0 0 10 6 0 0 0 1 0
R0_rect: 1 0 0 0 1 0 0 0 1
Tr_velo_to_cam: 0 -1 0 0 0 0 -1 0 1 0 0 0
"""


def picture(path: Path, size: tuple[int, int] = SIZE) -> Path:
    """An image that no other equals."""
    seed = sum(path.name.encode())
    images.write_png(path, np.random.default_rng(seed).integers(0, 256, (*size, 3), dtype=np.uint8))
    return path


def mask(path: Path, ids: Sequence[int] = (0, 1), size: tuple[int, int] = SIZE) -> Path:
    """Vertical stripes of `ids`."""
    images.write_png(path, stripes(ids, size))
    return path


def stripes(ids: Sequence[int], size: tuple[int, int] = SIZE) -> NDArray[np.uint8]:
    height, width = size
    return np.tile(np.array(ids, np.uint8)[np.arange(width) * len(ids) // width], (height, 1))


def cut(path: Path, keep: float = 0.5) -> Path:
    """Loses the end of a file."""
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])
    return path


def camvid(root: Path, *, train: int = 3, val: int = 2) -> Path:
    for split, count in (("train", train), ("val", val)):
        for number in range(count):
            picture(root / split / f"{split}_{number:05d}.png")
            mask(root / f"{split}annot" / f"{split}_{number:05d}.png", (3, 8, 11))
    return root


def cityscapes(root: Path, *, truth: str = "gtFine", splits: Sequence[str] = ("train", "val"), cities: Sequence[str] = ("aachen", "bonn")) -> Path:
    for split in splits:
        for city in cities:
            frame = f"{city}_000000_000019"
            picture(root / "leftImg8bit" / split / city / f"{frame}_leftImg8bit.png")
            mask(root / truth / split / city / f"{frame}_{truth}_labelIds.png", (7, 26, 0))
    return root


def kitti_semantics(root: Path, count: int = 6) -> Path:
    for number in range(count):
        picture(root / "training" / "image_2" / f"{number:06d}_10.png")
        mask(root / "training" / "semantic" / f"{number:06d}_10.png", (7, 11))
    return root


def kitti_road(root: Path) -> Path:
    """um_000000 with road and lane, umm_000001 and uu_000002 with road; the left third is not valid, the middle not road."""
    truth = np.zeros((*SIZE, 3), np.uint8)
    truth[stripes((0, 1, 2)) >= 1, 0] = 255
    truth[stripes((0, 1, 2)) == 2, 2] = 255
    for category, number, kinds in (("um", 0, ("road", "lane")), ("umm", 1, ("road",)), ("uu", 2, ("road",))):
        picture(root / "training" / "image_2" / f"{category}_{number:06d}.png")
        for kind in kinds:
            images.write_png(root / "training" / "gt_image_2" / f"{category}_{kind}_{number:06d}.png", truth)
    return root


def pairs(images_folder: Path, masks_folder: Path, count: int = 6, *, ids: Sequence[int] = (0, 1, 2), ending: str = "") -> None:
    for number in range(count):
        picture(images_folder / f"frame{number}.png")
        mask(masks_folder / f"frame{number}{ending}.png", ids)


def scan(path: Path, points: int = 10) -> Path:
    values = np.random.default_rng(points).random((points, 4)).astype(np.float32)
    write_scan(path, Scan(values[:, :3] * 20, values[:, 3]))
    return path


def kitti_raw(root: Path, numbers: Sequence[int] = (0, 1, 2)) -> Path:
    """A drive below `root`; the drive's own folder."""
    date = root / "2011_09_26"
    drive = date / "2011_09_26_drive_0001_sync"
    for number in numbers:
        picture(drive / "image_02" / "data" / f"{number:010d}.png")
        scan(drive / "velodyne_points" / "data" / f"{number:010d}.bin")
    (date / "calib_cam_to_cam.txt").write_text(CAM_TO_CAM, encoding="utf-8")
    (date / "calib_velo_to_cam.txt").write_text(VELO_TO_CAM, encoding="utf-8")
    return drive


def kitti_object(root: Path, numbers: Sequence[int] = (0, 1)) -> Path:
    training = root / "training"
    for number in numbers:
        picture(training / "image_2" / f"{number:06d}.png")
        scan(training / "velodyne" / f"{number:06d}.bin")
        (training / "calib").mkdir(exist_ok=True)
        (training / "calib" / f"{number:06d}.txt").write_text(OBJECT_CALIBRATION, encoding="utf-8")
    return training
