"""Editing a label space so that nothing that was labelled with it loses its meaning.

Ids stay; a renamed class keeps its earlier names; a class that is taken out is retired, not deleted, and comes back when one of its name is
added. What ships is never written: the first edit makes a space of the user's own from it.
"""

from __future__ import annotations

import colorsys
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from engine.errors import ConfigError
from engine.label_files import LONGEST_NAME
from engine.label_space import GROUP, REST, VOID, Category, Colour, Label, LabelSpace

_NAME = re.compile(r"[^\W_](?:[\w .()/&+-]*[\w)+])?")
_VOID_GROUP = "void"
_LARGEST_NEW_ID = 253
_MOST = 250


@dataclass(frozen=True, slots=True)
class Row:
    """One class as it is being edited; `was` is what it was, None for a new one."""

    name: str
    colour: Colour
    group: str
    trained: bool
    instances: bool = False
    was: Label | None = None

    @property
    def renamed(self) -> bool:
        return self.was is not None and self.was.name != self.name

    def called(self, name: str, *, alone: bool = False) -> Row:
        """With another name; `alone`, a group that is called as the class is so called still."""
        return replace(self, name=name, group=name if alone and self.group == self.name else self.group)


def rows_of(space: LabelSpace) -> tuple[Row, ...]:
    """What is listed of a space, in its order."""
    return tuple(_row(label, label) for label in space.listed)


def new_row(rows: Sequence[Row], *, name: str = "", group: str = "") -> Row:
    """A class to be added, of a colour far from those there are, in `group` or one that can be trained."""
    fitting = [one for one in (group, *(row.group for row in reversed(rows))) if one and one not in (REST, _VOID_GROUP)]
    return Row(name, _far_colour([row.colour for row in rows]), fitting[0] if fitting else "things", trained=True)


def groups(space: LabelSpace, rows: Iterable[Row]) -> tuple[str, ...]:
    """All groups that are in use, in the order of the space."""
    named = [category.name for category in space.categories]
    return tuple(dict.fromkeys([*named, *(label.category for label in space.labels), *(row.group for row in rows if row.group)]))


def faults(space: LabelSpace, rows: Sequence[Row]) -> dict[int, str]:
    """What keeps rows from being taken, one sentence each, by their place."""
    found = {}
    for place, row in enumerate(rows):
        others = [other for other in (*rows[:place], *rows[place + 1 :])]
        said = _wrong_name(row, others, space) or (_wrong_word(row.group, "group") if row.was is None or row.group != row.was.category else "")
        if said:
            found[place] = said
    return found


def whole_fault(space: LabelSpace, rows: Sequence[Row]) -> str:
    """What is wrong with all of them together; "" for nothing."""
    if not rows:
        return "A label space needs at least one class"
    if len(space.labels) + sum(row.was is None for row in rows) > _MOST:
        return f"Masks of 8 bits have room for {_MOST} classes"
    trained, before = sum(row.trained for row in rows), sum(label.train_id != VOID for label in space.labels)
    return "Let at least two classes be trained" if trained < min(2, before) else ""


def brought_back(space: LabelSpace, row: Row) -> Label | None:
    """The retired class that a new row brings back, as it has its name."""
    found = space.find(row.name) if row.was is None else None
    return found if found is not None and found.retired else None


def edited(space: LabelSpace, rows: Sequence[Row], *, name: str, title: str) -> LabelSpace:
    """The space of the user's own that the rows make of `space`. Raises ConfigError with the first fault."""
    if said := next(iter(faults(space, rows).values()), "") or whole_fault(space, rows):
        raise ConfigError(said)
    ids, train_ids = _free_ids(space), _free_train_ids(space)
    kept = []
    for row in rows:
        was = row.was or brought_back(space, row)
        label = was or Label(next(ids), row.name, row.colour, row.group, semantic_kitti=_kitti_of(row.group, space))
        train_id = (label.train_id if label.train_id != VOID else next(train_ids)) if row.trained else VOID
        names = dict.fromkeys([*label.aliases, label.name])
        aliases = tuple(one for one in names if one != row.name)
        kept.append(replace(label, name=row.name, colour=row.colour, category=row.group, train_id=train_id, instances=row.instances, aliases=aliases, retired=False))
    ids_kept = {label.id for label in kept}
    rest = [replace(label, retired=True, train_id=VOID) if label.id >= 0 else label for label in space.labels if label.id not in ids_kept]
    labels = (*kept, *rest)
    return LabelSpace(name, title, labels, _categories(space, labels), space.base or space.name)


def merged(rows: Sequence[Row], imported: LabelSpace) -> tuple[Row, ...]:
    """With the classes of another space: those of the same name, or of one it had before, become as there, the others are added."""
    known = {name.casefold(): place for place, row in enumerate(rows) for name in (*(row.was.aliases if row.was else ()), row.name)}
    found = list(rows)
    for label in imported.listed:
        place = next((known[name.casefold()] for name in (label.name, *label.aliases) if name.casefold() in known), None)
        if place is None:
            found.append(_row(label, None))
        else:
            found[place] = replace(found[place], name=label.name, colour=label.colour, group=label.category, trained=label.train_id != VOID, instances=label.instances)
    return tuple(found)


