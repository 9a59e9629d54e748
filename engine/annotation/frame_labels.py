"""The labels of one frame of a drive: whether it has any, what they begin as, and the masks that are written with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.annotation import export, finding, labelme_json
from engine.annotation.document import Document
from engine.annotation.raster import Rasteriser
from engine.annotation.store import Store
from engine.errors import DataError
from engine.labels import LabelSpace, Mask


@dataclass(frozen=True, slots=True)
class Masks:
    """The files that are written beside a document: `kinds` of `engine.annotation.export`, named by `stem` and `truth`."""

    stem: str
    truth: str
    kinds: tuple[str, ...]


def masks_of(path: Path) -> Masks:
    """The masks of a document's path: the ids that are trained on, and in a Cityscapes folder whatever lies there already."""
    found = finding.in_cityscapes(path)
    if found is None:
        return Masks(path.name.removesuffix("_polygons.json"), "", (export.PLAIN,))
    stem, truth = found
    kinds = [kind for kind in ("labelIds", "labelTrainIds", "color", "instanceIds") if kind == "labelIds" or path.with_name(f"{stem}_{truth}_{kind}.png").exists()]
    return Masks(stem, truth, tuple(kinds))


def has_masks(path: Path) -> bool:
    """Whether all masks of a document's path are there."""
    masks = masks_of(path)
    paths = (path.with_name(f"{masks.stem}.png" if kind == export.PLAIN else f"{masks.stem}_{masks.truth}_{kind}.png") for kind in masks.kinds)
    return all(one.exists() for one in paths)


def save(store: Store, masks: Masks | None, *, space: LabelSpace, rasteriser: Rasteriser | None = None) -> None:
    """Writes what is unsaved, and the masks of the same document; masks alone where nothing is. Raises as `Store.save` and `export` do."""

    def beside(document: Document) -> None:
        if masks is not None:
            export.export(document, space, stem=masks.stem, folder=store.path.parent, kinds=masks.kinds, truth=masks.truth, rasteriser=rasteriser)

    if store.unsaved:
        store.save(beside)
    elif not store.blocked:
        beside(store.document)


def labelled(path: Path, *, image: Path | None, truth: Path | None) -> bool:
    """Whether somebody has labelled the frame: with a document at `path`, with a mask `truth`, or with labelme beside its image."""
    return path.exists() or (truth is not None and truth.exists()) or _labelme(image) is not None


def begun(size: tuple[int, int], space: LabelSpace, *, image: Path | None, truth: Callable[[], Mask | None]) -> tuple[Document, list[str]]:
    """What a frame of `size` (width, height) without a document starts as: what was drawn with labelme, else its mask, else nothing.

    With what there is to say of it. Raises what `truth` raises.
    """
    notes: list[str] = []
    beside = _labelme(image)
    if beside is not None:
        try:
            found = labelme_json.read_file(beside, space, size=size)
        except DataError as error:
            notes.append(str(error))
        else:
            count = len(found.document.regions)
            notes.append(f"{count} region{'s' if count != 1 else ''} taken over from {beside.name}")
            notes.extend(f"left out, as they have no area: {', '.join(left)}" for left in [found.left_out] if left)
            notes.extend(f"the label space {space.name} has no {', '.join(unknown)}" for unknown in [found.unknown] if unknown)
            return found.document, notes
    mask = truth()
    if mask is None or mask.shape != (size[1], size[0]):
        return Document(*size), notes
    return finding.of_mask(mask, space), notes


def _labelme(image: Path | None) -> Path | None:
    beside = image.with_suffix(".json") if image is not None else None
    return beside if beside is not None and labelme_json.recognises(beside) else None
