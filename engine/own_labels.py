"""Labels of the user's own for data that has no place for them: where they lie in the user's folder."""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from pathlib import Path

from engine import listing, places


def folder(source: Path) -> Path:
    """All that is kept for a source: a drive's or a dataset's path."""
    return _folder(places.label_documents(), os.path.abspath(source))


def document(source: Path, *, stem: str, image: Path | None = None) -> Path:
    """The label document of a frame; frames of the same name in several folders of the source are told apart by their image's folder."""
    return folder(source) / f"{_name(source, image) if image is not None else stem}_polygons.json"


def mask(source: Path, image: Path) -> Path:
    """The ids (H, W) of that document, 255 or void where there is no label: what is trained on and scored instead of the source's own mask."""
    return folder(source) / f"{_name(source, image)}.png"


def masks(source: Path, images: dict[str, Path]) -> dict[str, Path]:
    """The masks there are of a source's images, both by frame name."""
    own = folder(source)
    there = {os.fspath(path.relative_to(own)): path for path in listing.tree(own).paths() if path.suffix == ".png"} if own.is_dir() else {}
    return {name: path for name, image in images.items() if (path := there.get(f"{_name(source, image)}.png"))} if there else {}


@lru_cache(maxsize=64)
def _folder(documents: Path, source: str) -> Path:
    digest = hashlib.blake2b(source.encode(), digest_size=4).hexdigest()
    return documents / f"{Path(source).stem}-{digest}"


def _name(source: Path, image: Path) -> str:
    """The image's path below the source, without its ending; of an image elsewhere its stem."""
    base, path = os.path.abspath(source), os.path.abspath(image)
    return os.path.splitext(path[len(base) + 1 :])[0] if path.startswith(base + os.sep) else image.stem
