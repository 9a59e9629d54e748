"""Writing what the plot shows to a file: a picture, a drawing, or the numbers behind it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QGraphicsView, QMenu, QWidget

from engine import atomic
from engine.errors import OutputError
from gui import theme
from gui.widgets.curve_data import RunCurves

FILTERS = "Picture (*.png);;Drawing (*.svg);;Numbers (*.csv)"


def save(view: QGraphicsView, curves: RunCurves, path: Path) -> None:
    """Writes by the suffix of `path`: SVG, CSV (the numbers of `curves`), else a picture such as PNG at twice the size. Raises OutputError."""
    match path.suffix.lower():
        case ".csv":
            atomic.write_text(path, curves.table())
        case ".svg":
            with atomic.replacing(path) as temporary:
                _draw(view, temporary)
        case _:
            with atomic.replacing(path) as temporary:
                _paint(view, temporary)


def open_menu(parent: QWidget, at: QPointF, *, save: Callable[[str], object], possible: bool, reset: Callable[[], object]) -> None:
    """What can be done with the plot, at the point `at` of the screen; `save` gets a suffix."""
    menu = QMenu(parent)
    menu.addAction("Show all steps", reset)
    menu.addSeparator()
    for words, suffix in (("Save as picture (PNG)…", "png"), ("Save as drawing (SVG)…", "svg"), ("Save the numbers (CSV)…", "csv")):
        made = menu.addAction(words)
        made.triggered.connect(lambda _=False, suffix=suffix: save(suffix))
        made.setEnabled(possible)
    menu.popup(at.toPoint())


def _paint(view: QGraphicsView, path: Path) -> None:
    shown = view.viewport().rect()
    picture = QImage(shown.size() * 2, QImage.Format.Format_RGB32)
    picture.fill(QColor(theme.tokens().picture))
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    view.render(painter, QRectF(picture.rect()), shown, Qt.AspectRatioMode.IgnoreAspectRatio)
    painter.end()
    if not picture.save(str(path)):
        raise OutputError(f"pictures can't be written as {path.suffix or 'a file without a suffix'}; choose a name that ends in .png, .svg or .csv")


def _draw(view: QGraphicsView, path: Path) -> None:
    from PySide6.QtSvg import QSvgGenerator

    shown = view.viewport().rect()
    generator = QSvgGenerator()
    generator.setFileName(str(path))
    generator.setSize(shown.size())
    generator.setViewBox(shown)
    generator.setTitle("Roadscope: curves of a training run")
    painter = QPainter(generator)
    painter.fillRect(shown, QColor(theme.tokens().picture))
    view.render(painter, QRectF(shown), shown)
    painter.end()
