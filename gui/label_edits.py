"""Edits of the regions that are selected, and where points snap to: what keys, lists and tools have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from engine.annotation import borders, combining, shapes
from engine.annotation.document import Box, Point, Polygon, Region
from gui.labelling import Labelling

_ON_BORDER = 1.5
"""Pixels off a border that a point may be and still lie on it."""


def choose_label(labelling: Labelling, name: str) -> None:
    """The label of the next region, and of those that are selected."""
    labelling.settings.set_label(name)
    others = [region for region in labelling.selected if region.label != name]
    if others:
        labelling.commit(labelling.committed.replaced(*(region.changed(label=name) for region in others)), f"make {_words(others)} {name}")


def delete(labelling: Labelling) -> None:
    """Takes the selected regions away."""
    chosen = labelling.selected
    if chosen:
        labelling.commit(labelling.committed.without(*(region.key for region in chosen)), f"delete {_words(chosen)}", select=())


def duplicate(labelling: Labelling, *, by: int = 10) -> None:
    """Copies of the selected regions on top, a little aside."""
    paste(labelling, labelling.selected, by=by, what="duplicate")


def paste(labelling: Labelling, regions: Iterable[Region], *, by: int = 0, what: str = "paste") -> None:
    """Puts regions, of this document or another, on top."""
    document, copied = labelling.committed, list(regions)
    first = document.next_key
    for region in copied:
        document = document.added(region.label, shapes.moved(region.shape, (by, by)) if by else region.shape)
    if copied:
        labelling.commit(document, f"{what} {_words(copied)}", select=range(first, first + len(copied)))


def raise_by(labelling: Labelling, step: int) -> None:
    """One layer up or down: past the next region that meets the selected ones; a large step goes to the top or the bottom."""
    chosen = labelling.selected
    if not chosen:
        return
    document = labelling.committed
    rest = [region for region in document.regions if region.key not in labelling.selection]
    order = [document.places[region.key] for region in chosen]
    place = len([region for region in rest if document.places[region.key] < order[0]])
    if abs(step) > 1:
        place = len(rest) if step > 0 else 0
    else:
        passed = [at for at, region in enumerate(rest) if _meet(region, chosen) and (at >= place if step > 0 else at < place)]
        if not passed:
            return
        place = passed[0] + 1 if step > 0 else passed[-1]
    labelling.commit(document.with_regions([*rest[:place], *chosen, *rest[place:]]), f"move {_words(chosen)} {'up' if step > 0 else 'down'}")


def move_layers(labelling: Labelling, keys: Iterable[int], *, below: int | None) -> None:
    """Puts regions into the place right above the region `below`, or at the very bottom."""
    document, wanted = labelling.committed, set(keys)
    chosen = [region for region in document.regions if region.key in wanted]
    rest = [region for region in document.regions if region.key not in wanted]
    place = 0 if below is None else next((at for at, region in enumerate(rest, 1) if region.key == below), len(rest))
    labelling.commit(document.with_regions([*rest[:place], *chosen, *rest[place:]]), f"move {_words(chosen)} to another layer")


def combine(labelling: Labelling, how: str, *, report: Callable[[str], None]) -> None:
    """Union, subtract or intersect of the selected regions, the lowest first; the result takes the place and the class of the lowest."""
    chosen, document = labelling.selected, labelling.committed
    if len(chosen) < 2:
        report(f"select two or more regions to {'join' if how == 'union' else how} them: Ctrl+click adds to the selection")
        return
    parts, pixels = [region.shape for region in chosen], labelling.picture.rasteriser.pixels
    match how:
        case "union":
            made = combining.united(parts, pixels)
        case "subtract":
            made = combining.subtracted(parts[0], parts[1:], pixels=pixels)
        case _:
            made = combining.intersected(parts, pixels)
    lowest = chosen[0]
    if not made:
        report(f"nothing would be left of {lowest.label}; the regions stay as they are")
        return
    new = [lowest.changed(shape=made[0]), *(Region(document.next_key + at, lowest.label, shape) for at, shape in enumerate(made[1:]))]
    gone = labelling.selection if how != "subtract" else {lowest.key}
    place = document.places[lowest.key] - sum(document.places[key] < document.places[lowest.key] for key in gone)
    rest = [region for region in document.regions if region.key not in gone]
    labelling.commit(document.with_regions([*rest[:place], *new, *rest[place:]]), f"{how} {_words(chosen)}", select=[region.key for region in new])


def meet_neighbours(labelling: Labelling, *, within: float = 6.0) -> None:
    """Pulls the borders of the selected polygons onto those of their neighbours wherever these are at most `within` pixels away."""
    document, outlines = labelling.committed, labelling.outlines
    changed = []
    for region in labelling.selected:
        shape = region.shape
        if not isinstance(shape, Polygon):
            continue
        for other in document.regions:
            if other.key not in labelling.selection and other.key in outlines and _touch(_grown(region.box, within), other.box):
                shape = borders.gap_filled(shape, outlines.polygon(other.key), within=within)
        if shape != region.shape:
            changed.append(region.changed(shape=shape))
    if changed:
        labelling.commit(document.replaced(*changed), f"pull the border of {_words(changed)}")


def inside(labelling: Labelling, box: Box) -> frozenset[int]:
    """The keys of the regions that lie wholly in the box."""
    document = labelling.document
    return frozenset() if document is None else frozenset(region.key for region in labelling.picture.rasteriser.regions_in(document, box, whole=True))


def snapped(labelling: Labelling, point: tuple[int, int], *, within: float, but: int | None = None) -> Point:
    """The vertex of a neighbour that is near, else the nearest place on its border, else the point itself; in whole pixels."""
    x, y = borders.snap(labelling.outlines, point, within=within, without=() if but is None else (but,))
    return round(x), round(y)


def followed(labelling: Labelling, start: Point, end: Point, *, longer: bool = False) -> tuple[Point, ...]:
    """The vertices of a neighbour's border between two points that lie on it; none where no border holds both."""
    outlines = labelling.outlines
    key = borders.neighbour(outlines, start, b=end, within=_ON_BORDER)
    return borders.followed(outlines.polygon(key), start, b=end, longer=longer) if key is not None else ()


def _words(regions: list[Region]) -> str:
    names = {region.label for region in regions}
    return names.pop() if len(regions) == 1 else f"{len(regions)} × {names.pop()}" if len(names) == 1 else f"{len(regions)} regions"


def _meet(region: Region, others: list[Region]) -> bool:
    return any(_touch(region.box, other.box) for other in others)


def _grown(box: Box, by: float) -> Box:
    margin = int(by) + 1
    return box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin


def _touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
