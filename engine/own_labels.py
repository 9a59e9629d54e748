"""Labels of the user's own for data that has no place for them: where they lie in the user's folder."""

from __future__ import annotations

import hashlib
from pathlib import Path

from engine import listing, places


def folder(source: Path) -> Path:
    """All that is kept for a source: a drive's or a dataset's path."""
    digest = hashlib.blake2b(str(source.absolute()).encode(), digest_size=4).hexdigest()
    return places.label_documents() / f"{source.stem}-{digest}"


def document(source: Path, *, stem: str, image: Path | None = None) -> Path:
    """The label document of a frame; frames of the same name in several folders of the source are told apart by their image's folder."""
    return _place(source, image) / f"{stem}_polygons.json"


def mask(source: Path, image: Path) -> Path:
    """The ids (H, W) of that document, 255 or void where there is no label: what is trained on and scored instead of the source's own mask."""
    return _place(source, image) / f"{image.stem}.png"


def masks(source: Path) -> frozenset[Path]:
    """All masks there are for a source."""
    own = folder(source)
    return frozenset(path for path in listing.tree(own).paths() if path.suffix == ".png") if own.is_dir() else frozenset()


def _place(source: Path, image: Path | None) -> Path:
    own, source = folder(source), source.absolute()
    if image is None or not image.absolute().is_relative_to(source):
        return own
    return own / image.absolute().parent.relative_to(source)
