"""Putting frames on the disk: the KITTI raw layout of a drive, the Cityscapes layout of single pictures."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine import labels
from engine.lidar.scan import Scan
from engine.world import polygons
from engine.world.camera import Shot

DATE = "2026_01_01"
DRIVE = f"{DATE}_drive_0001_sync"
CITIES = {"train": "ahrenfeld", "val": "birkenau", "test": "dornbach"}
_STREAMS = ("image_02", "velodyne_points", "oxts")


def png(path: Path, picture: NDArray[np.integer]) -> None:
    """(H, W) ids of 8 or 16 bits, or (H, W, 3) RGB; the folder must exist."""
    stored = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR) if picture.ndim == 3 else picture
    done, encoded = cv2.imencode(".png", stored, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    assert done
    path.write_bytes(encoded.tobytes())


def drive_folders(root: Path) -> Path:
    """Makes the folders of a drive below `root` and returns the drive's own."""
    drive = root / DATE / DRIVE
    for name in (
        "image_02/data",
        "image_02/semantic",
        "image_02/instance",
        "image_02/depth",
        "velodyne_points/data",
        "velodyne_points/labels",
        "oxts/data",
    ):
        (drive / name).mkdir(parents=True)
    return drive


def drive_times(drive: Path, frames: int, rate: float) -> None:
    """The `timestamps.txt` of every stream."""
    start = datetime(2026, 1, 1, 12, 0, 0)
    stamps = [start + timedelta(seconds=frame / rate) for frame in range(frames)]
    text = "".join(f"{stamp:%Y-%m-%d %H:%M:%S.%f}000\n" for stamp in stamps)
    for stream in _STREAMS:
        (drive / stream / "timestamps.txt").write_text(text, encoding="utf-8")


def drive_frame(drive: Path, number: int, shot: Shot, scan: Scan, point_labels: NDArray[np.uint32], reading: str) -> None:
    """Everything of one frame: picture, ids, instances (class · 256 + n), depth (metres · 256), scan, point labels, OXTS."""
    name = f"{number:010d}"
    png(drive / "image_02" / "data" / f"{name}.png", shot.image)
    png(drive / "image_02" / "semantic" / f"{name}.png", shot.ids)
    n = np.where(shot.instances >= 1000, shot.instances % 1000 + 1, 0)
    png(drive / "image_02" / "instance" / f"{name}.png", (shot.ids.astype(np.int32) * 256 + n).astype(np.uint16))
    png(
        drive / "image_02" / "depth" / f"{name}.png",
        np.where(np.isfinite(shot.depth), np.minimum(shot.depth * 256, 65535), 0).astype(np.uint16),
    )
    rows = np.empty((len(scan), 4), "<f4")
    rows[:, :3], rows[:, 3] = scan.points, scan.reflectance
    (drive / "velodyne_points" / "data" / f"{name}.bin").write_bytes(rows.tobytes())
    (drive / "velodyne_points" / "labels" / f"{name}.label").write_bytes(point_labels.astype("<u4").tobytes())
    (drive / "oxts" / "data" / f"{name}.txt").write_text(reading, encoding="utf-8")


def city_folders(root: Path, splits: tuple[str, ...]) -> None:
    for split in splits:
        for kind in ("leftImg8bit", "gtFine", "gtCoarse"):
            (root / kind / split / CITIES[split]).mkdir(parents=True)


def city_frame(root: Path, split: str, number: int, shot: Shot) -> None:
    """One picture with fine and coarse polygons and what they paint."""
    stem = f"{CITIES[split]}_{number:06d}_000019"
    png(root / "leftImg8bit" / split / CITIES[split] / f"{stem}_leftImg8bit.png", shot.image)
    fine, rough = polygons.fine(shot.instances), polygons.coarse(shot.instances)
    _truth(root / "gtFine" / split / CITIES[split] / f"{stem}_gtFine", shot.instances, fine)
    _truth(root / "gtCoarse" / split / CITIES[split] / f"{stem}_gtCoarse", polygons.paint(rough, shot.ids.shape), rough)


def _truth(stem: Path, instances: NDArray[np.int32], regions: list[polygons.Region]) -> None:
    ids = np.where(instances >= 1000, instances // 1000, instances).astype(np.uint8)
    png(Path(f"{stem}_labelIds.png"), ids)
    png(Path(f"{stem}_instanceIds.png"), instances.astype(np.uint16))
    png(Path(f"{stem}_color.png"), labels.space("cityscapes").palette[ids])
    document = polygons.document(regions, instances.shape)
    Path(f"{stem}_polygons.json").write_text(json.dumps(document, separators=(",", ":")), encoding="utf-8")
