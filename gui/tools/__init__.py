"""The tools of the Annotate page, one a file, in the order of its tool bar."""

from __future__ import annotations

from gui.labelling import Labelling
from gui.tools._tool import Tool


def made(labelling: Labelling) -> list[Tool]:
    """One of each."""
    from gui.tools.box import BoxTool
    from gui.tools.brush import BrushTool, EraserTool
    from gui.tools.comment import CommentTool
    from gui.tools.cut import CutTool
    from gui.tools.fill import FillTool
    from gui.tools.polygon import PolygonTool
    from gui.tools.scissors import ScissorsTool
    from gui.tools.select import SelectTool
    from gui.tools.wand import WandTool

    kinds: list[type[Tool]] = [SelectTool, PolygonTool, ScissorsTool, BrushTool, EraserTool, FillTool, WandTool, BoxTool, CutTool, CommentTool]
    return [kind(labelling) for kind in kinds]
