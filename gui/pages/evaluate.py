"""Evaluate: score a checkpoint on a split, compare what was kept, and look at the frames behind a figure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QMessageBox, QScrollArea, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from gui.actions import Action
from gui.checkpoint_list import CheckpointList
from gui.evaluating import Evaluating
from gui.jobs import Jobs
from gui.pages._page import Page
from gui.result_frames import ResultFrame
from gui.session import Session
from gui.settings import Settings
from gui.splits import show_split
from gui.widgets.confusion_view import ConfusionView
from gui.widgets.empty_state import EmptyState
from gui.widgets.evaluate_form import EvaluateForm
from gui.widgets.frame_errors import FrameErrors
from gui.widgets.inspector import Inspector
from gui.widgets.rate_bars import RateBars, Series
from gui.widgets.result_table import ResultTable
from gui.widgets.results_list import ResultsList, second_line, title

if TYPE_CHECKING:
    from engine.evaluation.results import FrameScores, Kept

_RATES = {"iou": "IoU", "dice": "Dice", "precision": "Precision", "recall": "Recall"}


class EvaluatePage(Page):
    """The results are what this page is about; the form at the right makes new ones."""

    title: ClassVar[str] = "Evaluate"
    icon: ClassVar[str] = "evaluate"
    opening_wanted = Signal(object)

    def __init__(self, session: Session, jobs: Jobs, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(session, jobs, settings, parent)
        self.evaluating = Evaluating(jobs, self)
        self._checkpoints = CheckpointList(self)
        self._look_at: Path | None = None
        self._scores: FrameScores | None = None
        self._make()
        self._lay_out()
        self._connect()
        self.form.show_dataset(session.dataset)
        self._on_checkpoints()
        self._show_state()

    def actions(self) -> list[Action]:  # type: ignore[override]
        def shown() -> bool:
            return self.results.current is not None

        return [
            Action("evaluate.start", "Evaluate", "Ctrl+Return", "evaluate", "evaluate", self.start, lambda: not self.evaluating.running, help="Scores the split and keeps the result"),
            Action("evaluate.stop", "Stop", "Ctrl+.", "evaluate", "stop", self.evaluating.stop, lambda: self.evaluating.running),
            Action("evaluate.next", "Next frame", "J", "evaluate", "down", lambda: self.frames.step(1), shown),
            Action("evaluate.previous", "Frame before", "K", "evaluate", "", lambda: self.frames.step(-1), shown),
            Action("evaluate.fix", "Fix this frame's labels", "F", "evaluate", "edit", lambda: self._show_frame(self.frames.frame, on="annotate"), shown, help="On the Annotate page, at the same place"),
            Action("evaluate.all", "All frames, the worst first", "Escape", "evaluate", "", lambda: self.confusion.choose(None), lambda: self.confusion.cell is not None),
            Action("evaluate.delete", "Delete result…", "", "evaluate", "trash", lambda: self._ask_delete(self.results.current), shown),
        ]  # fmt: skip

    def activate(self) -> None:
        self.evaluating.refresh()
        self._checkpoints.refresh()

    def shutdown(self) -> None:
        self.settings.set("evaluate/splitter", self._upper.saveState())
        self.settings.set("evaluate/splitter2", self._halves.saveState())
        self.evaluating.close()
        self._checkpoints.close()
        self.frames.close_worker()

    def busy_reason(self) -> str | None:
        return "an evaluation is running" if self.evaluating.running else None

    def start(self) -> None:
        """Scores what the form says."""
        if (wanted := self.form.value()) is not None:
            self.messages.dismiss()
            self.evaluating.start(wanted)
        else:
            self.form.refresh()

    def _make(self) -> None:
        open_folder = Action("evaluate.open", "Open dataset…", "", "evaluate", "open", lambda: self.opening_wanted.emit("folder"))
        go = Action("evaluate.go", "Evaluate", "", "evaluate", "evaluate", self.start)
        self._nothing = EmptyState("evaluate", "Nothing scored yet", "Open a dataset with masks; a checkpoint is then scored on its held-out frames.", (open_folder,))
        self._ready = EmptyState("evaluate", "Ready to evaluate", "Every frame of the split is scored. Results are kept here, side by side.", (go,))
        self.form = EvaluateForm()
        self.results = ResultsList()
        self.table = ResultTable()
        self.bars = RateBars()
        self.rate = QComboBox()
        self.rate.setAccessibleName("Rate")
        for name, words in _RATES.items():
            self.rate.addItem(words, name)
        self.confusion = ConfusionView()
        self.frames = FrameErrors(self.session)

    def _lay_out(self) -> None:
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self.bars)
        self._upper = QSplitter(Qt.Orientation.Horizontal)
        self._upper.addWidget(_titled("Classes", scroll, self.rate))
        self._upper.addWidget(_titled("Confusion: rows are the truth", self.confusion))
        self._upper.setStretchFactor(0, 1)
        self._upper.setStretchFactor(1, 1)
        self._halves = QSplitter(Qt.Orientation.Vertical)
        self._halves.addWidget(self._upper)
        self._halves.addWidget(self.frames)
        self._halves.setStretchFactor(0, 3)
        self._halves.setStretchFactor(1, 2)
        for splitter, key in ((self._upper, "evaluate/splitter"), (self._halves, "evaluate/splitter2")):
            splitter.setChildrenCollapsible(False)
            if not (state := self.settings.blob(key)).isEmpty():
                splitter.restoreState(state)
        view = QWidget()
        column = QVBoxLayout(view)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.table)
        column.addWidget(self._halves, 1)
        self._view = view
        self._stack = QStackedWidget()
        for widget in (self._nothing, self._ready, view):
            self._stack.addWidget(widget)
        self.body.addWidget(self._stack, 1)
        self.inspector = Inspector(self.settings, "evaluate")
        self.inspector.add("Evaluate", self.form)
        self._results_section = self.inspector.add("Results", self.results)

    def _connect(self) -> None:
        session, evaluating = self.session, self.evaluating
        session.source_changed.connect(lambda _: self._on_source())
        session.checkpoint_changed.connect(self.form.choose_checkpoint)
        session.runs_changed.connect(self._checkpoints.refresh)
        self._checkpoints.changed.connect(self._on_checkpoints)
        self.form.wanted.connect(self.start)
        self.form.stopped.connect(evaluating.stop)
        self.form.edited.connect(self._show_state)
        evaluating.changed.connect(lambda: self.form.show_running(evaluating.running, evaluating.progress))
        evaluating.listed.connect(self._on_listed)
        evaluating.kept.connect(self._on_kept)
        evaluating.failed.connect(lambda text, details: self.report(text, details=details))
        evaluating.scores_read.connect(self._on_scores)
        self.results.looked.connect(self._on_looked)
        self.results.compared.connect(self._on_compared)
        self.results.delete_wanted.connect(self._ask_delete)
        self.results.folder_wanted.connect(lambda result: QDesktopServices.openUrl(QUrl.fromLocalFile(str(result.path))))
        self.rate.currentIndexChanged.connect(lambda _: self._on_compared(self.results.shown))
        self.confusion.chosen.connect(lambda cell: self.frames.show_result(self.results.current, self._scores, cell))
        self.frames.wanted.connect(self._show_frame)
        self.frames.failed.connect(self.report)

    def _show_state(self) -> None:
        if self.results.count():
            self._stack.setCurrentWidget(self._view)
        else:
            self._stack.setCurrentWidget(self._ready if self.form.value() is not None else self._nothing)
        self._results_section.setVisible(bool(self.results.count()))

    def _on_source(self) -> None:
        self.form.show_dataset(self.session.dataset)
        self._show_state()

    def _on_checkpoints(self) -> None:
        self.form.show_checkpoints(self._checkpoints.choices, self.session.checkpoint)

    def _on_kept(self, path: Path) -> None:
        self._look_at = path
        self.toast.emit("Scored and kept")

    def _on_listed(self, results: list[Kept]) -> None:
        before = self.results.current
        self.results.show_results(results, look_at=self._look_at)
        if self._look_at is not None and before is not None:
            self.results.check(before.path)  # the one of before stays in sight: that is what one compares with
        self._look_at = None
        self._show_state()

    def _on_looked(self, result: Kept | None) -> None:
        self._scores = None
        self.frames.show_result(None, None, None)
        if result is None:
            self.confusion.show_matrix((), (), np.zeros((0, 0), np.int64))
            return
        self.confusion.show_matrix(result.classes.names, [one.colour for one in result.classes.classes], np.array(result.report["confusion"], np.int64))
        self.evaluating.read(result)

    def _on_scores(self, result: Kept, scores: FrameScores) -> None:
        if result == self.results.current:
            self._scores = scores
            self.frames.show_result(result, scores, self.confusion.cell)

    def _on_compared(self, shown: list[tuple[Kept, str]]) -> None:
        self.table.show_results(shown)
        rate = self.rate.currentData()
        self.bars.show_series([_series(result, colour, rate) for result, colour in shown])

    def _show_frame(self, frame: ResultFrame | None, *, on: str = "drive") -> None:
        """On another page, at the split it was scored on; where other data is open, the way there is offered."""
        if frame is None:
            return
        report, dataset = frame.result.report, self.session.dataset
        if dataset is None or str(dataset.root) != report["data"]:
            data = Path(report["data"])
            self.report(f"{frame.path.name} is not in what is open now; it lies in {data}", cure=(f"Open {data.name}", lambda: self.opening_wanted.emit(data)))
            return
        view = self.frames.view
        go = (lambda: self.fix(view)) if on == "annotate" else (lambda: self.wants_page.emit(on))
        show_split(self.session, self.jobs, report["split"], image=frame.path, shown=go)

    def _ask_delete(self, result: Kept | None) -> None:
        if result is None:
            return
        box = QMessageBox(QMessageBox.Icon.Warning, "Delete result?", f"Delete the result of {title(result)}, {second_line(result)}?", parent=self)
        box.setInformativeText(f"Its figures and masks in {result.path} are removed for good.")
        delete = box.addButton("Delete", QMessageBox.ButtonRole.DestructiveRole)
        keep = box.addButton("Keep", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep)
        box.setEscapeButton(keep)
        box.exec()
        if box.clickedButton() is delete:
            self.evaluating.delete(result)


def _series(result: Kept, colour: str, rate: str) -> Series:
    values = {name: float(rates[rate]) for name, rates in result.report["classes"].items()}
    scored = [values[name] for name in result.report["scored"] if not np.isnan(values[name])]
    return Series(f"{title(result)}, {second_line(result)}", colour, values, float(np.mean(scored)) if scored else float("nan"))


def _titled(words: str, widget: QWidget, *beside: QWidget) -> QWidget:
    head = QHBoxLayout()
    label = QLabel(words)
    label.setProperty("strong", True)
    head.addWidget(label, 1)
    for one in beside:
        head.addWidget(one)
    host = QWidget()
    column = QVBoxLayout(host)
    column.setContentsMargins(12, 8, 12, 6)
    column.setSpacing(6)
    column.addLayout(head)
    column.addWidget(widget, 1)
    return host
