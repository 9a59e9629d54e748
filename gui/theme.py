"""How everything looks: one table of tokens for light and dark, Qt's Fusion with their palette, and one set of icons.

Icons are stroke drawings in `resources/icons/`; they are drawn from their vectors at the size and pixel ratio asked for, in
the colour of the text, so they follow the theme by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from string import Template
from typing import Literal

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QApplication

from engine import places

Name = Literal["dark", "light"]
_PROPERTY = "roadscope_theme"


@dataclass(frozen=True, slots=True)
class Tokens:
    """Colours as #rrggbb. `picture` is what images and clouds lie on: the same in both themes, so mask colours don't shift."""

    name: Name
    surface: str
    raised: str
    hover: str
    line: str
    text: str
    muted: str
    accent: str
    on_accent: str
    danger: str
    warning: str
    ok: str
    picture: str = "#121316"
    on_picture: str = "#d7dae0"

    def colour(self, token: str) -> QColor:
        """The token `token`, such as "accent"."""
        return QColor(getattr(self, token))


DARK = Tokens(
    name="dark", surface="#17191e", raised="#1f2229", hover="#2a2e37", line="#31353f", text="#e7e9ed", muted="#a0a7b4",
    accent="#5aa2ff", on_accent="#0b1524", danger="#ff7b70", warning="#f0b840", ok="#52c78f",
)  # fmt: skip
LIGHT = Tokens(
    name="light", surface="#f4f5f7", raised="#ffffff", hover="#e8ebf0", line="#d5dae1", text="#1a1d23", muted="#59616e",
    accent="#1b66d6", on_accent="#ffffff", danger="#c2281d", warning="#8a5a00", ok="#157347",
)  # fmt: skip


def tokens() -> Tokens:
    """The tokens of the theme that is shown now."""
    app = QApplication.instance()
    return LIGHT if app is not None and app.property(_PROPERTY) == "light" else DARK


def resolve(wanted: str, app: QApplication) -> Name:
    """The theme for the setting `wanted` (system, dark or light); a system that doesn't say gets dark."""
    if wanted in ("dark", "light"):
        return wanted  # type: ignore[return-value]
    return "light" if app.styleHints().colorScheme() == Qt.ColorScheme.Light else "dark"


def apply(app: QApplication, name: Name) -> None:
    """Dresses the whole application in the theme `name`."""
    if app.property(_PROPERTY) == name:
        return  # a style sheet makes every widget look at itself anew: not twice for nothing
    app.setProperty(_PROPERTY, name)
    if app.style().objectName() != "fusion":
        app.setStyle("Fusion")
    _set_font(app)
    app.setPalette(_palette(tokens()))
    app.setStyleSheet(_style_sheet(name))
    for widget in app.allWidgets():
        widget.update()


def icon(name: str, colour: str | None = None) -> QIcon:
    """The icon `resources/icons/<name>.svg` in the text's colour, or in the token or #rrggbb `colour`."""
    return QIcon(_Strokes(name, colour))


def pixmap(name: str, size: int, ratio: float, colour: str | None = None) -> QPixmap:
    """The icon as a picture of `size` logical pixels, for painting by hand."""
    return icon(name, colour).pixmap(QSize(size, size), ratio)


def focus_pen_width() -> int:
    """Logical pixels of the ring around what has the keyboard."""
    return 2


class _Strokes(QIconEngine):
    """Draws an SVG from its vectors each time, in the colour the theme has at that time."""

    def __init__(self, name: str, colour: str | None) -> None:
        super().__init__()
        self._name, self._colour = name, colour

    def clone(self) -> QIconEngine:
        return _Strokes(self._name, self._colour)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        now = tokens()
        colour = self._colour or "text"
        value = getattr(now, colour) if not colour.startswith("#") else colour
        if mode == QIcon.Mode.Disabled:
            value = now.muted
        side = min(rect.width(), rect.height())
        at = QRectF(rect.x() + (rect.width() - side) / 2, rect.y() + (rect.height() - side) / 2, side, side)
        painter.save()
        painter.setOpacity(painter.opacity() * (0.45 if mode == QIcon.Mode.Disabled else 1.0))
        _renderer(self._name, value).render(painter, at)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self._drawn(size, mode, state)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        drawn = self._drawn(size * scale, mode, state)  # the size is in logical pixels since Qt 6.8
        drawn.setDevicePixelRatio(scale)
        return drawn

    def _drawn(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        drawn = QPixmap(size)
        drawn.fill(Qt.GlobalColor.transparent)
        painter = QPainter(drawn)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return drawn


@cache
def _renderer(name: str, colour: str):  # type: ignore[no-untyped-def]  # QtSvg is imported at the first icon, not before
    from PySide6.QtSvg import QSvgRenderer

    path = places.RESOURCES / "icons" / f"{name}.svg"
    if not path.is_file():
        path = places.RESOURCES / "icons" / "unknown.svg"
    return QSvgRenderer(QByteArray(path.read_text(encoding="utf-8").replace("currentColor", colour).encode("utf-8")))


def _set_font(app: QApplication) -> None:
    font = QFont(app.font())
    if font.featureTags():
        return
    font.setPointSizeF(9.75)  # 13 px at 96 dpi, scaled by the system
    font.setFeature(QFont.Tag("tnum"), 1)  # figures of one width, so that numbers don't jump while they change
    app.setFont(font)


def _palette(now: Tokens) -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: now.surface, QPalette.ColorRole.WindowText: now.text, QPalette.ColorRole.Base: now.raised,
        QPalette.ColorRole.AlternateBase: now.surface, QPalette.ColorRole.Text: now.text, QPalette.ColorRole.Button: now.raised,
        QPalette.ColorRole.ButtonText: now.text, QPalette.ColorRole.ToolTipBase: now.raised, QPalette.ColorRole.ToolTipText: now.text,
        QPalette.ColorRole.Highlight: now.accent, QPalette.ColorRole.HighlightedText: now.on_accent, QPalette.ColorRole.Link: now.accent,
        QPalette.ColorRole.PlaceholderText: now.muted, QPalette.ColorRole.BrightText: now.danger, QPalette.ColorRole.Light: now.hover,
        QPalette.ColorRole.Midlight: now.hover, QPalette.ColorRole.Mid: now.line, QPalette.ColorRole.Dark: now.line, QPalette.ColorRole.Shadow: "#000000",
        QPalette.ColorRole.Accent: now.accent,
    }  # fmt: skip
    for role, value in roles.items():
        palette.setColor(role, QColor(value))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(now.muted))
    palette.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Highlight, QColor(now.line))
    return palette


@cache
def _style_sheet(name: Name) -> str:
    now = LIGHT if name == "light" else DARK
    values = {key: getattr(now, key) for key in Tokens.__slots__}
    values["style"] = (places.RESOURCES / "style").as_posix()
    return Template((places.RESOURCES / "style.qss").read_text(encoding="utf-8")).safe_substitute(values)
