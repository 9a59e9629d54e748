"""The magnifier, the crosshair, ignore regions and simplifying, by mouse and keys."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.annotation import masks
from engine.annotation.document import Polygon
from gui.actions import Action
from gui.label_ignoring import Ignoring
from gui.label_seeing import Seeing
from gui.label_simplifying import Simplifying
from gui.pages.annotate import AnnotatePage
from gui.widgets import layers
from tests.gui.annotating import SPACE, at, click, drag, opened, part, regions, shown, street


@pytest.fixture
def page(qtbot, session, jobs, settings, tmp_path: Path):
    page = opened(qtbot, session, jobs, settings, street(tmp_path))
    yield page
    page.shutdown()


def row(page: AnnotatePage, id: str) -> Action:
    return next(one for one in page.actions() if one.id == f"annotate.{id}")


def test_the_magnifier_shows_what_is_under_the_pointer_and_keeps_out_of_its_way(page: AnnotatePage) -> None:
    loupe = part(page, Seeing).loupe
    row(page, "magnifier").call()
    QTest.mouseMove(page.canvas, at(page, 30, 20))
    assert loupe.isVisible()
    x, y = loupe.view.picture_point(loupe.view.view_width / 2, loupe.view.view_height / 2)
    assert abs(x - 30.5) < 0.5 and abs(y - 20.5) < 0.5
    assert loupe.view.scale >= 4 * page.canvas.view.scale or loupe.view.scale == 64
    colour = page.canvas.drawn(loupe.view).pixelColor(loupe.width() // 2, loupe.height() // 2)
    assert (colour.red(), colour.green(), colour.blue()) == (220, 30, 30)
    near = loupe.geometry().center()
    QTest.mouseMove(page.canvas, near)
    assert not loupe.geometry().contains(near)
    QApplication.sendEvent(page.canvas, QEvent(QEvent.Type.Leave))
    assert not loupe.isVisible()


def test_magnifier_and_crosshair_are_remembered(page: AnnotatePage, session, jobs, settings, qtbot) -> None:
    for id in ("magnifier", "crosshair"):
        before = row(page, id).checked()
        row(page, id).call()
        assert row(page, id).checked() is not before
    again = AnnotatePage(session, jobs, settings)
    qtbot.addWidget(again)
    assert row(again, "magnifier").checked() is True and row(again, "crosshair").checked() is False and not again.canvas.cross
    again.shutdown()


def test_the_selection_becomes_an_ignore_region_that_is_neither_trained_nor_scored(page: AnnotatePage) -> None:
    click(page, 50, 60)
    row(page, "ignore").call()
    assert regions(page) == ["out of roi"]
    document = page.labelling.committed
    assert masks.train_ids(document, SPACE)[60, 50] == 255 and masks.label_ids(document, SPACE)[60, 50] == SPACE.label("out of roi").id
    page.labelling.undo()
    assert regions(page) == ["road"]


def test_with_nothing_selected_the_next_region_is_ignored(page: AnnotatePage) -> None:
    said: list[str] = []
    part(page, Ignoring).said.connect(said.append)
    row(page, "ignore").call()
    page.take("polygon")
    for x, y in ((5, 5), (15, 5), (15, 15)):
        click(page, x, y)
    QTest.keyClick(page.canvas, Qt.Key.Key_Return)
    assert regions(page) == ["road", "out of roi"] and "neither trained on nor scored" in said[0]


def test_ignore_regions_have_stripes_and_unlabelled_pixels_have_none(page: AnnotatePage) -> None:
    click(page, 50, 60)
    plain = page.canvas.picture()
    row(page, "ignore").call()
    striped = page.canvas.picture()
    colours = {striped.pixelColor(x, 60).rgb() for x in range(20, 70)}
    assert len({plain.pixelColor(x, 60).rgb() for x in range(20, 70)}) == 1 and len(colours) == 2
    assert len({striped.pixelColor(x, 45).rgb() for x in range(60, 90)}) == 1


def test_stripes_drawn_part_by_part_are_those_of_the_whole(page: AnnotatePage) -> None:
    page.canvas.grab()
    click(page, 50, 60)
    row(page, "ignore").call()
    page.canvas.grab()
    parts = page.canvas._over.copy()
    page.canvas._over = None
    page.canvas.grab()
    np.testing.assert_array_equal(parts, page.canvas._over)


def test_stripes_leave_what_is_hidden_alone() -> None:
    mask, which = np.zeros((24, 24), np.uint8), np.zeros(256, np.uint8)
    which[0] = 1
    tint = np.zeros((24, 24, 4), np.uint8)
    layers.hatched(tint, mask, which)
    assert not tint.any()
    tint[..., 3] = 100
    layers.hatched(tint, mask, which)
    assert 0 < (tint[..., 3] == 130).mean() < 0.5


@pytest.fixture
def ring(page: AnnotatePage) -> AnnotatePage:
    """A selected circle of many vertices."""
    points = tuple((round(48 + 20 * math.cos(turn / 60 * math.tau), 1), round(28 + 20 * math.sin(turn / 60 * math.tau), 1)) for turn in range(60))
    page.labelling.commit(page.labelling.committed.added("car", Polygon(points)), "draw", select=(1,))
    return page


def vertices(page: AnnotatePage, *, committed: bool = True) -> int:
    return len((page.labelling.committed if committed else page.labelling.document).regions[1].shape.points)


def test_fewer_vertices_are_looked_at_before_enter_keeps_them(ring: AnnotatePage, qtbot) -> None:
    bar = part(ring, Simplifying).bar
    row(ring, "simplify").call()
    qtbot.waitUntil(lambda: "60 →" in bar.says.text())
    few = vertices(ring, committed=False)
    assert bar.isVisible() and vertices(ring) == 60 and few < 60 and f"→ {few} " in bar.says.text()
    QTest.keyClick(bar.slider, Qt.Key.Key_PageUp)
    qtbot.waitUntil(lambda: vertices(ring, committed=False) < few)
    qtbot.waitUntil(lambda: part(ring, Simplifying)._found is not None)
    QTest.keyClick(bar.slider, Qt.Key.Key_Return)
    assert vertices(ring) < few and not bar.isVisible() and ring.canvas.hasFocus()
    ring.labelling.undo()
    assert vertices(ring) == 60


def test_escape_puts_the_vertices_back(ring: AnnotatePage, qtbot) -> None:
    simplifying = part(ring, Simplifying)
    row(ring, "simplify").call()
    qtbot.waitUntil(lambda: vertices(ring, committed=False) < 60)
    QTest.keyClick(simplifying.bar.slider, Qt.Key.Key_Escape)
    assert vertices(ring) == vertices(ring, committed=False) == 60 and not simplifying.active and not simplifying.bar.isVisible()


def test_enter_before_the_answer_waits_for_it(ring: AnnotatePage, qtbot) -> None:
    row(ring, "simplify").call()
    QTest.keyClick(part(ring, Simplifying).bar.slider, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: vertices(ring) < 60)


@pytest.mark.parametrize("how", ["frame", "selection", "edit"])
def test_anything_else_puts_an_end_to_the_preview(ring: AnnotatePage, qtbot, how: str) -> None:
    simplifying, store = part(ring, Simplifying), ring.labelling.now.store
    row(ring, "simplify").call()
    qtbot.waitUntil(lambda: vertices(ring, committed=False) < 60)
    match how:
        case "frame":
            ring.session.show_frame(1)
            qtbot.waitUntil(lambda: ring.labelling.now.frame == 1)
            assert regions(ring) == ["road"]
        case "selection":
            drag(ring, (2, 2), (4, 4))
        case "edit":
            ring.labelling.undo()
            ring.labelling.redo()
    assert not simplifying.active and not simplifying.bar.isVisible() and len(store.document.regions[1].shape.points) == 60
    assert ring.labelling.document is ring.labelling.committed


def test_painted_regions_have_no_vertices_to_leave_out(page: AnnotatePage) -> None:
    page.take("brush")
    drag(page, (30, 20), (40, 20))
    said: list[str] = []
    part(page, Simplifying).said.connect(said.append)
    row(page, "simplify").call()
    assert "Select a polygon" in said[0] and shown(page, 35, 20) == "car"
