"""What a network is set to work on: a drive, or a dataset's frames played as one."""

from __future__ import annotations

from pathlib import Path

from engine import datasets
from engine.drives import Drive, images_drive, open_drive, recognise
from engine.drives.image_folder import KIND as IMAGES
from engine.errors import DataError


def open_source(path: Path) -> Drive:
    """The drive that `path` is, lies in or holds, else the dataset's frames. Raises DataError."""
    path = Path(path)
    if not path.exists():
        raise DataError(f"{path} doesn't exist; give a video, an image, a folder of images, a dataset or a KITTI drive")
    kind = recognise(path)
    if kind is None and path.is_dir() and datasets.recognise(path):
        dataset = datasets.open_dataset(path)
        return images_drive(dataset.root.name, [sample.image for sample in dataset.samples], path=dataset.root)
    drive = open_drive(path)
    if not drive.has_images:
        drive.close()
        raise DataError(f"{path} has scans but no images; choose a drive with images")
    return drive


def names(drive: Drive) -> list[str]:
    """What each frame's results are named by: its stem, with its number where two frames of different folders share one."""
    stems = [frame.stem for frame in drive.frames]
    if drive.kind != IMAGES or len(set(stems)) == len(stems):
        return stems
    return [stem if stems.count(stem) == 1 else f"{stem}_{index:06d}" for index, stem in enumerate(stems)]
