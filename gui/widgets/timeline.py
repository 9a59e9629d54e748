"""One timeline for every page that shows a drive: play, step, speed, loop, the strip, the time, and where to go."""

from __future__ import annotations

from bisect import bisect_right

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QMenu, QToolButton, QVBoxLayout, QWidget

from engine.errors import DataError
from gui import theme
from gui.frames import Frames
from gui.player import Player
from gui.session import Session
from gui.widgets.drive_thumbnails import DriveThumbnails
from gui.widgets.playback import SPEEDS
from gui.widgets.timeline_strip import TimelineStrip, clock


class Timeline(QWidget):
    """Follows the session's frame and the player's clock; everything it does goes through them. `refused(sentence)`: nowhere to go."""

    refused = Signal(str)
    typed = Signal()
    """The field that says where to go was left: the keyboard is free."""

    def __init__(self, session: Session, player: Player, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._player = session, player
        self.strip = TimelineStrip()
        self._thumbnails = DriveThumbnails.of(player)
        self._make()
        self._lay_out()
        self._connect()
        self._pace = QTimer(self, interval=250)
        self._pace.timeout.connect(self._show_pace)
        self._open(player.frames)

    def ask_where(self) -> None:
        """Lets the user type a frame's number or a time to go to."""
        self._where.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _make(self) -> None:
        self._buttons = {
            name: _button(icon, tip)
            for name, icon, tip in (
                ("first", "first", "First frame"),
                ("back", "step-back", "One frame back (Left)"),
                ("play", "play", "Play (Space)"),
                ("on", "step-forward", "One frame on (Right)"),
                ("last", "last", "Last frame"),
                ("loop", "loop", "Play over and over; I and O set its ends"),
            )
        }
        self._buttons["loop"].setCheckable(True)
        self._speed = QComboBox()
        for speed in SPEEDS:
            self._speed.addItem(f"{speed:g}×", speed)
        self._speed.setToolTip("Speed (< and >)")
        self._speed.setAccessibleName("Speed")
        self._speed.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._time = QLabel("00:00.0")
        self._time.setObjectName("timelineTime")
        self._where = _Where()
        self._rate = QLabel()
        self._rate.setObjectName("muted")
        self._rate.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._rate.setToolTip("Frames shown a second, of those in the drive at this speed")

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 12, 4)
        row.setSpacing(2)
        for button in self._buttons.values():
            row.addWidget(button)
        row.addWidget(self._speed)
        row.addSpacing(6)
        row.addWidget(self.strip, 1)
        row.addSpacing(6)
        figures = QVBoxLayout()
        figures.setSpacing(0)
        top = QHBoxLayout()
        top.addWidget(self._time)
        top.addStretch(1)
        top.addWidget(self._rate)
        figures.addStretch(1)
        figures.addLayout(top)
        figures.addWidget(self._where)
        figures.addStretch(1)
        row.addLayout(figures)
        metrics = QFontMetrics(self.font())
        self._rate.setMinimumWidth(metrics.horizontalAdvance("00.0 fps"))
        self._where.setFixedWidth(metrics.horizontalAdvance("00:00.0   00.0 fps") + 16)

    def _connect(self) -> None:
        playback, session = self._player.playback, self._session
        self._buttons["first"].clicked.connect(lambda: session.show_frame(0))
        self._buttons["back"].clicked.connect(lambda: session.show_frame(session.frame - 1))
        self._buttons["play"].clicked.connect(playback.toggle)
        self._buttons["on"].clicked.connect(lambda: session.show_frame(session.frame + 1))
        self._buttons["last"].clicked.connect(lambda: session.show_frame(10**9))
        self._buttons["loop"].clicked.connect(lambda on: playback.set_loop((0, 10**9) if on else None))
        self._speed.activated.connect(lambda: playback.set_speed(self._speed.currentData()))
        self.strip.scrubbed.connect(session.show_frame)
        self.strip.thumbnails_wanted.connect(self._thumbnails.ask)
        self.strip.menu_wanted.connect(self._on_menu)
        self._where.entered.connect(self._on_where)
        self._where.left.connect(self.typed)
        self._thumbnails.ready.connect(self.strip.add_thumbnail)
        session.frame_changed.connect(self._on_frame)
        session.theme_changed.connect(lambda: self._on_playback())
        playback.changed.connect(self._on_playback)
        self._player.opened.connect(self._open)
        self._player.masks.covered_changed.connect(self._on_covered)

    def _open(self, frames: Frames | None) -> None:
        self.setEnabled(frames is not None)
        self.strip.open(self._player.playback.times, aspect=_aspect(frames))
        self.strip.show_covered(self._player.masks.covered)
        self._on_playback()
        self._on_frame(self._session.frame)

    def _on_frame(self, frame: int) -> None:
        times = self._player.playback.times
        self.strip.show_frame(frame)
        self._time.setText(clock(times[frame]) if frame < len(times) else "00:00.0")
        self._where.show_frame(frame, len(times))

    def _on_covered(self) -> None:
        self.strip.show_covered(self._player.masks.covered)

    def _on_playback(self) -> None:
        playback = self._player.playback
        play = self._buttons["play"]
        play.setIcon(theme.icon("pause" if playback.playing else "play"))
        play.setToolTip("Pause (Space)" if playback.playing else "Play (Space)")
        play.setAccessibleName("Pause" if playback.playing else "Play")
        self._buttons["loop"].setChecked(playback.loop is not None)
        self._speed.setCurrentIndex(self._speed.findData(playback.speed))
        self.strip.show_loop(playback.loop)
        self._pace.start() if playback.playing else self._pace.stop()
        self._show_pace()

    def _show_pace(self) -> None:
        rate = self._player.pace.per_second
        self._rate.setText(f"{rate:.1f} fps" if self._player.playback.playing and rate else "")

    def _on_where(self, text: str) -> None:
        try:
            self._session.show_frame(frame_meant(text, self._player.playback.times))
        except DataError as error:
            self.refused.emit(str(error))
        self._on_frame(self._session.frame)

    def _on_menu(self, where: QPoint, frame: int) -> None:
        playback, last = self._player.playback, len(self._player.playback.times) - 1
        first, end = playback.loop or (0, last)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(f"Go to frame {frame + 1}", lambda: self._session.show_frame(frame))
        menu.addSeparator()
        menu.addAction("Loop from here", lambda: playback.set_loop((frame, end if end > frame else last))).setEnabled(frame < last)
        menu.addAction("Loop to here", lambda: playback.set_loop((first if first < frame else 0, frame))).setEnabled(frame > 0)
        menu.addAction("No loop", lambda: playback.set_loop(None)).setEnabled(playback.loop is not None)
        menu.popup(where)


