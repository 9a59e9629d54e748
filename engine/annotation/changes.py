"""What an edit changed, small enough to be written down at once and to be taken back: stretches of regions that gave way to others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from operator import is_

from engine.annotation.document import Box, Document, Region


@dataclass(frozen=True)
class Splice:
    """At `place` of the list of regions `removed` gave way to `inserted`."""

    place: int
    removed: tuple[Region, ...]
    inserted: tuple[Region, ...]


@dataclass(frozen=True)
class Change:
    """Splices, each in the list that those before it left. `what` says it for people, such as `move a vertex`."""

    what: str
    splices: tuple[Splice, ...]

    @property
    def inverse(self) -> Change:
        """What takes it back."""
        return Change(self.what, tuple(Splice(one.place, one.inserted, one.removed) for one in reversed(self.splices)))

    @property
    def regions(self) -> Iterator[Region]:
        """Every region that went or came."""
        for splice in self.splices:
            yield from splice.removed
            yield from splice.inserted

    @property
    def box(self) -> Box | None:
        """Where pixels may have changed; None where none can have."""
        boxes = [region.box for region in self.regions if region.box[0] < region.box[2] and region.box[1] < region.box[3]]
        if not boxes:
            return None
        return min(box[0] for box in boxes), min(box[1] for box in boxes), max(box[2] for box in boxes), max(box[3] for box in boxes)


def difference(before: Document, after: Document, what: str) -> Change:
    """What leads from one document to the other. Regions that both share are told by identity, which makes it quick."""
    one, other = before.regions, after.regions
    if len(one) == len(other):
        places = [place for place, same in enumerate(map(is_, one, other)) if not same]
        return Change(what, _moved(one, other, places) or _in_place(one, other, places))
    first, last = _shared(one, other)
    return Change(what, (Splice(first, one[first : len(one) - last], other[first : len(other) - last]),))


def applied(change: Change, document: Document) -> Document:
    """The document after the change. Raises ValueError where it isn't the one that the change was made on."""
    regions = list(document.regions)
    for splice in change.splices:
        end = splice.place + len(splice.removed)
        if tuple(region.key for region in regions[splice.place : end]) != tuple(region.key for region in splice.removed):
            raise ValueError(f"the change {change.what!r} was made on another document")
        regions[splice.place : end] = splice.inserted
    return document.with_regions(regions)


def _shared(one: tuple[Region, ...], other: tuple[Region, ...]) -> tuple[int, int]:
    """How many regions both have in common at the start and at the end."""
    shortest = min(len(one), len(other))
    first = next((place for place in range(shortest) if one[place] is not other[place]), shortest)
    last = next((place for place in range(shortest - first) if one[-1 - place] is not other[-1 - place]), shortest - first)
    return first, last


def _in_place(one: tuple[Region, ...], other: tuple[Region, ...], places: list[int]) -> tuple[Splice, ...]:
    """Stretches of regions that differ, in lists of the same length; `places` are where they do."""
    splices: list[Splice] = []
    for place in places:
        if splices and splices[-1].place + len(splices[-1].removed) == place:
            before = splices.pop()
            splices.append(Splice(before.place, (*before.removed, one[place]), (*before.inserted, other[place])))
        else:
            splices.append(Splice(place, (one[place],), (other[place],)))
    return tuple(splices)


def _moved(one: tuple[Region, ...], other: tuple[Region, ...], places: list[int]) -> tuple[Splice, ...] | None:
    """Two splices where one region only went to another place in the order; None for anything else."""
    if len(places) < 2:
        return None
    first, end = places[0], places[-1] + 1
    if one[first] is other[end - 1] and all(a is b for a, b in zip(one[first + 1 : end], other[first : end - 1])):
        return Splice(first, (one[first],), ()), Splice(end - 1, (), (one[first],))
    if one[end - 1] is other[first] and all(a is b for a, b in zip(one[first : end - 1], other[first + 1 : end])):
        return Splice(end - 1, (one[end - 1],), ()), Splice(first, (), (one[end - 1],))
    return None
