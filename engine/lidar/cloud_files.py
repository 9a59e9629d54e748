"""Fused clouds on the disk: `.label` for SemanticKITTI's tools, PLY and PCD for viewers, NPZ for programs.

Every file holds all N points in the scan's order, so that row i is the same point in all of them. `class` is the class
set's train id, 255 where the camera does not see the point; `.label` holds SemanticKITTI ids, 0 there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine import atomic
from engine.errors import ConfigError
from engine.labels import ClassSet
from engine.lidar import colouring
from engine.lidar.fusion import FusedCloud
from engine.lidar.scan import write_labels

DEFAULT = ("label", "ply", "npz")


def write(cloud: FusedCloud, path_stem: Path, formats: Iterable[str], class_set: ClassSet) -> list[Path]:
    """Writes `path_stem` + `.label`, `.ply`, `.pcd`, `.npz` as `formats` names them, each in one step; their paths.

    Raises ConfigError for an unknown format, OutputError where nothing can be written.
    """
    written = []
    for name in checked(formats):
        path = path_stem.with_name(f"{path_stem.name}.{name}")
        _WRITERS[name](cloud, path, class_set)
        written.append(path)
    return written


def checked(formats: Iterable[str]) -> tuple[str, ...]:
    """The formats, each once. Raises ConfigError that lists the known ones."""
    names = tuple(dict.fromkeys(name.strip().lower().lstrip(".") for name in formats if name.strip()))
    if unknown := [name for name in names if name not in _WRITERS]:
        raise ConfigError(f"clouds can't be written as {unknown[0]!r}; choose of: {', '.join(_WRITERS)}")
    if not names:
        raise ConfigError(f"no format for the clouds was named; choose of: {', '.join(_WRITERS)}")
    return names


def _label(cloud: FusedCloud, path: Path, class_set: ClassSet) -> None:
    write_labels(path, class_set.semantic_kitti[cloud.train_id])


def _ply(cloud: FusedCloud, path: Path, class_set: ClassSet) -> None:
    fields = [("float", "x", "<f4"), ("float", "y", "<f4"), ("float", "z", "<f4"), ("uchar", "red", "u1"), ("uchar", "green", "u1"),
              ("uchar", "blue", "u1"), ("uchar", "class", "u1"), ("float", "confidence", "<f4")]  # fmt: skip
    rows = _rows(cloud, class_set, [(name, kind) for _, name, kind in fields])
    head = ["ply", "format binary_little_endian 1.0", "comment class 255 is not seen by the camera"]
    head += [f"comment class {train_id} is {one.name}" for train_id, one in enumerate(class_set.classes)]
    head += [f"element vertex {len(cloud)}", *(f"property {kind} {name}" for kind, name, _ in fields), "end_header", ""]
    atomic.write_bytes(path, "\n".join(head).encode("utf-8") + rows.tobytes())


def _pcd(cloud: FusedCloud, path: Path, class_set: ClassSet) -> None:
    """PCD 0.7, binary; `rgb` is the Point Cloud Library's packed colour, 0x00RRGGBB in the bits of a float."""
    kinds = [("x", "<f4"), ("y", "<f4"), ("z", "<f4"), ("rgb", "<u4"), ("class", "u1"), ("confidence", "<f4"), ("intensity", "<f4")]
    rows = _rows(cloud, class_set, kinds)
    red, green, blue = _colours(cloud, class_set).astype(np.uint32).T
    rows["rgb"], rows["intensity"] = red << 16 | green << 8 | blue, cloud.reflectance
    head = (
        "# .PCD v0.7 - Point Cloud Data file format\nVERSION 0.7\nFIELDS x y z rgb class confidence intensity\n"
        "SIZE 4 4 4 4 1 4 4\nTYPE F F F F U F F\n"
        f"COUNT 1 1 1 1 1 1 1\nWIDTH {len(cloud)}\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\nPOINTS {len(cloud)}\nDATA binary\n"
    )
    atomic.write_bytes(path, head.encode("ascii") + rows.tobytes())


def _npz(cloud: FusedCloud, path: Path, class_set: ClassSet) -> None:
    with atomic.replacing(path) as temporary:
        np.savez(
            temporary,
            points=cloud.points,
            reflectance=cloud.reflectance,
            train_id=cloud.train_id,
            confidence=cloud.confidence,
            depth=cloud.depth,
            seen=cloud.seen,
            pixel=cloud.pixel,
            class_names=np.array(class_set.names),
            class_colours=class_set.palette[: len(class_set)],
            semantic_kitti=class_set.semantic_kitti[: len(class_set)],
        )


def _rows(cloud: FusedCloud, class_set: ClassSet, kinds: list[tuple[str, str]]) -> NDArray:
    """(N,) records with the fields of `kinds` that a cloud has."""
    rows = np.zeros(len(cloud), np.dtype(kinds))
    names = rows.dtype.names or ()
    for column, name in enumerate("xyz"):
        rows[name] = cloud.points[:, column]
    if "red" in names:
        for column, name in enumerate(("red", "green", "blue")):
            rows[name] = _colours(cloud, class_set)[:, column]
    rows["class"], rows["confidence"] = cloud.train_id, cloud.confidence
    return rows


def _colours(cloud: FusedCloud, class_set: ClassSet) -> colouring.Colours:
    return colouring.class_(cloud, class_set.palette)


_WRITERS: dict[str, Callable[[FusedCloud, Path, ClassSet], None]] = {"label": _label, "ply": _ply, "pcd": _pcd, "npz": _npz}
FORMATS = tuple(_WRITERS)
