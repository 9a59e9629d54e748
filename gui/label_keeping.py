"""Where the labels are kept, and the way back to what they were."""

from __future__ import annotations

import dataclasses

from PySide6.QtWidgets import QWidget

from gui.actions import Action
from gui.label_part import LabelDesk, LabelPart
from gui.widgets.document_facts import DocumentFacts
from gui.widgets.versions_dialog import VersionsDialog


class Keeping(LabelPart):
    """The document's facts and its versions."""

    title, unfolded = "Document", True

    def __init__(self, desk: LabelDesk) -> None:
        super().__init__(desk)
        self._facts = DocumentFacts(desk.labelling)
        self._facts.versions_wanted.connect(self.show_versions)

    def widget(self) -> QWidget:
        return self._facts

    def rows(self) -> list[Action]:
        words = "Earlier states of this frame's labels, and the way back to them"
        return [self.row("versions", "Versions…", "Ctrl+Shift+H", "history", self.show_versions, words)]

    def show_versions(self) -> None:
        """Earlier states of the document; one that is brought back is an edit like any other."""
        labelling = self.desk.labelling
        if labelling.now is None:
            return
        dialog = VersionsDialog(labelling, self.desk.page)
        if dialog.exec() and dialog.chosen is not None and labelling.now is not None:
            document, first = labelling.committed, labelling.committed.next_key
            regions = [dataclasses.replace(region, key=first + at) for at, region in enumerate(dialog.chosen.regions)]
            labelling.commit(document.with_regions(regions), f"bring back the version of {dialog.time}", select=())
