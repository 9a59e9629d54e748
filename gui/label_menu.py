"""What the right button offers on the picture: for the region under the pointer, and for its class."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu

from gui import label_edits, theme
from gui.label_part import LabelDesk, LabelPart
from gui.widgets import picture_menu


class PictureMenu(LabelPart):
    """A right click selects what lies under it, unless that is selected already; not while something is drawn."""

    def __init__(self, desk: LabelDesk) -> None:
        super().__init__(desk)
        desk.canvas.menu_opening.connect(self._on_menu)

    def _on_menu(self, menu: QMenu, spot: tuple[float, float] | None) -> None:
        labelling, tool = self.desk.labelling, self.desk.canvas.tool
        if labelling.now is None or spot is None or (tool is not None and tool.busy):
            return
        region = labelling.region_at(int(spot[0]), int(spot[1]))
        if region is not None and labelling.editable:
            if region.key not in labelling.selection:
                labelling.select((region.key,))
            self._add_edits(menu, region.label)
        picture_menu.add_class(menu, self.desk.session, labelling.picture.space.current(region.label) if region is not None else None)

    def _add_edits(self, menu: QMenu, label: str) -> None:
        labelling, wanted = self.desk.labelling, self.desk.labelling.settings.label
        if wanted and any(region.label != wanted for region in labelling.selected):
            menu.addAction(f"Make it {wanted}", lambda: label_edits.choose_label(labelling, wanted))
        if label != wanted:
            menu.addAction(f"Draw the next as {label}", lambda: labelling.settings.set_label(label))
        menu.addAction("To the top\tShift+Up", lambda: label_edits.raise_by(labelling, 1000))
        menu.addAction("To the bottom\tShift+Down", lambda: label_edits.raise_by(labelling, -1000))
        menu.addAction(theme.icon("copy"), "Duplicate\tCtrl+D", lambda: label_edits.duplicate(labelling))
        menu.addAction(theme.icon("trash"), "Delete\tDel", lambda: label_edits.delete(labelling))
