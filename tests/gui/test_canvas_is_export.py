"""The canvas at 100 % shows, on every pixel, what the exported colour mask holds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from engine import images, labels
from engine.annotation import cityscapes_json, export
from engine.annotation.document import Document, Painted, Polygon
from engine.inspection.opening import open_path
from gui import label_edits
from gui.pages.annotate import AnnotatePage

WIDTH, HEIGHT = 2048, 1024
SPACE = labels.space("cityscapes")
NAMES = [label.name for label in SPACE.labels if label.id >= 0]


def crowded() -> Document:
    """300 objects over a ground that leaves nothing unlabelled: overlaps, crossing outlines, parts outside of the frame, painted regions with holes, groups, deleted ones."""
    random = np.random.default_rng(17)
    document = Document(WIDTH, HEIGHT).added("road", Polygon(((-5, -5), (WIDTH + 5, -5), (WIDTH + 5, HEIGHT + 5), (-5, HEIGHT + 5))))
    for number in range(299):
        label = NAMES[number % len(NAMES)] + ("group" if number % 17 == 3 and SPACE.label(NAMES[number % len(NAMES)]).instances else "")
        x, y, radius = random.uniform(-40, WIDTH + 40), random.uniform(-40, HEIGHT + 40), random.uniform(3, 160)
        if number % 4 == 3:
            side = int(radius) + 12
            rows, columns = np.mgrid[:side, :side] - side / 2
            away = np.hypot(rows, columns)
            mask = (away < side / 2) & (away > side / 6)
            mask &= random.random(mask.shape) < (0.6 if number % 8 == 3 else 1.0)
            shape = Painted.of(mask, int(x), int(y))
            assert shape is not None
        else:
            angles = random.uniform(0, 2 * np.pi, int(random.integers(3, 30)))
            angles = np.sort(angles) if number % 3 else angles
            points = [(x + radius * np.cos(angle), y + radius * np.sin(angle)) for angle in angles]
            shape = Polygon(tuple(points) if number % 5 == 4 else tuple((int(a), int(b)) for a, b in points))
        document = document.added(label, shape)
    gone = document.regions[150]
    return document.replaced(gone.changed(deleted=True))


@pytest.fixture
def page(qtbot, session, jobs, settings, tmp_path: Path):
    document = crowded()
    stem = "a_000000_000019"
    images.write_png(tmp_path / "leftImg8bit" / "train" / "a" / f"{stem}_leftImg8bit.png", np.full((HEIGHT, WIDTH, 3), 90, np.uint8))
    folder = tmp_path / "gtFine" / "train" / "a"
    folder.mkdir(parents=True)
    (folder / f"{stem}_gtFine_polygons.json").write_text(cityscapes_json.write(document), encoding="utf-8")
    page = AnnotatePage(session, jobs, settings)
    page.resize(1000, 700)
    qtbot.addWidget(page)
    page.show()
    session.set_source(open_path(tmp_path), tmp_path)
    page.activate()
    qtbot.waitUntil(lambda: page.labelling.now is not None)
    session.set_opacity(1.0)
    yield page
    page.shutdown()


def exported(page: AnnotatePage, folder: Path) -> np.ndarray:
    (path,) = export.export(page.labelling.committed, SPACE, stem="out", folder=folder, kinds=["color"])
    return images.read_rgb(path)


def seen(page: AnnotatePage) -> np.ndarray:
    """(HEIGHT, WIDTH, 3) of the canvas at 100 %, looked at piece after piece."""
    canvas = page.canvas
    whole = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    done = np.zeros((HEIGHT, WIDTH), bool)
    canvas.zoom(1.0)
    view = canvas.view
    for top in range(0, HEIGHT, view.view_height - 40):
        for left in range(0, WIDTH, view.view_width - 40):
            canvas.view = canvas.view.moved(20 - left - canvas.view.left, 20 - top - canvas.view.top)
            shot = canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
            rows = np.frombuffer(shot.constBits(), np.uint8).reshape(shot.height(), shot.bytesPerLine())[:, : shot.width() * 3].reshape(shot.height(), shot.width(), 3)
            x, y = round(-canvas.view.left), round(-canvas.view.top)
            assert canvas.view.scale == 1 and (x, y) == (-canvas.view.left, -canvas.view.top)
            inside = QRect(0, 0, WIDTH, HEIGHT).intersected(QRect(QPoint(x, y), shot.size()))
            part = np.s_[inside.top() : inside.bottom() + 1, inside.left() : inside.right() + 1]
            whole[part] = rows[inside.top() - y : inside.bottom() + 1 - y, inside.left() - x : inside.right() + 1 - x]
            done[part] = True
    assert done.all()
    return whole


def test_at_full_opacity_every_pixel_is_that_of_the_exported_colours(page: AnnotatePage, tmp_path: Path) -> None:
    assert len(page.labelling.committed.regions) == 300
    np.testing.assert_array_equal(seen(page), exported(page, tmp_path))


def test_after_edits_and_undo_it_still_is(page: AnnotatePage, tmp_path: Path) -> None:
    canvas, labelling = page.canvas, page.labelling
    labelling.select([labelling.committed.regions[200].key, labelling.committed.regions[40].key])
    label_edits.delete(labelling)
    labelling.select([labelling.committed.regions[60].key])
    label_edits.raise_by(labelling, 1000)
    page.take("brush")
    labelling.settings.set_label("sky")
    for y in (80, 200, 330):
        QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(60, y))
        for x in range(60, canvas.width() - 60, 40):
            QTest.mouseMove(canvas, QPoint(x, y + x % 23))
        QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(canvas.width() - 60, y))
    labelling.undo()
    labelling.undo()
    labelling.redo()
    labelling.select(())
    page.take("select")
    np.testing.assert_array_equal(seen(page), exported(page, tmp_path))


def test_a_single_other_pixel_would_be_found(page: AnnotatePage, tmp_path: Path) -> None:
    page.labelling.picture.index[700, 1500] = (page.labelling.picture.index[700, 1500] + 1) % len(NAMES)
    page.labelling.painted.emit((1500, 700, 1501, 701))
    assert (seen(page) != exported(page, tmp_path)).any(axis=2).sum() == 1
