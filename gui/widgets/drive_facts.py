"""What is to know of the open drive and its current frame, in a few lines."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QLabel, QWidget

from engine.errors import DataError
from gui.session import Session
from gui.widgets.timeline_strip import clock

KINDS = {"video": "Video", "images": "Folder of images", "kitti_raw": "KITTI raw drive", "kitti_odometry": "KITTI odometry sequence", "kitti_object": "KITTI object frames"}


class DriveFacts(QWidget):
    """Follows the session's source and frame."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._values: dict[str, QLabel] = {}
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setHorizontalSpacing(12)
        self._form.setVerticalSpacing(4)
        for name in ("Name", "Kind", "Size", "Length", "File"):
            self._values[name] = QLabel()
            self._values[name].setWordWrap(True)
            if name != "File":  # its breaks would be copied with it
                self._values[name].setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label = QLabel(name)
            label.setObjectName("muted")
            self._form.addRow(label, self._values[name])
        self._notes = QLabel()
        self._notes.setWordWrap(True)
        self._notes.setObjectName("muted")
        self._form.addRow(self._notes)
        session.source_changed.connect(lambda _: self._on_source())
        session.frame_changed.connect(lambda _: self._on_frame())
        self._on_source()

    def _on_source(self) -> None:
        drive = self._session.drive
        if drive is None:
            for value in self._values.values():
                value.setText("")
            self._notes.setText("")
            return
        try:
            height, width = drive.size
        except DataError:
            height, width = 0, 0  # said when the frame itself is shown
        length = drive.frames[-1].time + 1 / max(drive.fps, 1e-3)
        self._values["Name"].setText(drive.name)
        self._values["Kind"].setText(KINDS.get(drive.kind, drive.kind))
        self._values["Size"].setText(f"{width} × {height}" if height else "no images")
        self._values["Length"].setText(f"{len(drive.frames)} frames · {clock(length)} · {drive.fps:.4g} fps")
        self._notes.setText("\n".join(drive.notes))
        self._notes.setVisible(bool(drive.notes))
        self._on_frame()

    def _on_frame(self) -> None:
        drive = self._session.drive
        if drive is not None:
            frame = drive.frames[min(self._session.frame, len(drive.frames) - 1)]
            file = frame.image or frame.scan
            name = file.name if file else f"frame {frame.number}"
            self._values["File"].setText(name.replace("_", "_\u200b"))  # a long name may be broken there: it must not widen the inspector
            self._values["File"].setToolTip(name)
