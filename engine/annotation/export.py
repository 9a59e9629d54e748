"""The truth of a frame as the files that benchmarks, and training, read: all of them, of one state of the document, or none."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine import atomic, images
from engine.annotation import masks
from engine.annotation.document import Document
from engine.annotation.raster import Rasteriser
from engine.errors import ConfigError
from engine.labels import LabelSpace

POLYGONS = "polygons"
PLAIN = "plain"
"""A mask of ids with the frame's own name."""
_DRAWN: dict[str, masks.Draw] = {
    "labelIds": masks.label_ids,
    "labelTrainIds": masks.train_ids,
    "color": masks.colours,
    "instanceIds": masks.instance_ids,
    "kitti_semantic": masks.kitti_semantic,
    "kitti_semantic_rgb": masks.colours,
    "kitti_instance": masks.kitti_instance,
    "kitti_road": masks.kitti_road,
    PLAIN: masks.label_ids,
}
KINDS = (POLYGONS, *_DRAWN)
CITYSCAPES = KINDS[:5]


def export(
    document: Document, space: LabelSpace, *, stem: str, folder: Path, kinds: Iterable[str] = CITYSCAPES, truth: str = "gtFine", rasteriser: Rasteriser | None = None
) -> list[Path]:
    """Writes the files of these kinds, all or none, and returns their paths: see `path_of`.

    Raises ConfigError for an unknown kind, DataError for a label that the space lacks, OutputError that names the file that can't be written.
    """
    chosen = list(dict.fromkeys(kinds))
    paths = [path_of(kind, space, stem=stem, folder=Path(folder), truth=truth) for kind in chosen]
    rasteriser = rasteriser or Rasteriser(document.width, document.height)
    atomic.write_all({path: _content(kind, document, space, rasteriser) for kind, path in zip(chosen, paths)})
    return paths


def path_of(kind: str, space: LabelSpace, *, stem: str, folder: Path, truth: str = "gtFine") -> Path:
    """Where the file of a kind lies.

    Cityscapes: `<stem>_gtFine_labelIds.png` and so on in `folder`, where `stem` is city, sequence and frame, and `truth` says gtFine or gtCoarse.
    Plain: `<stem>.png`.
    KITTI: `semantic/<stem>.png`, `instance/<stem>.png`, `gt_image_2/<category>_road_<number>.png` below `folder`, which is what they call `training`.
    Raises ConfigError for an unknown kind, and for a stem that the kind can't have.
    """
    if kind not in KINDS:
        raise ConfigError(f"there is no export {kind!r}; choose one of: {', '.join(KINDS)}")
    if not stem or Path(stem).name != stem:
        raise ConfigError(f"{stem!r} can't name a file; give the name of the frame, without folder and ending")
    if kind == PLAIN:
        return folder / f"{stem}.png"
    if kind in ("kitti_semantic", "kitti_semantic_rgb", "kitti_instance"):
        return folder / kind.removeprefix("kitti_") / f"{stem}.png"
    if kind == "kitti_road":
        parts = re.fullmatch(r"([^_]+)_(.+)", stem)
        if not parts:
            raise ConfigError(f"KITTI road names its frames category_number, such as um_000000; {stem!r} isn't so named: give the frame such a name")
        return folder / "gt_image_2" / f"{parts[1]}_{masks.road_label(space).name}_{parts[2]}.png"
    return folder / f"{stem}_{truth}_{kind}.{'json' if kind == POLYGONS else 'png'}"


def _content(kind: str, document: Document, space: LabelSpace, rasteriser: Rasteriser) -> bytes:
    if kind != POLYGONS:
        picture = _DRAWN[kind](document, space, rasteriser=rasteriser)
        return images.png(_opaque(picture) if kind == "color" else picture)
    from engine.annotation import cityscapes_json

    return cityscapes_json.write(document).encode("utf-8")


def _opaque(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """RGBA, as Cityscapes' coloured masks are."""
    return np.dstack((picture, np.full(picture.shape[:2], 255, np.uint8)))