class _Where(QLineEdit):
    """Shows "43 / 120" and takes a frame's number or a time; `entered(text)` at Enter."""

    entered = Signal(str)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._shown = ""
        self.setObjectName("timelineFrame")
        self.setFrame(False)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setToolTip("Go to a frame or a time such as 1:02.5 (Ctrl+G)")
        self.setAccessibleName("Frame")
        self.returnPressed.connect(self._on_return)

    def show_frame(self, frame: int, count: int) -> None:
        self._shown = f"{frame + 1} / {count}" if count else ""
        if not self.hasFocus():
            self.setText(self._shown)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.setText(self._shown.partition(" ")[0])
        QTimer.singleShot(0, self, self.selectAll)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.setText(self._shown)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
        else:
            super().keyPressEvent(event)

    def _on_return(self) -> None:
        text = self.text()
        self._leave()
        self.entered.emit(text)

    def _leave(self) -> None:
        self.clearFocus()
        self.left.emit()


def frame_meant(text: str, times: list[float]) -> int:
    """The index of the frame that a user means by "43" (counted from 1), "12.5 s" or "1:02.5". Raises DataError."""
    words = text.strip().lower()
    try:
        if ":" in words or words.endswith("s") or "." in words:
            seconds = 0.0
            for part in words.removesuffix("s").split(":"):
                seconds = seconds * 60 + float(part)
            return max(0, bisect_right(times, seconds + 1e-6) - 1)
        return int(words.partition("/")[0]) - 1
    except ValueError:
        raise DataError(f"{text.strip()!r} is neither a frame nor a time; type a number such as 43 or a time such as 1:02.5") from None


def _button(icon: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(theme.icon(icon))
    button.setToolTip(tip)
    button.setAccessibleName(tip.partition(" (")[0])
    button.setAutoRaise(True)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def _aspect(frames: Frames | None) -> float:
    height, width = frames.size if frames is not None else (0, 0)
    return width / height if height else 16 / 9
