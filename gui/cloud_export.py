"""Writing fused clouds from the window: this frame's, or all of the drive's."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from engine import events
from gui import preload
from gui.clouds import Cloud
from gui.jobs import Job, Jobs, ThreadJob
from gui.session import Session
from gui.settings import Settings

if TYPE_CHECKING:
    from engine.drives.drive import Drive
    from engine.labels import ClassSet
    from engine.lidar.fusion import FusedCloud


class CloudExports(QObject):
    """Asks where to, and runs the job; `said` when it is done, `failed(sentence, details)` when not."""

    said = Signal(str)
    failed = Signal(str, str)

    def __init__(self, session: Session, jobs: Jobs, settings: Settings, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._jobs, self._settings, self._window = session, jobs, settings, window

    def this_frame(self, cloud: Cloud | None) -> None:
        """The cloud that is shown."""
        drive = self._session.drive
        if drive is None or cloud is None or cloud.fused is None:
            self.failed.emit("There is no scan to export at this frame", "")
        elif cloud.classes is None:
            self.failed.emit("This cloud has no classes yet. Choose a checkpoint first", "")
        elif folder := self._ask_folder():
            frame = drive.frames[cloud.frame]
            self._run(frame_job(cloud.fused, cloud.classes, (frame.scan or Path(frame.stem)).stem, folder), folder)

    def all_frames(self) -> None:
        """Every scan of the drive, under the checkpoint's masks."""
        drive, checkpoint = self._session.drive, self._session.checkpoint
        if drive is None or not drive.has_scans:
            self.failed.emit("This drive has no scans to fuse. Open a KITTI drive", "")
        elif checkpoint is None:
            self.failed.emit("Clouds are fused with a checkpoint's masks. Choose a checkpoint first", "")
        elif folder := self._ask_folder():
            self._run(drive_job(drive, checkpoint, folder), folder)

    def _ask_folder(self) -> Path | None:
        chosen = QFileDialog.getExistingDirectory(self._window, "Export clouds to", self._settings.text("export/clouds", str(Path.home())))
        if chosen:
            self._settings.set("export/clouds", chosen)
        return Path(chosen) if chosen else None

    def _run(self, job: Job, folder: Path) -> None:
        job.ended.connect(lambda: self._on_ended(job, folder))
        self._jobs.run(job)

    def _on_ended(self, job: Job, folder: Path) -> None:
        if job.failure:
            self.failed.emit(job.failure.reason, job.failure.details)
        else:
            self.said.emit(f"Export stopped; what is in {folder.name} is whole" if job.stopping else f"Clouds saved in {folder.name}")


def frame_job(cloud: FusedCloud, classes: ClassSet, stem: str, folder: Path) -> Job:
    """A job that writes one cloud as .label, .ply and .npz."""

    def work(should_stop: events.ShouldStop) -> events.Events:
        from engine.lidar import cloud_files

        written = cloud_files.write(cloud, folder / stem, cloud_files.DEFAULT, classes)
        for path in written:
            yield events.Saved(str(path), "cloud")
        yield events.Finished(summary={"files": len(written), "out": str(folder)})

    return ThreadJob(f"Cloud {stem}", work, quiet=True)


def drive_job(drive: Drive, checkpoint: Path, folder: Path) -> Job:
    """A job that fuses every scan of the drive with the checkpoint's masks."""
    path = drive.path

    def work(should_stop: events.ShouldStop) -> events.Events:
        preload.torch()
        preload.background_priority()
        from engine.inference.fusing import fuse

        yield from fuse(path, folder, checkpoint=checkpoint, should_stop=should_stop)

    return ThreadJob(f"Clouds of {drive.name}", work)
