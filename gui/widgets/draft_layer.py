"""A first draft over the picture before it is kept: tinted, with dashed outlines, so that nobody takes it for labels."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from gui import theme
from gui.draft_proposal import Proposal
from gui.label_picture import NOTHING
from gui.widgets import layers
from gui.widgets.viewport import Viewport

_DASH = 5
"""Device pixels."""


class DraftLayer:
    """Paints `proposal`, with the region at the place `hovered` brighter. `opacity` and `hidden` are asked at each painting; at opacity 0 nothing is painted."""

    def __init__(self, opacity: Callable[[], float], hidden: Callable[[], frozenset[str]]) -> None:
        self.proposal: Proposal | None = None
        self.hovered: int | None = None
        self._opacity, self._hidden = opacity, hidden
        self._drawn: tuple[object, layers.Picture] | None = None

    def paint(self, painter: QPainter, view: Viewport, ratio: float) -> None:
        """What is painted is kept until something changes."""
        proposal, opacity = self.proposal, self._opacity()
        if proposal is None or not proposal.regions or not opacity:
            return
        labels = proposal.opened.store.document
        state = (proposal, proposal.version, labels, self.hovered, opacity, self._hidden(), view, theme.tokens().name)
        if self._drawn is None or not _same(self._drawn[0], state):
            self._drawn = state, drawn(proposal, view, opacity=opacity, hidden=self._hidden(), hovered=self.hovered)
        pixels = self._drawn[1]
        height, width = pixels.shape[:2]
        painter.drawImage(QRectF(0, 0, width / ratio, height / ratio), QImage(pixels.data, width, height, width * 4, QImage.Format.Format_ARGB32_Premultiplied))


def drawn(proposal: Proposal, view: Viewport, *, opacity: float, hidden: frozenset[str], hovered: int | None) -> layers.Picture:
    """(h, w, 4) premultiplied BGRA of the view."""
    free = layers.sampled_mask(proposal.opened.picture.index, view) == NOTHING
    kept = np.where(free, layers.sampled_ids(proposal.kept, view), 0)
    whole = np.where(free, layers.sampled_ids(proposal.top, view), 0)
    pixels = _table(proposal, 0.15 + 0.45 * opacity, hidden).take(kept)
    border = _border(whole)
    if hovered is not None:
        here = whole == hovered + 1
        pixels[here] = _table(proposal, min(1.0, 0.4 + 0.45 * opacity), hidden)[hovered + 1]
        border |= _border(here)
    rows, columns = np.nonzero(border)
    _outline(pixels, rows, columns, whole=whole, left_out=_flags(proposal, proposal.left_out), hovered=hovered)
    return pixels.view(np.uint8).reshape(*pixels.shape, 4)


def _outline(
    pixels: NDArray[np.uint32], rows: NDArray[np.intp], columns: NDArray[np.intp], *, whole: NDArray[np.integer], left_out: NDArray[np.bool_], hovered: int | None
) -> None:
    """Dashes between light and dark; dots around what is left out alone; a line in the accent around the region under the pointer."""
    low, right = whole.shape[0] - 1, whole.shape[1] - 1
    up, down, before, after = np.maximum(rows - 1, 0), np.minimum(rows + 1, low), np.maximum(columns - 1, 0), np.minimum(columns + 1, right)
    around = np.stack([whole[rows, columns], whole[up, columns], whole[down, columns], whole[rows, before], whole[rows, after]])
    dull = left_out[around].all(axis=0)
    colour = np.where((rows + columns) // _DASH % 2 == 0, 0xFFFFFFFF, 0xC0000000).astype(np.uint32)
    colour[dull] = np.where((rows + columns) % 4 < 2, 0xFFB0B0B0, 0)[dull]
    if hovered is not None:
        colour[(around == hovered + 1).any(axis=0)] = theme.tokens().colour("accent").rgba()
    drawn = colour != 0
    pixels[rows[drawn], columns[drawn]] = colour[drawn]


def _border(ids: NDArray[np.generic]) -> NDArray[np.bool_]:
    """(h, w) where another region begins than above or at the left, two pixels wide."""
    border = np.zeros(ids.shape, bool)
    border[:, 1:] |= ids[:, 1:] != ids[:, :-1]
    border[1:] |= ids[1:] != ids[:-1]
    wide = border.copy()
    wide[:, :-1] |= border[:, 1:]
    wide[:-1] |= border[1:]
    return wide


def _flags(proposal: Proposal, places: set[int]) -> NDArray[np.bool_]:
    """By what stands in the proposal's pictures: those of `places`, and none at all."""
    flags = np.zeros(len(proposal.regions) + 1, bool)
    flags[[0, *(place + 1 for place in places)]] = True
    return flags


def _table(proposal: Proposal, alpha: float, hidden: frozenset[str]) -> NDArray[np.uint32]:
    """0xAARRGGBB, premultiplied, of each region; the first for none."""
    picture = proposal.opened.picture
    colours = {label.name: label.colour for label in picture.space.labels}
    table = np.zeros(len(proposal.regions) + 1, np.uint32)
    for place, region in enumerate(proposal.regions):
        if region.label not in hidden and region.label in colours:
            red, green, blue = (round(value * alpha) for value in colours[region.label])
            table[place + 1] = (round(alpha * 255) << 24) | (red << 16) | (green << 8) | blue
    return table


def _same(one: object, other: object) -> bool:
    """Documents and proposals are told by identity: to compare them would look through all regions."""
    assert isinstance(one, tuple) and isinstance(other, tuple)
    return one[0] is other[0] and one[2] is other[2] and (one[1], *one[3:]) == (other[1], *other[3:])
