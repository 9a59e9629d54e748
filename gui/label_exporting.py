"""Writes the labels of the open drive as a dataset that other programs, and training, read."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QPushButton, QWidget

from engine import events, own_labels
from gui import label_feed, theme
from gui.actions import Action
from gui.jobs import Job, ThreadJob
from gui.label_part import LabelDesk, LabelPart
from gui.widgets.label_export_dialog import LabelExportDialog, Wanted


class Exporting(LabelPart):
    """Remembers for each drive where it was exported to, so that a second time brings that dataset up to date."""

    title = "Export"

    def __init__(self, desk: LabelDesk) -> None:
        super().__init__(desk)
        self._job: Job | None = None

    def widget(self) -> QWidget:
        button = QPushButton(theme.icon("export"), "Export labels…")
        button.setToolTip("As images with masks, or in the layout of Cityscapes or KITTI (Ctrl+Shift+E)")
        button.clicked.connect(self.ask)
        return button

    def rows(self) -> list[Action]:
        words = "As images with masks, or in the layout of Cityscapes or KITTI"
        return [self.row("export", "Export labels…", "Ctrl+Shift+E", "export", self.ask, words)]

    def ask(self) -> None:
        """Asks how, then starts the job."""
        frames, session = self.desk.player.frames, self.desk.session
        if frames is None:
            return
        if self._job is not None and self._job.running:
            self.said.emit("Labels are being exported already; the chip above shows how far")
            return
        drive = frames.drive
        key, settings = f"annotate/export/{own_labels.folder(drive.path).name}", self.desk.settings
        folder = Path(settings.text("annotate/export/folder", str(Path.home())))
        before = Wanted(settings.text(f"{key}/layout", "folder"), Path(settings.text(f"{key}/out", str(folder / f"{drive.path.stem}_labels"))), None)
        dialog = LabelExportDialog(label_feed.space_of(frames), frame=session.frame, before=before, parent=self.desk.page)
        if not dialog.exec():
            return
        wanted = dialog.wanted
        settings.set(f"{key}/layout", wanted.layout)
        settings.set(f"{key}/out", str(wanted.out))
        settings.set("annotate/export/folder", str(wanted.out.parent))
        self.start(wanted)

    def start(self, wanted: Wanted) -> None:
        """Exports in the background; what is unsaved is written before."""
        frames, labelling = self.desk.player.frames, self.desk.labelling
        if frames is None:
            return
        drive, space, only = frames.drive, label_feed.space_of(frames), None if wanted.only is None else [wanted.only]
        labelling.saving.now()

        def work(should_stop: events.ShouldStop) -> events.Events:
            labelling.saving.wait()
            from engine.drives.label_export import export_labels

            yield from export_labels(drive, wanted.out, layout=wanted.layout, space=space, only=only, drawn=wanted.drawn, should_stop=should_stop)

        self._job = job = ThreadJob(f"Labels of {drive.name}", work)
        job.ended.connect(lambda: self._on_ended(job, wanted.out))
        self.desk.jobs.run(job)

    def busy_reason(self) -> str | None:
        return "labels are being exported" if self._job is not None and self._job.running else None

    def _on_ended(self, job: Job, out: Path) -> None:
        if job.failure is not None:
            self.failed.emit(job.failure.reason, job.failure.details)
            return
        count = int(job.result.summary["frames"]) if job.result is not None else 0
        words = f"The labels of {count} frame{'s' if count != 1 else ''} are in {out}" + ("; the export was stopped, what is there is whole" if job.stopping else "")
        self.desk.page.messages.show_problem(words, level="info", cure=(f"Open {out.name}", lambda: self.desk.page.opening_wanted.emit(out)))