def renamed(before: LabelSpace, after: LabelSpace) -> dict[str, str]:
    """New names by old ones."""
    now = {label.id: label.name for label in after.labels}
    return {label.name: now[label.id] for label in before.labels if label.id in now and now[label.id] != label.name}


def lost(used: Mapping[str, int], before: LabelSpace, after: LabelSpace) -> dict[str, int]:
    """Of the regions counted by label, those that would mean nothing, or another thing, in another space."""
    return {name: count for name, count in used.items() if (label := before.find(before.current(name))) is not None and _other(label, after)}


def _other(label: Label, after: LabelSpace) -> bool:
    found = next((found for name in (label.name, *label.aliases) if (found := after.find(name)) is not None), None)
    return found is None or found.id != label.id


def _row(label: Label, was: Label | None) -> Row:
    return Row(label.name, label.colour, label.category, label.train_id != VOID, label.instances, was)


def _wrong_name(row: Row, others: Sequence[Row], space: LabelSpace) -> str:
    if row.was is not None and not row.renamed:
        return ""  # as it was found: a dataset's own names may be odd
    if said := _wrong_word(row.name, "name"):
        return said
    if any(other.name.casefold() == row.name.casefold() for other in others):
        return f"There is a class {row.name} already"
    own = set(row.was.aliases) if row.was is not None else set()
    if (back := brought_back(space, row)) is not None:
        return f"{row.name} is {back.name}, which stands here already" if any(brought_back(space, other) is back for other in others) else ""
    for label in space.labels:
        if label is not row.was and row.name in (label.name, *label.aliases) and row.name not in own:
            now = next((other.name for other in others if other.was is label), label.name)
            return f"{row.name} was the name of {now}, and regions may still have it" if now != row.name else f"{row.name} is a class that was removed"
    single = row.name.removesuffix(GROUP)
    if single != row.name and any(single == other.name for other in others):
        return f"{row.name} stands for several of {single}"
    return ""


def _wrong_word(word: str, what: str) -> str:
    if not word.strip():
        return f"Give it a {what}"
    if len(word) > LONGEST_NAME:
        return f"Use at most {LONGEST_NAME} letters"
    if word == REST:
        return f"{REST} is what networks call everything else"
    return "" if _NAME.fullmatch(word) else f"Use letters, digits, spaces and - in a {what}"


def _free_ids(space: LabelSpace) -> Iterator[int]:
    taken = {label.id for label in space.labels}
    above = max((id_ for id_ in taken if id_ <= _LARGEST_NEW_ID), default=-1) + 1
    return iter([*range(above, _LARGEST_NEW_ID + 1), *(id_ for id_ in range(above) if id_ not in taken)])


def _free_train_ids(space: LabelSpace) -> Iterator[int]:
    return iter(range(max((label.train_id for label in space.labels if label.train_id != VOID), default=-1) + 1, VOID))


def _kitti_of(group: str, space: LabelSpace) -> int:
    return next((category.semantic_kitti for category in space.categories if category.name == group), 0)


def _categories(space: LabelSpace, labels: Sequence[Label]) -> tuple[Category, ...]:
    """The groups that have a trained member; members that aren't trained, and weren't in the group before, are left out of it."""
    before = {label.id: label for label in space.labels}
    known = {category.name: category for category in space.categories}
    regrouped = any(label.id not in before or label.category != before[label.id].category for label in labels)
    if not known and not regrouped:
        return ()
    found = []
    for group in dict.fromkeys([*known, *(label.category for label in labels)]):
        members = [label for label in labels if label.category == group]
        trained = [label for label in members if label.train_id != VOID]
        if group in (REST, _VOID_GROUP) or not trained:
            continue
        was = known.get(group, Category(group, trained[0].colour))
        ignore = tuple(label.name for label in members if not label.retired and _ignored(label, before.get(label.id), was))
        found.append(replace(was, ignore=ignore))
    return tuple(found)


def _ignored(label: Label, before: Label | None, category: Category) -> bool:
    """As it was where nothing of it changed; else what isn't trained."""
    if before is not None and before.category == label.category and (before.train_id == VOID) == (label.train_id == VOID):
        return before.name in category.ignore
    return label.train_id == VOID


def _far_colour(colours: Sequence[Colour]) -> Colour:
    """Of a ring of strong colours the one farthest from all."""
    ring = [colorsys.hsv_to_rgb(hue / 24, saturation, value) for hue in range(24) for saturation, value in ((0.85, 0.95), (0.6, 0.7))]
    candidates = [(round(255 * red), round(255 * green), round(255 * blue)) for red, green, blue in ring]
    return max(candidates, key=lambda one: min((sum((a - b) ** 2 for a, b in zip(one, other)) for other in colours), default=0))
