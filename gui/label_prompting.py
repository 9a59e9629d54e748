"""Remembers which segment-anything network outlines go by."""

from __future__ import annotations

from pathlib import Path

from gui.label_part import LabelDesk, LabelPart

_FILE = "annotate/prompt_file"


class Prompting(LabelPart):
    """A file that is gone at the next start is forgotten."""

    def __init__(self, desk: LabelDesk) -> None:
        super().__init__(desk)
        kept, tools = desk.settings.text(_FILE), desk.labelling.settings
        tools.set_prompt_file(kept if kept and Path(kept).is_file() else "")
        tools.changed.connect(self._keep)

    def _keep(self) -> None:
        file = self.desk.labelling.settings.prompt_file
        if file != self.desk.settings.text(_FILE):
            self.desk.settings.set(_FILE, file)
