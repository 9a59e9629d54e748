"""Choosing the split of the open dataset."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QComboBox, QWidget

from engine import events
from gui.jobs import Jobs, ThreadJob
from gui.session import Session

ALL = "all"


class SplitChooser(QComboBox):
    """Hidden where there is nothing to choose. Another split is opened in the background and becomes the source."""

    def __init__(self, session: Session, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._jobs = session, jobs
        self.setToolTip("The split that is shown")
        self.setAccessibleName("Split")
        session.source_changed.connect(self._on_source)
        self.activated.connect(lambda at: self.choose(self.itemData(at)))
        self._on_source(session.source)

    def choose(self, split: str) -> None:
        """Shows the split `split` of the dataset."""
        show_split(self._session, self._jobs, split, refused=self._on_source)

    def _on_source(self, source: Any) -> None:
        dataset = source.dataset if source is not None else None
        splits = tuple(dataset.splits) if dataset is not None else ()
        self.blockSignals(True)
        self.clear()
        for name in (ALL, *splits) if len(splits) > 1 else ():
            self.addItem("All splits" if name == ALL else name, name)
        if dataset is not None:
            self.setCurrentIndex(max(0, self.findData(dataset.split)))
        self.blockSignals(False)
        self.setVisible(len(splits) > 1)


def show_split(
    session: Session, jobs: Jobs, split: str, *, image: Path | None = None, shown: Callable[[], object] = lambda: None, refused: Callable[[Any], object] = lambda _: None
) -> None:
    """Opens `split` of the dataset that is open, in the background, and shows the frame of this `image`, else its first; then calls `shown`.

    `refused` gets the source where that fails.
    """
    source = session.source
    if source is None or source.dataset is None:
        return
    if split == source.dataset.split:
        session.show_frame(_place(source, image))
        shown()
        return
    found: list[Any] = []

    def work(should_stop: events.ShouldStop) -> events.Events:
        found.append(_at_split(source, split))
        yield events.Finished()

    job = ThreadJob(f"Opening {split}", work, quiet=True)
    def opened() -> None:
        if found and session.source is source:
            session.set_source(found[0], session.path, frame=_place(found[0], image))
            shown()
        else:
            refused(source)

    job.ended.connect(opened)
    jobs.run(job)


def _place(source: Any, image: Path | None) -> int:
    return next((at for at, frame in enumerate(source.drive.frames) if image is not None and frame.image == image), 0) if source.drive is not None else 0


def _at_split(source: Any, split: str) -> Any:
    from engine.datasets import open_dataset
    from engine.inspection.opening import drive_over

    dataset = open_dataset(source.dataset.root, layout=source.dataset.layout, split=split)
    over = source.drive is None or source.drive.kind == "images"
    return replace(source, dataset=dataset, drive=drive_over(dataset) if over else source.drive)
