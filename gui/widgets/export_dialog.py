"""Asks how a drive should be written as a movie, and starts the job; its chip shows how far it is."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from engine import events
from gui import preload
from gui.jobs import Job, Jobs, ThreadJob
from gui.player import Player
from gui.session import Session
from gui.settings import Settings
from gui.widgets.frame_range import FrameRange
from gui.widgets.timeline_strip import clock


class ExportDialog(QDialog):
    """`started(job, file)` when the user has said how; the job outlives the dialog."""

    started = Signal(object, object)

    def __init__(self, session: Session, player: Player, jobs: Jobs, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export movie")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._session, self._player, self._jobs, self._settings = session, player, jobs, settings
        self._make()
        self._lay_out()
        self._range.changed.connect(self._show_length)
        self._opacity.valueChanged.connect(lambda value: self._percent.setText(f"{value} %"))
        self._choose.clicked.connect(self._on_choose)
        self._path.textChanged.connect(lambda text: self._start.setEnabled(bool(text.strip())))
        self._start.clicked.connect(self._on_start)
        self._range.stretch.setCurrentIndex(1 if player.playback.loop else 0)
        self._show_length()

    @property
    def frames(self) -> range:
        """The positions in the drive that are written."""
        return self._range.frames

    def _make(self) -> None:
        drive, count = self._session.drive, len(self._player.playback.times)
        assert drive is not None
        self._length = QLabel()
        self._length.setObjectName("muted")
        self._length.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        loop = self._player.playback.loop
        self._range = FrameRange(count, [("Whole drive", (0, count - 1)), *([("The loop", loop)] if loop else [])], self._length)
        self._opacity = QSlider(Qt.Orientation.Horizontal)
        self._opacity.setRange(0, 100)
        self._opacity.setValue(round(self._session.opacity * 100))
        self._opacity.setAccessibleName("Opacity")
        self._percent = QLabel(f"{self._opacity.value()} %")
        self._percent.setMinimumWidth(self.fontMetrics().horizontalAdvance("100 %"))
        self._legend = QCheckBox("Legend below the picture")
        self._legend.setChecked(self._settings.flag("export/legend", True))
        self._outlines = QCheckBox("Borders between classes")
        self._outlines.setChecked(self._settings.flag("export/outlines", True))
        folder = Path(self._settings.text("export/folder", str(Path.home())))
        self._path = QLineEdit(str(folder / f"{drive.path.stem}_segmented.mp4"))
        self._path.setMinimumWidth(360)
        self._choose = QPushButton("Choose…")
        self._choose.setAutoDefault(False)
        self._start = QPushButton("Export movie")
        self._start.setDefault(True)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(10)
        form.addRow("Frames", self._range)
        form.addRow("Opacity", _row(self._opacity, self._percent))
        form.addRow("", self._legend)
        form.addRow("", self._outlines)
        if self._session.hidden:
            hidden = QLabel("Hidden and left out: " + ", ".join(sorted(self._session.hidden)))
            hidden.setWordWrap(True)
            hidden.setObjectName("muted")
            form.addRow("", hidden)
        form.addRow("File", _row(self._path, self._choose))
        buttons = QDialogButtonBox()
        buttons.addButton(self._start, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(16)
        column.addLayout(form)
        column.addWidget(buttons)

    def _show_length(self) -> None:
        drive = self._session.drive
        assert drive is not None
        self._length.setText(clock(len(self.frames) / max(1e-3, drive.fps)))

    def _on_choose(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(self, "Export movie", self._path.text(), "Movies (*.mp4)")
        if chosen:
            self._path.setText(str(Path(chosen).with_suffix(".mp4")))

    def _on_start(self) -> None:
        out = Path(self._path.text().strip()).expanduser()
        out = out if out.suffix.lower() in (".mp4", ".mkv", ".mov") else out.with_name(out.name + ".mp4")
        self._settings.set("export/folder", str(out.parent))
        self._settings.set("export/legend", self._legend.isChecked())
        self._settings.set("export/outlines", self._outlines.isChecked())
        job = self._jobs.run(self._job(out))
        self.started.emit(job, out)
        self.accept()

    def _job(self, out: Path) -> Job:
        session = self._session
        assert session.drive is not None and session.checkpoint is not None
        drive, checkpoint, hidden, frames = session.drive.path, session.checkpoint, session.hidden, self.frames
        opacity, outlines, legend = self._opacity.value() / 100, self._outlines.isChecked(), self._legend.isChecked()

        def work(should_stop: events.ShouldStop) -> events.Events:
            preload.torch()
            preload.background_priority()
            from engine.inference.movie_job import movie

            yield from movie(
                checkpoint, drive, out, opacity=opacity, hidden=hidden, outlines=outlines, legend=legend, frames=frames, should_stop=should_stop
            )

        return ThreadJob(f"Movie {out.name}", work)


def _row(*widgets: QWidget) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(8)
    for widget in widgets:
        if isinstance(widget, QLabel):
            widget.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        layout.addWidget(widget)
    return row
