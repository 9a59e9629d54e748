"""What Pillow paints, and small shapes by chance: for the tests of the drawing tools."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from engine.annotation.document import Box, Painted, Polygon, Shape

WIDTH, HEIGHT = 48, 40
Bits = NDArray[np.bool_]


@dataclass(frozen=True)
class Drawn:
    box: Box
    mask: Bits


def pixels(shape: Shape) -> Drawn:
    """As Cityscapes' json2labelImg paints a polygon."""
    if isinstance(shape, Painted):
        return Drawn(shape.box, shape.mask)
    image = Image.new("L", (WIDTH, HEIGHT), 0)
    ImageDraw.Draw(image).polygon(list(shape.points), fill=1)
    return Drawn((0, 0, WIDTH, HEIGHT), np.array(image) > 0)


def frame(*shapes: Shape | None) -> Bits:
    """(HEIGHT, WIDTH) what any of them paints."""
    result = np.zeros((HEIGHT, WIDTH), bool)
    for shape in shapes:
        if shape is not None:
            drawn = pixels(shape)
            left, top, right, bottom = drawn.box
            result[top:bottom, left:right] |= drawn.mask
    return result


points = st.tuples(st.integers(1, WIDTH - 2), st.integers(1, HEIGHT - 2))
polygons = st.lists(points, min_size=3, max_size=9, unique=True).map(lambda found: Polygon(tuple(found)))
"""Most cross themselves."""


@st.composite
def round_polygons(draw: st.DrawFn) -> Polygon:
    """Without crossings: around a middle, by their angle."""
    count = draw(st.integers(3, 14))
    x, y = draw(st.tuples(st.integers(14, WIDTH - 15), st.integers(14, HEIGHT - 15)))
    radii = draw(st.lists(st.integers(4, 13), min_size=count, max_size=count))
    angles = 2 * np.pi * np.arange(count) / count
    return Polygon(tuple((round(x + r * np.cos(a)), round(y + r * np.sin(a))) for r, a in zip(radii, angles)))


@st.composite
def masks(draw: st.DrawFn) -> Bits:
    """(h, w) with thin lines, single pixels, islands and holes."""
    height, width = draw(st.integers(1, 12)), draw(st.integers(1, 14))
    rows = draw(st.lists(st.integers(0, 2**width - 1), min_size=height, max_size=height))
    return np.array([[bool(row >> place & 1) for place in range(width)] for row in rows])


paintings = st.tuples(masks(), st.integers(0, 20), st.integers(0, 20)).map(lambda one: Painted.of(*one)).filter(bool)
