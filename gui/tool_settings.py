"""What the tools of the Annotate page are set to: the label in hand, sizes, and where may be painted."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from engine.annotation.brush import Limits
from gui.label_picture import NOTHING, LabelPicture

EVERYTHING, EMPTY, CLASS = "everything", "empty", "class"
SIZES = (1, 400)
TOLERANCES = (0, 120)
SPACINGS = (8, 96)


class ToolSettings(QObject):
    """Setters compare before they emit."""

    label_changed = Signal(str)
    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.label = ""
        self.brush_size = 24
        self.tolerance = 12
        self.over = EVERYTHING
        self.over_label = ""
        self.spacing = 24
        self.as_polygon = False
        self.prompt_file = ""
        self.outlined_by = ""

    def set_label(self, name: str) -> None:
        """The label of the next region."""
        if name != self.label:
            self.label = name
            self.label_changed.emit(name)

    def set_brush_size(self, pixels: int) -> None:
        """The brush's width in pixels of the picture."""
        self._set("brush_size", max(SIZES[0], min(SIZES[1], pixels)))

    def grow_brush(self, steps: int) -> None:
        """Larger or smaller by about a seventh a step."""
        grown = round(self.brush_size * 1.15**steps)
        self.set_brush_size(grown if grown != self.brush_size else self.brush_size + steps)

    def set_tolerance(self, value: int) -> None:
        """How far a colour may be from the one that was clicked, 0 … 120 a channel."""
        self._set("tolerance", max(TOLERANCES[0], min(TOLERANCES[1], value)))

    def set_over(self, what: str, label: str = "") -> None:
        """Where brush and wand may paint: everywhere, where nothing is labelled, or over one class alone."""
        self._set("over_label", label)
        self._set("over", what)

    def set_spacing(self, pixels: int) -> None:
        """About how wide patches of like pixels are."""
        self._set("spacing", max(SPACINGS[0], min(SPACINGS[1], pixels)))

    def set_as_polygon(self, wanted: bool) -> None:
        """Whether what is outlined or cut out is kept as polygons, in place of its pixels."""
        self._set("as_polygon", wanted)

    def set_prompt_file(self, path: str) -> None:
        """The encoder or decoder of a segment-anything network as an ONNX file; "" for none."""
        self._set("prompt_file", path)

    def set_outlined_by(self, words: str) -> None:
        """What outlines by clicks go by now, to be read."""
        self._set("outlined_by", words)

    def limits(self, picture: LabelPicture) -> Limits | None:
        """Where a stroke that begins now may paint; None for everywhere."""
        if self.over == EMPTY:
            return Limits(picture.index.copy(), only=frozenset({NOTHING}))
        if self.over == CLASS and (value := picture.value(self.over_label)) is not None:
            return Limits(picture.index.copy(), only=frozenset({value}))
        return None

    def _set(self, name: str, value: object) -> None:
        if getattr(self, name) != value:
            setattr(self, name, value)
            self.changed.emit()
