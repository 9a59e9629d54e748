"""What can be done on the Annotate page, as rows of the table of actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui import label_edits, label_part
from gui.actions import Action

if TYPE_CHECKING:
    from gui.pages.annotate import AnnotatePage


def rows(page: AnnotatePage) -> list[Action]:
    """Tools, edits, layers, what the parts can do, frames and views."""
    parts = [row for part in page.parts for row in part.rows()]
    return [*_tools(page), *_edits(page), *_layers(page), *parts, *_frames(page), *_views(page), *_digits(page)]


def _row(page: AnnotatePage, id: str, text: str, keys: str | tuple[str, ...], icon: str, call, help: str = "", *, need: str = "open") -> Action:  # type: ignore[no-untyped-def]
    return label_part.row(page.desk, id, text, keys, icon, call, help, need=need)


def _tools(page: AnnotatePage) -> list[Action]:
    rows = [_row(page, f"tool.{tool.name}", tool.title, tool.key, tool.icon, lambda name=tool.name: page.take(name), tool.help) for tool in page.tools.values()]
    settings = page.labelling.settings
    return [
        *rows,
        _row(page, "again", "Draw again", "N", "", page.take_last, "The last tool that draws, with the same class"),
        _row(page, "smaller", "Smaller brush", "[", "", lambda: settings.grow_brush(-1)),
        _row(page, "larger", "Larger brush", "]", "", lambda: settings.grow_brush(1)),
    ]


def _edits(page: AnnotatePage) -> list[Action]:
    labelling = page.labelling
    return [
        _row(page, "undo", "Undo", "Ctrl+Z", "undo", labelling.undo, need="edit"),
        _row(page, "redo", "Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "redo", labelling.redo, need="edit"),
        _row(page, "save", "Save now", "Ctrl+S", "save", labelling.saving.now, "Labels save themselves a moment after each edit"),
        _row(page, "delete", "Delete", "Delete", "trash", lambda: label_edits.delete(labelling), need="selection"),
        _row(page, "duplicate", "Duplicate", "Ctrl+D", "copy", lambda: label_edits.duplicate(labelling), need="selection"),
        _row(page, "all", "Select all", "Ctrl+A", "", lambda: labelling.select(labelling.committed.places)),
        _row(page, "class", "Find a class…", "Ctrl+E", "search", page.classes.ask),
    ]


def _layers(page: AnnotatePage) -> list[Action]:
    labelling = page.labelling

    def up(step: int):  # type: ignore[no-untyped-def]
        return lambda: label_edits.raise_by(labelling, step)

    return [
        _row(page, "up", "One layer up", "Up", "", up(1), "Past the next region that meets it", need="selection"),
        _row(page, "down", "One layer down", "Down", "", up(-1), need="selection"),
        _row(page, "top", "To the top", "Shift+Up", "", up(1000), need="selection"),
        _row(page, "bottom", "To the bottom", "Shift+Down", "", up(-1000), need="selection"),
        *[
            _row(page, id, text, keys, "", lambda how=how: label_edits.combine(labelling, how, report=page.report), help, need="selection")
            for how, (id, text, keys, help) in {
                "union": ("union", "Union", "Ctrl+U", "One region of the selected ones"),
                "subtract": ("subtract", "Subtract", "Ctrl+Shift+U", "Takes the upper selected regions away from the lowest"),
                "intersect": ("intersect", "Intersect", "Ctrl+I", "What the selected regions have in common"),
            }.items()
        ],
        _row(page, "meet", "Meet the neighbours", "Ctrl+B", "", lambda: label_edits.meet_neighbours(labelling), "Pulls the border onto those of neighbours within six pixels", need="selection"),
    ]


def _frames(page: AnnotatePage) -> list[Action]:
    session = page.session
    return [
        _row(page, "next", "Next frame", ("D", "PgDown"), "step-forward", lambda: session.show_frame(session.frame + 1), need="drive"),
        _row(page, "previous", "Previous frame", ("A", "PgUp"), "step-back", lambda: session.show_frame(session.frame - 1), need="drive"),
        _row(page, "back", "Back to where this frame was opened from", "F", "drive", lambda: _go_back(page), "At the same place", need="drive"),
    ]


def _go_back(page: AnnotatePage) -> None:
    page.session.view = page.canvas.view
    page.wants_page.emit(page.session.came_from)


def _views(page: AnnotatePage) -> list[Action]:
    canvas, session = page.canvas, page.session

    return [
        _row(page, "fit", "Fit the picture", "Ctrl+F", "fit", canvas.fit),
        _row(page, "full", "100 %", "Ctrl+0", "zoom-in", lambda: canvas.zoom(1.0), "One pixel of the picture on one of the screen"),
        _row(page, "labels", "Labels on or off", "H", "overlay", page.toggle_labels),
        _row(page, "more", "More opaque", ("+", "="), "", lambda: session.set_opacity(session.opacity + 0.1)),
        _row(page, "less", "Less opaque", "-", "", lambda: session.set_opacity(session.opacity - 0.1)),
    ]


def _digits(page: AnnotatePage) -> list[Action]:
    def choose(number: int) -> None:
        if (name := page.classes.digit(number)) is not None:
            label_edits.choose_label(page.labelling, name)

    return [
        _row(page, f"class.{number}", f"Class {number or 10}", str(number), "", lambda number=number: choose(number), "Of the selection, or of the next region" + ("" if number else "; held with nothing selected: the picture alone"), need="edit")
        for number in (1, 2, 3, 4, 5, 6, 7, 8, 9, 0)
    ]
