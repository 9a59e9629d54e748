"""Everything that opens something: dialogs, the recent list, the sample street, what is dropped on the window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from engine import events
from gui import sample_street, theme
from gui.jobs import Jobs, ThreadJob
from gui.session import Session
from gui.settings import Settings

FILES = "Videos, images and calibrations (*.mp4 *.mkv *.avi *.mov *.webm *.png *.jpg *.jpeg *.bin);;All files (*)"


class Opening(QObject):
    """`problem(sentence, details, path)` fires when something can't be opened; path is "" for the sample street."""

    problem = Signal(str, str, str)

    def __init__(self, session: Session, jobs: Jobs, settings: Settings, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._jobs, self._settings, self._window = session, jobs, settings, window
        self._wanted: Path | None = None
        self._making: ThreadJob | None = None
        session.source_changed.connect(self._on_opened)
        session.opening_failed.connect(self._on_failed)

    @property
    def making_sample(self) -> bool:
        """Whether the sample street is being written now."""
        return self._making is not None

    def ask_folder(self) -> None:
        """Lets the user choose a folder."""
        chosen = QFileDialog.getExistingDirectory(self._window, "Open folder", self._start_folder())
        if chosen:
            self.open(Path(chosen))

    def ask_file(self) -> None:
        """Lets the user choose a video or any file of a drive or dataset."""
        chosen, _ = QFileDialog.getOpenFileName(self._window, "Open video or file", self._start_folder(), FILES)
        if chosen:
            self.open(Path(chosen))

    def ask_checkpoint(self) -> None:
        """Lets the user choose a checkpoint file."""
        chosen, _ = QFileDialog.getOpenFileName(self._window, "Choose a checkpoint", self._start_folder(), "Checkpoints (*.safetensors);;All files (*)")
        if chosen:
            self._session.choose_checkpoint(Path(chosen))

    def open(self, path: Path, *, frame: int = 0) -> None:
        """Opens `path`, and remembers it once it is open."""
        self._wanted = path
        self._session.open_path(path, frame=frame, title="Sample street" if path == sample_street.folder() else "")

    def open_sample(self) -> None:
        """Opens the sample street; writes it first where it isn't there yet."""
        if sample_street.ready():
            self.open(sample_street.folder())
        elif self._making is None:
            self._making = ThreadJob(sample_street.TITLE, sample_street.make)
            self._making.ended.connect(self._on_sample_made)
            self._jobs.run(self._making)

    def reopen_last(self) -> bool:
        """Opens what was open at the last start, at its frame; False where there is none or it is gone."""
        for path in self._settings.recent[:1]:
            if path.exists():
                self.open(path, frame=int(self._settings.number("frame", 0)))
                return True
        return False

    def fill_menu(self, menu: QMenu, rows: list) -> None:  # type: ignore[type-arg]  # QActions of the table
        """`rows`, then what was open lately."""
        menu.clear()
        menu.addActions(rows)
        recent = [path for path in self._settings.recent if path != self._session.path]
        if recent:
            menu.addSection("Recent")
        for path in recent:
            entry = QAction(theme.icon("history"), _short(path), menu)
            entry.triggered.connect(lambda _=False, path=path: self.open(path))
            menu.addAction(entry)

    @staticmethod
    def dropped(data: QMimeData) -> Path | None:
        """The first file or folder of what is dragged; None where there is none on this machine."""
        return next((Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()), None)

    def _start_folder(self) -> str:
        paths = [path for path in (self._session.path, *self._settings.recent) if path is not None]
        return str(paths[0].parent) if paths else str(Path.home())

    def _on_opened(self, source: object) -> None:
        if source is not None and self._wanted is not None:
            self._settings.remember(self._wanted)
            self._wanted = None

    def _on_failed(self, reason: str, details: str) -> None:
        path, self._wanted = self._wanted, None
        if path is not None and not path.exists():
            self._settings.forget(path)
        self.problem.emit(reason, details, str(path or ""))

    def _on_sample_made(self) -> None:
        job, self._making = self._making, None
        if job is None:
            return
        if job.failure:
            self.problem.emit(job.failure.reason, job.failure.details, "")
        elif isinstance(job.result, events.Finished) and not job.result.stopped:
            self.open(sample_street.folder())


def _short(path: Path) -> str:
    text = str(path)
    home = str(Path.home())
    text = f"~{text[len(home) :]}" if text.startswith(home) and len(home) > 1 else text
    return text if len(text) <= 60 else f"…{text[-59:]}"
