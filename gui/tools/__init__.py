"""The tools of the Annotate page, one a file, in the order of its tool bar."""

from __future__ import annotations

from gui.labelling import Labelling
from gui.player import Player
from gui.tools._tool import Tool


def made(labelling: Labelling, player: Player) -> list[Tool]:
    """One of each; the player's checkpoint has a word in what clicks outline."""
    from gui.tools.box import BoxTool
    from gui.tools.brush import BrushTool, EraserTool
    from gui.tools.comment import CommentTool
    from gui.tools.cut import CutTool
    from gui.tools.fill import FillTool
    from gui.tools.patches import PatchesTool
    from gui.tools.polygon import PolygonTool
    from gui.tools.refine import RefineTool
    from gui.tools.scissors import ScissorsTool
    from gui.tools.select import SelectTool
    from gui.tools.wand import WandTool

    kinds: list[type[Tool]] = [SelectTool, PolygonTool, ScissorsTool, BrushTool, EraserTool, FillTool, WandTool, PatchesTool, BoxTool, CutTool, CommentTool]
    drawn = [kind(labelling) for kind in kinds]
    drawn.insert(kinds.index(BoxTool), RefineTool(labelling, player))
    return drawn
