"""Regions that are neither trained on nor scored: how they are made, and the stripes that tell them from what isn't labelled yet."""

from __future__ import annotations

import numpy as np

from engine.annotation import masks
from gui import label_edits
from gui.actions import Action
from gui.label_part import LabelDesk, LabelPart


class Ignoring(LabelPart):
    """An ignore region is one of the label that the space has for it: Cityscapes' `out of roi`, `void` elsewhere."""

    def __init__(self, desk: LabelDesk) -> None:
        super().__init__(desk)
        desk.labelling.opened.connect(lambda _: self._hatch())
        desk.labelling.space_changed.connect(self._hatch)

    def rows(self) -> list[Action]:
        words = "The selected regions, or the next one, are neither trained on nor scored"
        return [self.row("ignore", "Ignore region", "I", "ignore", self.ignore, words, need="edit")]

    def ignore(self) -> None:
        """Makes ignore regions of what is selected; the next region is one too."""
        labelling = self.desk.labelling
        if labelling.now is None:
            return
        label = masks.ignored(labelling.picture.space)
        if label is None:
            self.failed.emit(f"The label space {labelling.picture.space.title} has no class that is left out of training and scores; add a void one to it", "")
            return
        count = len(labelling.selected)
        label_edits.choose_label(labelling, label.name)
        what = "The next region is" if not count else "The selected region is" if count == 1 else f"The {count} selected regions are"
        self.said.emit(f"{what} ignored ({label.name}): neither trained on nor scored")

    def _hatch(self) -> None:
        labelling = self.desk.labelling
        if labelling.now is None:
            return
        table = np.zeros(256, np.uint8)
        for place, label in enumerate(labelling.picture.space.labels):
            table[place] = masks.is_void(label)
        self.desk.canvas.set_hatched(table)
