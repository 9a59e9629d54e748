"""The Annotate page over two small frames, and the hands that draw on it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from engine import images, labels
from engine.annotation import cityscapes_json, masks
from engine.annotation.document import Document, Polygon
from engine.inspection.opening import open_path
from gui.pages.annotate import AnnotatePage

WIDTH, HEIGHT = 96, 64
SPACE = labels.space("cityscapes")
NONE, CTRL, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


def street(root: Path) -> Path:
    """Two frames in the Cityscapes layout: a grey street with a red box from (20, 10) to (44, 30); a region of the road lies below."""
    image = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    image[10:30, 20:44] = 220, 30, 30
    document = Document(WIDTH, HEIGHT).added("road", Polygon(((0, 50), (95, 50), (95, 63), (0, 63))))
    for number in range(2):
        stem = f"a_{number:06d}_000019"
        images.write_png(root / "leftImg8bit" / "train" / "a" / f"{stem}_leftImg8bit.png", image)
        folder = root / "gtFine" / "train" / "a"
        images.write_png(folder / f"{stem}_gtFine_labelIds.png", masks.label_ids(document, SPACE))
        (folder / f"{stem}_gtFine_polygons.json").write_text(cityscapes_json.write(document), encoding="utf-8")
    return root


def opened(qtbot, session, jobs, settings, root: Path) -> AnnotatePage:
    """The page with the first frame of a folder open, and cars to be drawn next; `shutdown` ends it."""
    page = AnnotatePage(session, jobs, settings)
    page.resize(1000, 700)
    qtbot.addWidget(page)
    page.show()
    session.set_source(open_path(root), root)
    page.activate()
    qtbot.waitUntil(lambda: page.labelling.now is not None)
    page.labelling.settings.set_label("car")
    return page


def part(page: AnnotatePage, kind: type):
    """The page's part of this kind."""
    return next(one for one in page.parts if isinstance(one, kind))


def do(page: AnnotatePage, id: str) -> None:
    """What the row's key does."""
    (row,) = [row for row in page.actions() if row.id == f"annotate.{id}"]
    assert row.possible
    row.call()


def at(page: AnnotatePage, x: float, y: float) -> QPoint:
    """The middle of a pixel of the picture on the canvas."""
    view, ratio = page.canvas.view, page.canvas.devicePixelRatioF()
    return QPoint(round((view.scale * (x + 0.5) + view.left) / ratio), round((view.scale * (y + 0.5) + view.top) / ratio))


def click(page: AnnotatePage, x: float, y: float, held: Qt.KeyboardModifier = NONE, button: Qt.MouseButton = LEFT) -> None:
    QTest.mouseMove(page.canvas, at(page, x, y))
    QTest.mouseClick(page.canvas, button, held, at(page, x, y))


def drag(page: AnnotatePage, *points: tuple[float, float], held: Qt.KeyboardModifier = NONE, button: Qt.MouseButton = LEFT) -> None:
    QTest.mousePress(page.canvas, button, held, at(page, *points[0]))
    for point in points[1:]:
        QTest.mouseMove(page.canvas, at(page, *point))
    QTest.mouseRelease(page.canvas, button, held, at(page, *points[-1]))


def shown(page: AnnotatePage, x: int, y: int) -> str:
    """The class that is on the screen at a pixel."""
    value = page.labelling.picture.index[y, x]
    return "" if value == 255 else SPACE.labels[value].name


def area(page: AnnotatePage, label: str = "car") -> int:
    """Pixels that are shown with this label."""
    return int((page.labelling.picture.index == SPACE.labels.index(SPACE.label(label))).sum())


def regions(page: AnnotatePage) -> list[str]:
    """The labels of what is written down, the lowest first."""
    return [region.label for region in page.labelling.committed.regions]
