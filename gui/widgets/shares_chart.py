"""How much of the pixels each class has: a bar a class in its colour, the largest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui import theme

ROW = 22


@dataclass(frozen=True, slots=True)
class Share:
    """A class's `share` of all pixels that aren't void, 0…1, and in how many masks it occurs."""

    name: str
    colour: tuple[int, int, int]
    share: float
    pixels: int
    masks: int


class SharesChart(QWidget):
    """Classes that don't occur are named in one line below the bars."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shares: list[Share] = []
        self._absent: list[str] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Class shares")

    @property
    def shares(self) -> Sequence[Share]:
        """The bars from the top."""
        return self._shares

    def show_shares(self, shares: Sequence[Share]) -> None:
        """Draws other bars."""
        self._shares = sorted((one for one in shares if one.pixels), key=lambda one: one.share, reverse=True)
        self._absent = [one.name for one in shares if not one.pixels]
        self.setAccessibleDescription(", ".join(f"{one.name} {percent(one.share)}" for one in self._shares))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, (len(self._shares) + bool(self._absent)) * ROW)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            at = event.pos().y() // ROW
            if at < len(self._shares):
                one = self._shares[at]
                count = f"{one.pixels:,}".replace(",", "\u202f")
                QToolTip.showText(event.globalPos(), f"{one.name}: {percent(one.share)} of the pixels\n{count} px in {one.masks} masks", self)
            elif self._absent:
                QToolTip.showText(event.globalPos(), "Do not occur: " + ", ".join(self._absent), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._shares and not self._absent:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        now, metrics = theme.tokens(), self.fontMetrics()
        names = min(max([metrics.horizontalAdvance(one.name) for one in self._shares], default=0), self.width() // 2)
        figures = metrics.horizontalAdvance("100.0 %")
        most = max([one.share for one in self._shares], default=1.0)
        for at, one in enumerate(self._shares):
            row = QRect(0, at * ROW, self.width(), ROW)
            painter.setPen(now.colour("text"))
            painter.drawText(QRect(0, row.top(), names, ROW), Qt.AlignmentFlag.AlignVCenter, metrics.elidedText(one.name, Qt.TextElideMode.ElideRight, names))
            room = QRect(names + 8, row.top() + 5, max(10, self.width() - names - figures - 20), ROW - 10)
            painter.setPen(now.colour("line"))
            painter.setBrush(QColor(*one.colour))
            painter.drawRoundedRect(QRect(room.left(), room.top(), max(3, round(room.width() * one.share / most)), room.height()), 2, 2)
            painter.setPen(now.colour("muted"))
            painter.drawText(QRect(self.width() - figures, row.top(), figures, ROW), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, percent(one.share))
        if self._absent:
            painter.setPen(now.colour("muted"))
            text = f"{len(self._absent)} do not occur: {', '.join(self._absent)}"
            rest = QRect(0, len(self._shares) * ROW, self.width(), ROW)
            painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, metrics.elidedText(text, Qt.TextElideMode.ElideRight, self.width()))


def percent(share: float) -> str:
    """Such as 38.2 %."""
    return f"{100 * share:.1f} %" if share >= 0.0005 else "<0.1 %"
