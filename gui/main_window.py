"""The window: rail, context bar, pages, inspector. Pages are found by name in `gui/pages/` and made when first shown."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QProgressBar, QVBoxLayout, QWidget

from engine import places
from gui import window_actions
from gui.action_table import ActionTable
from gui.checkpoint_list import CheckpointList
from gui.closing import Closing
from gui.jobs import Jobs
from gui.opening import Opening
from gui.pages._page import Page
from gui.session import Session
from gui.settings import Settings
from gui.theme_switch import ThemeSwitch
from gui.widgets.context_bar import ContextBar
from gui.widgets.first_picture import FirstPicture
from gui.widgets.message_bar import MessageBar
from gui.widgets.page_host import PageHost
from gui.widgets.rail import Rail
from gui.widgets.toast import Toast

PAGES = {"data": ("Data", "data"), "annotate": ("Annotate", "edit"), "train": ("Train", "train"), "evaluate": ("Evaluate", "evaluate"), "drive": ("Drive", "drive"), "lidar": ("Lidar", "lidar")}
"""Name of the module in gui/pages: word and icon on the rail, in order."""
THIN_LINE_AFTER_MS = 300


class MainWindow(QMainWindow):
    """Hosts the pages. `painted` fires at the first paint; `start` makes the first page."""

    painted = Signal()

    def __init__(self, session: Session, jobs: Jobs, settings: Settings) -> None:
        super().__init__()
        self.session, self.jobs, self.settings = session, jobs, settings
        self._painted = False
        self.theme = ThemeSwitch(settings, session, self)
        self.setWindowTitle("Roadscope")
        self.setAcceptDrops(True)
        self.setMinimumSize(880, 600)
        self.names = tuple(name for name in PAGES if (Path(__file__).parent / "pages" / f"{name}.py").is_file())
        self.checkpoints = CheckpointList(self)
        self.opening = Opening(session, jobs, settings, self)
        self.table = ActionTable(self)
        self.closing = Closing(self, jobs, self._busy_reasons)
        self._make()
        self._lay_out()
        self.table.add(window_actions.rows(self))
        for name in self.names:
            word, icon = PAGES[name]
            self.rail.add_page(name, word, icon, self.table.qt(f"page.{name}").toolTip())
        self._connect()
        self._restore()

    def start(self, path: Path | None, page: str = "", checkpoint: Path | None = None) -> None:
        """After the first paint: makes the page, opens `path` or what was open last, and chooses `checkpoint`, the last one or the student."""
        self.show_page(page if page in self.names else self.settings.text("page") if self.settings.text("page") in self.names else self.names[0])
        last = self.settings.text("checkpoint")
        remembered = Path(last) if last and Path(last).exists() else places.STUDENT
        if checkpoint is not None or remembered.exists():
            self.session.choose_checkpoint(checkpoint.absolute() if checkpoint is not None else remembered)
        if path is not None:
            self.opening.open(path.absolute())
        else:
            self.opening.reopen_last()
        self.checkpoints.refresh()

    def show_page(self, name: str) -> None:
        """Shows the page `name`, making it where it isn't yet."""
        self.host.show_page(name)

    def say(self, text: str) -> None:
        """Something harmless, for a few seconds."""
        self.toast.say(text)

    def problem(self, text: str, details: str = "") -> None:
        """A problem that belongs to no page."""
        self.messages.show_problem(text, details=details)

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() == QEvent.Type.Paint and not self._painted:
            self._painted = True
            QTimer.singleShot(0, self, self.painted.emit)
        return handled

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.opening.dropped(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = self.opening.dropped(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self.opening.open(path)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.closing.allowed():
            event.ignore()
            if self.closing.stopping:
                self.messages.show_problem("Stopping what runs, then closing", level="info")
            return
        self._save()
        self.host.shutdown()
        self.checkpoints.close()
        self.session.close()
        event.accept()

    def _make(self) -> None:
        self.rail = Rail()
        self.bar = ContextBar(self.session, self.jobs, self.checkpoints)
        self.messages = MessageBar()
        self.host = PageHost(self._build, self.settings)
        self.host.show_first(FirstPicture())
        self._line = QProgressBar()
        self._line.setRange(0, 0)
        self._line.setTextVisible(False)
        self._line.setFixedHeight(3)
        self._line.hide()
        self._line_timer = QTimer(self)
        self._line_timer.setSingleShot(True)
        self._line_timer.setInterval(THIN_LINE_AFTER_MS)

    def _lay_out(self) -> None:
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.bar, self._line, self.messages):
            column.addWidget(widget)
        column.addWidget(self.host, 1)
        middle = QWidget()
        row = QHBoxLayout(middle)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addLayout(column, 1)
        self.setCentralWidget(middle)
        self.toast = Toast(middle)

    def _connect(self) -> None:
        session = self.session
        self.rail.chosen.connect(self.show_page)
        self.rail.add_action(window_actions.row(self.table.rows, "keys"), "Keys")
        self.rail.add_action(window_actions.row(self.table.rows, "settings"), "Settings")
        self.host.shown.connect(self._on_shown)
        self.bar.main_menu.aboutToShow.connect(lambda: self.table.fill(self.bar.main_menu, {name: words[0] for name, words in PAGES.items()}))
        self.bar.source_menu.aboutToShow.connect(
            lambda: self.opening.fill_menu(self.bar.source_menu, [self.table.qt(id) for id in ("open.folder", "open.file", "open.sample")])
        )
        self.bar.other_checkpoint_wanted.connect(self.opening.ask_checkpoint)
        self.opening.problem.connect(lambda text, details, _: self.problem(text, details))
        session.checkpoint_failed.connect(self.problem)
        session.opening_started.connect(lambda _: self._line_timer.start())
        self._line_timer.timeout.connect(self._line.show)
        for ended in (session.source_changed, session.opening_failed):
            ended.connect(self._on_opening_ended)
        for changed in (session.source_changed, session.checkpoint_changed, session.class_set_changed, self.jobs.changed):
            changed.connect(lambda *_: self.table.refresh())
        self.closing.ready.connect(self.close)

    def _build(self, name: str) -> Page:
        module = importlib.import_module(f"gui.pages.{name}")
        page: Page = getattr(module, f"{name.capitalize()}Page")(self.session, self.jobs, self.settings)
        page.toast.connect(self.say)
        page.wants_page.connect(self.show_page)
        if hasattr(page, "opening_wanted"):
            page.opening_wanted.connect(self._on_opening_wanted)
        self.table.add(page.actions())
        return page

    def _on_shown(self, name: str) -> None:
        self.rail.show_page(name)
        self.table.activate(name)
        self.settings.set("page", name)

    def _on_opening_wanted(self, what: object) -> None:
        match what:
            case Path():
                self.opening.open(what)
            case "sample":
                self.opening.open_sample()
            case _:
                self.opening.ask_folder()

    def _on_opening_ended(self, *_: object) -> None:
        self._line_timer.stop()
        self._line.hide()
        if self.session.opening is None and self.session.source is not None:
            self.messages.dismiss()

    def _busy_reasons(self) -> Iterable[str]:
        return [reason for page in self.host.pages.values() if (reason := page.busy_reason())] or (
            ["a job is running"] if any(not job.quiet for job in self.jobs.running) else []
        )

    def _restore(self) -> None:
        self.resize(1280, 800)
        geometry = self.settings.blob("window/geometry")
        if not geometry.isEmpty():
            self.restoreGeometry(geometry)
        self.session.set_opacity(self.settings.number("opacity", 0.5))
        self.session.set_colouring(self.settings.text("colouring", "class"))

    def _save(self) -> None:
        self.settings.set("window/geometry", self.saveGeometry())
        self.settings.set("frame", self.session.frame)
        self.settings.set("checkpoint", str(self.session.checkpoint or ""))
        self.settings.set("opacity", self.session.opacity)
        self.settings.set("colouring", self.session.colouring)
        self.settings.sync()
