"""Opening whatever a path is for the window: quickly, without looking into the files. Problems come later, from `inspect`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine import datasets
from engine.datasets import FileDataset
from engine.drives import Drive, images_drive, open_drive
from engine.inspection.finding import IMAGES, SCAN, Thing, find
from engine.inspection.report import COLLECTION
from engine.labels import Mask
from engine.sample import Dataset

TITLES = {
    "camvid": "CamVid",
    "cityscapes": "Cityscapes",
    "cityscapes_coarse": "Cityscapes, coarse",
    "kitti_road": "KITTI road",
    "kitti_semantics": "KITTI semantics",
    "folder": "images with masks",
    "kitti_raw": "KITTI raw",
    "kitti_odometry": "KITTI odometry",
    "kitti_object": "KITTI object",
    "images": "images",
    "video": "video",
    "scan": "scan",
    COLLECTION: "collection",
}
"""Kinds in words for people."""


@dataclass(frozen=True, eq=False)
class Opened:
    """What the window shows: a dataset, a drive to play (over a dataset's frames where there is no other), or both."""

    title: str
    kind: str
    dataset: Dataset | None = None
    drive: Drive | None = None
    things: tuple[Thing, ...] = ()
    """Everything that lies there; where there are several, the first dataset and the first drive were opened."""


def open_path(path: Path) -> Opened:
    """Opens what `path` is, lies in or holds. Raises DataError."""
    things = find(path)
    with_dataset = next((thing for thing in things if thing.layout), None)
    with_drive = next((thing for thing in things if thing.drive not in (None, IMAGES)), None) or (None if with_dataset else things[0])
    dataset = datasets.open_dataset(with_dataset.path, layout=with_dataset.layout or "auto") if with_dataset else None
    if with_drive:
        drive = open_drive(with_drive.path.parent if with_drive.kind == SCAN else with_drive.path)
    else:
        assert dataset
        drive = drive_over(dataset)
    kinds = {thing.kind for thing in things}
    kind = kinds.pop() if len(kinds) == 1 else COLLECTION
    return Opened(_title(Path(path), kind, dataset, drive), kind, dataset, drive, things)


def drive_over(dataset: FileDataset) -> Drive:
    """A dataset's frames, in the order of its samples, as a drive with truth."""

    def truth(index: int) -> Mask | None:
        return dataset.mask(index) if dataset.truth(index) else None

    images = [sample.image for sample in dataset.samples]
    masks = [sample.mask for sample in dataset.samples]
    return images_drive(dataset.root.name, images, masks, path=dataset.root, space=dataset.space, truth=truth)


def _title(path: Path, kind: str, dataset: FileDataset | None, drive: Drive) -> str:
    name = path.expanduser().absolute().name or str(path)
    if dataset is not None and kind != COLLECTION:
        return f"{name} · {TITLES[kind]}" + ("" if dataset.split == datasets.ALL else f", {dataset.split}")
    if kind in (COLLECTION, "video", "images"):
        return name
    return f"{drive.name} · {TITLES[kind]}"
