"""Fills the area under a click that has one class, or none, with the label in hand."""

from __future__ import annotations

from engine.annotation import brush
from gui.tools._tool import Pointer, Tool


class FillTool(Tool):
    """The area ends where another class begins; what is filled is a painted region on top."""

    name, title, icon, key = "fill", "Fill", "fill", "L"
    help = "Click an area: all of it that hangs together gets the class. Good for what is still unlabelled between regions"

    def press(self, at: Pointer) -> None:
        labelling = self.labelling
        found = brush.fill(labelling.picture.index, at.pixel, limits=labelling.settings.limits(labelling.picture))
        if found is not None:
            document, label = labelling.committed, labelling.settings.label
            labelling.commit(document.added(label, found), f"fill with {label}", select=(document.next_key,))
