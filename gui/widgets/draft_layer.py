"""A first draft over the picture before it is kept: tinted, with dashed outlines, so that nobody takes it for labels."""

from __future__ import annotations

import math
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
_WIDE_FROM = 0.6
"""Device pixels a picture pixel from which on outlines are two pixels wide: below they would hide small things."""


class DraftLayer:
    """Paints `proposal`, with the region at the place `hovered` brighter. `opacity` and `hidden` are asked at each painting; at opacity 0 nothing is painted."""

    def __init__(self, opacity: Callable[[], float], hidden: Callable[[], frozenset[str]]) -> None:
        self.proposal: Proposal | None = None
        self.hovered: int | None = None
        self._opacity, self._hidden = opacity, hidden
        self._drawn: tuple[object, _Drawn] | None = None
        self._shown: tuple[int | None, str, layers.Picture] | None = None

    def paint(self, painter: QPainter, view: Viewport, ratio: float) -> None:
        """What is painted is kept until something changes."""
        proposal, opacity = self.proposal, self._opacity()
        if proposal is None or not proposal.regions or not opacity:
            return
        state = (proposal, proposal.opened.store.document, proposal.version, opacity, self._hidden(), view)
        if self._drawn is None or not _same(self._drawn[0], state):
            self._drawn, self._shown = (state, _Drawn(proposal, view, opacity, self._hidden())), None
        if self._shown is None or self._shown[:2] != (self.hovered, theme.tokens().name):
            self._shown = self.hovered, theme.tokens().name, self._drawn[1].pixels(self.hovered)
        pixels = self._shown[2]
        height, width = pixels.shape[:2]
        painter.drawImage(QRectF(0, 0, width / ratio, height / ratio), QImage(pixels.data, width, height, width * 4, QImage.Format.Format_ARGB32_Premultiplied))


class _Drawn:
    """A proposal in one view."""

    def __init__(self, proposal: Proposal, view: Viewport, opacity: float, hidden: frozenset[str]) -> None:
        free = layers.sampled_mask(proposal.opened.picture.index, view) == NOTHING
        self._whole = layers.sampled_ids(proposal.top, view) * free
        self._inside = _inside(view)
        self._bright = _table(proposal, min(1.0, 0.4 + 0.45 * opacity), hidden)
        self._plain = _table(proposal, 0.15 + 0.45 * opacity, hidden).take(layers.sampled_ids(proposal.kept, view) * free)
        rows, columns = self._border(self._whole, wide=view.scale >= _WIDE_FROM)
        around = _around(self._whole, rows, columns)
        left_out = np.zeros(len(proposal.regions) + 1, bool)
        left_out[[0, *(place + 1 for place in proposal.left_out)]] = True
        colour = np.where((rows + columns) // _DASH % 2 == 0, 0xFFFFFFFF, 0xC0000000).astype(np.uint32)
        dull = left_out[around].all(axis=0)
        colour[dull] = np.where((rows + columns) % 4 < 2, 0xFFB0B0B0, 0)[dull]
        drawn = colour != 0
        self._plain[rows[drawn], columns[drawn]] = colour[drawn]

    def pixels(self, hovered: int | None) -> layers.Picture:
        """(h, w, 4) premultiplied BGRA, with one region brighter and with a line around it."""
        pixels = self._plain
        if hovered is not None:
            here = self._whole == hovered + 1
            pixels = pixels.copy()
            pixels[here] = self._bright[hovered + 1]
            pixels[self._border(here, wide=True)] = theme.tokens().colour("accent").rgba()
        return pixels.view(np.uint8).reshape(*pixels.shape, 4)

    def _border(self, ids: NDArray[np.generic], *, wide: bool) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Where another region begins than above or at the left, but for the picture's edges; two pixels wide, or one."""
        border = np.zeros(ids.shape, bool)
        border[:, 1:] |= ids[:, 1:] != ids[:, :-1]
        border[1:] |= ids[1:] != ids[:-1]
        if wide:
            one = border.copy()
            border[:, :-1] |= one[:, 1:]
            border[:-1] |= one[1:]
        rows, columns = self._inside
        border[: rows.start] = border[rows.stop :] = False
        border[:, : columns.start] = border[:, columns.stop :] = False
        found = np.nonzero(border)
        return found[0], found[1]


def _around(ids: NDArray[np.integer], rows: NDArray[np.intp], columns: NDArray[np.intp]) -> NDArray[np.integer]:
    """(5, N): at these pixels, above, below, at their left and right."""
    low, right = ids.shape[0] - 1, ids.shape[1] - 1
    up, down, before, after = np.maximum(rows - 1, 0), np.minimum(rows + 1, low), np.maximum(columns - 1, 0), np.minimum(columns + 1, right)
    return np.stack([ids[rows, columns], ids[up, columns], ids[down, columns], ids[rows, before], ids[rows, after]])


def _inside(view: Viewport) -> tuple[slice, slice]:
    """Rows and columns of a view that lie in the picture, without its outermost two."""
    ends = (view.top, view.scale * view.height, view.view_height), (view.left, view.scale * view.width, view.view_width)
    return tuple(slice(max(0, math.ceil(start) + 2), max(0, min(size, math.floor(start + length) - 2))) for start, length, size in ends)  # type: ignore[return-value]


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
    return one[0] is other[0] and one[1] is other[1] and one[2:] == other[2:]
