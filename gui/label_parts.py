"""The parts of the Annotate page, in the order of their sections in the inspector."""

from __future__ import annotations

from gui.label_part import LabelDesk, LabelPart


def made(desk: LabelDesk) -> list[LabelPart]:
    """One of each."""
    from gui.label_classes import Classes
    from gui.label_copying import Copying
    from gui.label_draft import Draft
    from gui.label_exporting import Exporting
    from gui.label_ignoring import Ignoring
    from gui.label_keeping import Keeping
    from gui.label_menu import PictureMenu
    from gui.label_prompting import Prompting
    from gui.label_recovery import Recovery
    from gui.label_review import Review
    from gui.label_seeing import Seeing
    from gui.label_simplifying import Simplifying

    kinds: list[type[LabelPart]] = [Classes, Copying, Draft, Review, Keeping, Exporting, Recovery, Seeing, Ignoring, Simplifying, Prompting, PictureMenu]
    return [kind(desk) for kind in kinds]
