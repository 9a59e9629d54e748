"""Says why a document can't be edited, and offers the way on: nothing is thrown away on either."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMessageBox, QWidget

from engine.errors import RoadscopeError
from gui.labelling import Labelling

if TYPE_CHECKING:
    from gui.widgets.message_bar import Cure


def cure(labelling: Labelling, parent: QWidget, told: Callable[[], object]) -> Cure | None:
    """The button for what keeps the document from being edited; None where there is no choice. `told` is called once it was made."""
    now = labelling.now
    if now is None or not now.store.conflict:
        return None
    if now.store.path.exists():
        return ("Choose…", lambda: _choose(labelling, parent, told))
    return ("Bring it back", lambda: _settle(labelling, now.store.keep_mine, parent, told))


def _choose(labelling: Labelling, parent: QWidget, told: Callable[[], object]) -> None:
    now = labelling.now
    if now is None:
        return
    box = QMessageBox(QMessageBox.Icon.Question, "Two versions of these labels", now.store.blocked, QMessageBox.StandardButton.Cancel, parent)
    box.setInformativeText("The other one is kept under Versions…, so that neither is lost.")
    mine = box.addButton("Keep what is shown here", QMessageBox.ButtonRole.AcceptRole)
    theirs = box.addButton("Take the file", QMessageBox.ButtonRole.AcceptRole)
    box.setDefaultButton(mine)
    box.exec()
    if box.clickedButton() is mine:
        _settle(labelling, now.store.keep_mine, parent, told)
    elif box.clickedButton() is theirs:
        _settle(labelling, now.store.take_theirs, parent, told)


def _settle(labelling: Labelling, how: Callable[[], None], parent: QWidget, told: Callable[[], object]) -> None:
    try:
        how()
    except RoadscopeError as error:
        labelling.failed.emit(str(error), "".join(traceback.format_exception(error)))
        return
    now = labelling.now
    if now is not None:
        told()
        labelling.saving.again()
        labelling.show(now.store.document)
        labelling.edited.emit()
