"""The Data page: every frame of what is open, what its masks hold, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine import events
from gui import sample_street, theme, thumbnail_feed
from gui.actions import Action
from gui.frame_items import Item, Listed, listed
from gui.inspecting import QUICK, Findings, Inspecting
from gui.jobs import Jobs, ThreadJob
from gui.latest import Latest
from gui.pages._page import Page
from gui.session import Session
from gui.settings import Settings
from gui.splits import SplitChooser
from gui.widgets.class_list import ClassList
from gui.widgets.facts import Facts
from gui.widgets.frame_preview import FramePreview
from gui.widgets.inspector import Inspector
from gui.widgets.problem_list import ProblemList
from gui.widgets.shares_chart import SharesChart
from gui.widgets.thumbnails import SIZES, Thumbnails
from gui.widgets.welcome import Welcome

FILTER_AFTER_MS = 150


class DataPage(Page):
    """`opening_wanted(what)` asks the window to open: a path, "sample", or "folder" for a dialog."""

    title: ClassVar[str] = "Data"
    icon: ClassVar[str] = "data"
    opening_wanted = Signal(object)

    def __init__(self, session: Session, jobs: Jobs, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(session, jobs, settings, parent)
        self._findings: dict[Path, Findings] = {}
        self._path: Path | None = None
        self.inspecting = Inspecting(jobs, self)
        self._lister = Latest(listed, self)
        self._make()
        self._lay_out()
        self._connect()
        self._on_source(session.source)
        jobs.run(ThreadJob("Tidying thumbnails", _tidy, quiet=True))

    def actions(self) -> list[Action]:  # type: ignore[override]
        something = lambda: self.thumbnails.current is not None  # noqa: E731
        return [
            Action("data.filter", "Filter by name", "Ctrl+F", "data", "filter", self.filter.setFocus, lambda: self.session.source is not None),
            Action("data.show", "Show the frame on the Drive page", "Ctrl+Return", "data", "drive", lambda: self._show_frame(self.thumbnails.current), something),
            Action("data.fix", "Label the frame", "F", "data", "edit", lambda: self._show_frame(self.thumbnails.current, on="annotate"), something, help="On the Annotate page"),
            Action("data.inspect", "Inspect everything again", "Ctrl+R", "data", "refresh", lambda: self._inspect(0), lambda: self.session.path is not None,
                   help="Counts every mask and looks for problems in every file"),
            Action("data.larger", "Larger thumbnails", ("Ctrl++", "Ctrl+="), "data", "zoom-in", lambda: self._resize(32)),
            Action("data.smaller", "Smaller thumbnails", "Ctrl+-", "data", "zoom-out", lambda: self._resize(-32)),
        ]  # fmt: skip

    def activate(self) -> None:
        (self.thumbnails if self.session.source is not None else self._welcome).setFocus()
        self._inspect_if_new()

    def shutdown(self) -> None:
        self.inspecting.cancel()
        self.thumbnails.rows.close()
        self.preview.close_worker()
        self._lister.close()

    def _make(self) -> None:
        self._welcome = Welcome(self.settings)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Filter by name")
        self.filter.setClearButtonEnabled(True)
        self.filter.setMaximumWidth(260)
        self.filter.addAction(theme.icon("search", "muted"), QLineEdit.ActionPosition.LeadingPosition)
        self._filter_timer = QTimer(self, singleShot=True, interval=FILTER_AFTER_MS)
        self.splits = SplitChooser(self.session, self.jobs)
        self._parts = QComboBox()
        self._parts.setToolTip("What of the folder is shown")
        self._count = QLabel()
        self._count.setObjectName("muted")
        self.thumbnails = Thumbnails()
        self.thumbnails.set_size(int(self.settings.number("data/thumbnail", 160)))
        self._nothing = QLabel("No frame has this name.")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setObjectName("muted")
        self.preview = FramePreview(self.session)
        self.chart = SharesChart()
        self._chart_says = QLabel()
        self._chart_says.setObjectName("muted")
        self._chart_says.setWordWrap(True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._again = QPushButton()
        self.problems = ProblemList()
        self.facts = Facts()
        self.classes = ClassList(self.session)

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 8, 12, 8)
        bar.setSpacing(8)
        for widget in (self.filter, self.splits, self._parts, self._count):
            bar.addWidget(widget)
        bar.addStretch(1)
        self._shown = QStackedWidget()
        self._shown.addWidget(self.thumbnails)
        self._shown.addWidget(self._nothing)
        self._gallery = QWidget()
        column = QVBoxLayout(self._gallery)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self._shown, 1)
        self._views = QStackedWidget()
        self._views.addWidget(self._welcome)
        self._views.addWidget(self._gallery)
        self.body.addWidget(self._views)
        self.inspector = Inspector(self.settings, "data")
        shares = QWidget()
        inner = QVBoxLayout(shares)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(6)
        inner.addWidget(self.chart)
        inner.addWidget(self._bar)
        inner.addWidget(self._chart_says)
        inner.addWidget(self._again, 0, Qt.AlignmentFlag.AlignLeft)
        self.inspector.add("Frame", self.preview)
        self.inspector.add("Class shares", shares)
        self.inspector.add("Problems", self.problems)
        self.inspector.add("Contents", self.facts)
        self.inspector.add("Classes", self.classes, open=False)

    def _connect(self) -> None:
        rows = self.thumbnails.rows
        self._welcome.wanted.connect(self.opening_wanted)
        self.jobs.changed.connect(lambda: self._welcome.show_making(any(job.title == sample_street.TITLE for job in self.jobs.running)))
        self.session.source_changed.connect(self._on_source)
        self.session.space_changed.connect(lambda _: self._inspect_if_new(again=True))
        self._lister.done.connect(self._on_listed)
        self.filter.textChanged.connect(lambda _: self._filter_timer.start())
        self._filter_timer.timeout.connect(lambda: rows.filter(self.filter.text()))
        rows.counted.connect(self._on_counted)
        self.thumbnails.chosen.connect(self.preview.show_item)
        self.thumbnails.activated_item.connect(self._show_frame)
        self.thumbnails.menu_wanted.connect(self._fill_menu)
        self.preview.wanted.connect(self._show_frame)
        self.inspecting.found.connect(self._on_found)
        self.inspecting.failed.connect(lambda text, details: self.report(text, details=details))
        self.inspecting.failed.connect(lambda *_: self._show_findings(None))
        self.inspecting.moved.connect(self._on_moved)
        self._again.clicked.connect(lambda: self.inspecting.stop() if self.inspecting.running else self._inspect(0))
        self.problems.chosen.connect(self._reveal)
        self.problems.opened.connect(lambda path: self._open_outside(path))
        self.problems.folder_wanted.connect(lambda path: self._open_outside(path.parent))
        self._parts.activated.connect(lambda at: self.opening_wanted.emit(self._parts.itemData(at)))

    def _on_source(self, source: Any) -> None:
        self._views.setCurrentWidget(self._gallery if source is not None else self._welcome)
        self.set_bare(source is None)
        self.preview.show_item(None)
        self.inspecting.cancel()
        if self.session.path != self._path:
            self._path = self.session.path
            self.filter.clear()
            self.thumbnails.rows.filter("")
        self._lister.ask(source)
        things = getattr(source, "things", ())
        self._parts.clear()
        for thing in things:
            self._parts.addItem(thing.path.name, thing.path)
        self._parts.setVisible(len(things) > 1)
        known = self._findings.get(self.session.path) if self.session.path else None
        self._show_findings(known)
        if self.isVisible():
            self._inspect_if_new()

    def _on_listed(self, source: Any, found: Listed) -> None:
        items = found.items
        if source is self.session.source:
            self.thumbnails.set_size(self.thumbnails.width_of_one, found.aspect)
            self.thumbnails.rows.show_items(items)
            if items and self.thumbnails.current is None:
                self.thumbnails.reveal(min(self.session.frame, len(items) - 1) if items[0].drive_frame == 0 else 0)

    def _on_counted(self, shown: int) -> None:
        self._count.setText(f"{shown:,} frame{'s' if shown != 1 else ''}".replace(",", "\u202f"))
        self._shown.setCurrentWidget(self.thumbnails if shown or not self.filter.text() else self._nothing)

    def _inspect_if_new(self, *, again: bool = False) -> None:
        """`again` where the classes are others: what was counted is of no use, nor is a list that is being made."""
        path = self.session.path
        if again and path is not None:
            self.inspecting.cancel()
            self._findings.pop(path, None)
            if self._lister.busy:
                self._lister.ask(self.session.source)
        if path is not None and (self.isVisible() or not again) and path not in self._findings and not (self.inspecting.running and self.inspecting.path == path):
            self._inspect(QUICK)

    def _inspect(self, most_masks: int) -> None:
        assert self.session.path is not None
        self.inspecting.start(self.session.path, most_masks=most_masks)
        self._bar.setRange(0, 0)
        self._bar.show()
        self._chart_says.setText("Looking through the files…")
        self._again.setText("Stop")
        self._again.show()

    def _on_moved(self, progress: events.Progress) -> None:
        self._bar.setRange(0, progress.total)
        self._bar.setValue(progress.done)
        self._chart_says.setText(f"{progress.done} of {progress.total} {progress.what}" if progress.total else f"{progress.what}…")

    def _on_found(self, path: Path, findings: Findings) -> None:
        self._findings[path] = findings
        if path == self.session.path:
            self._show_findings(findings)

    def _show_findings(self, findings: Findings | None) -> None:
        shown = findings or Findings()
        self._bar.hide()
        self.chart.show_shares(shown.shares)
        self.classes.set_shares({one.name: one.share for one in shown.shares})
        self.problems.show_faults(shown.faults, "No problems found." if findings and not shown.stopped else "Nothing looked at yet.")
        self.facts.show_facts(shown.facts)
        self.thumbnails.rows.mark({fault.file for fault in shown.faults})
        said = f"Counted in all {shown.counted} masks." if shown.whole else f"Counted in {shown.counted} of {shown.masks} masks, evenly chosen."
        self._chart_says.setText((said if shown.masks else "No masks to count.") if findings else "")
        self._again.setText("Count all masks")
        self._again.setVisible(findings is not None and not shown.whole)

    def _show_frame(self, item: Item | None, on: str = "drive") -> None:
        if item is None:
            return
        if item.drive_frame < 0:
            self.toast.emit("This frame is not part of the open drive")
            return
        self.session.show_frame(item.drive_frame)
        self.fix() if on == "annotate" else self.wants_page.emit(on)

    def _reveal(self, file: Path) -> None:
        row = self.thumbnails.rows.row_of(file)
        if row < 0 and self.filter.text():
            self.filter.clear()
            self.thumbnails.rows.filter("")
            row = self.thumbnails.rows.row_of(file)
        if row >= 0:
            self.thumbnails.reveal(row)

    def _open_outside(self, path: Path) -> None:
        if not path.exists():
            self.report(f"{path} doesn't exist any more; inspect again")
        elif not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            self.report(f"no program on this machine opens {path.name}; copy its path from the menu")

    def _fill_menu(self, menu: QMenu, item: Item) -> None:
        menu.addAction(theme.icon("drive"), "Show on the Drive page", lambda: self._show_frame(item)).setEnabled(item.drive_frame >= 0)
        menu.addAction(theme.icon("edit"), "Label it on the Annotate page", lambda: self._show_frame(item, on="annotate")).setEnabled(item.drive_frame >= 0)
        menu.addAction(theme.icon("external"), "Open the image", lambda: self._open_outside(item.path))
        if item.mask is not None:
            mask = item.mask
            menu.addAction(theme.icon("classes"), "Open the mask", lambda: self._open_outside(mask))
        menu.addAction(theme.icon("folder"), "Show in its folder", lambda: self._open_outside(item.path.parent))
        menu.addAction(theme.icon("copy"), "Copy the path", lambda: QGuiApplication.clipboard().setText(str(item.path)))

    def _resize(self, by: int) -> None:
        self.thumbnails.set_size(max(SIZES[0], min(SIZES[1], self.thumbnails.width_of_one + by)))
        self.settings.set("data/thumbnail", self.thumbnails.width_of_one)


def _tidy(should_stop: events.ShouldStop) -> events.Events:
    thumbnail_feed.prune()
    yield events.Finished()


