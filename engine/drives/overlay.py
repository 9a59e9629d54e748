"""Masks laid over pictures, and the legend that says what the colours mean."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.labels import VOID, ClassSet, Colour, Mask
from engine.sample import Image

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

BACKGROUND: Colour = (24, 25, 28)
TEXT: Colour = (226, 228, 232)
MUTED: Colour = (146, 150, 158)


def blend(
    image: Image, mask: Mask, palette: NDArray[np.uint8], opacity: float = 0.5, hidden: Collection[int] = (), *, outlines: bool = False
) -> Image:
    """A copy of `image` (H, W, 3) under the colours of `mask` (H, W).

    `palette` is (256, 3) RGB by id; `opacity` 0…1; the ids in `hidden` and void (255) let the image through.
    `outlines` draws the borders between classes in full colour, which keeps similar colours apart.
    """
    if mask.shape != image.shape[:2]:
        mask = cv2.resize(mask, image.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    image = np.ascontiguousarray(image)
    colours = cv2.applyColorMap(mask, np.ascontiguousarray(palette, np.uint8).reshape(256, 1, 3))
    result = cv2.addWeighted(image, 1 - opacity, colours, opacity, 0)
    if outlines and opacity > 0:
        cv2.copyTo(colours, borders(mask), result)
    clear = np.zeros(256, np.uint8)
    clear[[*hidden, VOID]] = 255
    cv2.copyTo(image, cv2.LUT(mask, clear), result)
    return result


def borders(mask: Mask) -> Mask:
    """(H, W) 255 on the pixels that have another class to their right or below, else 0."""
    edge = np.zeros_like(mask)
    edge[:, :-1] = mask[:, :-1] != mask[:, 1:]
    edge[:-1] |= mask[:-1] != mask[1:]
    edge *= 255
    return edge


def hidden_ids(class_set: ClassSet, names: Collection[str]) -> frozenset[int]:
    """The train ids of the classes in `names`; names of other class sets are left out."""
    return frozenset(train_id for train_id, name in enumerate(class_set.names) if name in names)


def entries(class_set: ClassSet, hidden: Collection[int] = ()) -> list[tuple[str, Colour]]:
    """Name and colour of each class that is shown, in the order of the class set."""
    return [(one.name, one.colour) for train_id, one in enumerate(class_set.classes) if train_id not in hidden]


@dataclass(frozen=True, slots=True)
class _Measures:
    """Sizes in pixels at a given size of text."""

    text: int

    @property
    def chip(self) -> int:
        return round(self.text * 0.86)

    @property
    def gap(self) -> int:
        """Between a chip and its name."""
        return round(self.text * 0.5)

    @property
    def between(self) -> int:
        """Between a name and the next chip."""
        return round(self.text * 1.5)

    @property
    def row(self) -> int:
        return round(self.text * 1.75)

    @property
    def margin(self) -> int:
        return round(self.text * 1.0)


def legend(shown: Sequence[tuple[str, Colour]], width: int, *, text_size: int = 0, background: Colour = BACKGROUND, text: Colour = TEXT) -> Image:
    """(h, width, 3): a chip of colour and a name for each class, in columns of equal width, as many rows as they need.

    `text_size` in pixels; 0 takes what suits the width. Without classes h is 0.
    """
    from PIL import Image as Pictures
    from PIL import ImageDraw

    if not shown:
        return np.zeros((0, width, 3), np.uint8)
    measures = _Measures(text_size or text_size_for(width))
    font = _font(measures.text)
    places, rows = _places([font.getlength(name) for name, _ in shown], width, measures)
    picture = Pictures.new("RGB", (width, rows * measures.row + 2 * (measures.margin // 2)), background)
    draw = ImageDraw.Draw(picture)
    for (name, colour), (x, row) in zip(shown, places):
        middle = measures.margin // 2 + row * measures.row + measures.row // 2
        picture.paste(_chip(measures.chip, colour, background), (x, middle - measures.chip // 2))
        draw.text((x + measures.chip + measures.gap, middle), name, font=font, fill=text, anchor="lm")
    return np.asarray(picture).copy()


def caption(left: str, right: str, width: int, *, text_size: int = 0, background: Colour = BACKGROUND) -> Image:
    """(h, width, 3): a line of text at the left and one in muted colour at the right, shortened where they would meet."""
    from PIL import Image as Pictures
    from PIL import ImageDraw

    measures = _Measures(text_size or text_size_for(width))
    font = _font(measures.text)
    picture = Pictures.new("RGB", (width, measures.row + measures.margin // 2), background)
    draw = ImageDraw.Draw(picture)
    middle = picture.height // 2
    room = width - 2 * measures.margin
    left = _shortened(left, font, room * 0.7 if right else room)
    draw.text((measures.margin, middle), left, font=font, fill=TEXT, anchor="lm")
    right = _shortened(right, font, room - font.getlength(left) - measures.between)
    draw.text((width - measures.margin, middle), right, font=font, fill=MUTED, anchor="rm")
    return np.asarray(picture).copy()


def text_size_for(width: int) -> int:
    """Pixels of text that can be read in a picture of this width."""
    return int(np.clip(round(width / 70), 11, 34))


def _places(lengths: Sequence[float], width: int, measures: _Measures) -> tuple[list[tuple[int, int]], int]:
    """(x, row) of each entry and the count of rows: one after the other where one row takes them, else in columns of equal width."""
    room = width - 2 * measures.margin + measures.between
    cells = [int(length) + measures.chip + measures.gap + measures.between for length in lengths]
    if sum(cells) <= room:
        return [(measures.margin + sum(cells[:index]), 0) for index in range(len(cells))], 1
    rows = -(-len(cells) // max(1, room // max(cells)))
    columns = -(-len(cells) // rows)
    cell = max(max(cells), (width - 2 * measures.margin) // columns)
    return [(measures.margin + index % columns * cell, index // columns) for index in range(len(cells))], -(-len(cells) // columns)


@lru_cache(maxsize=256)
def _chip(size: int, colour: Colour, background: Colour):  # type: ignore[no-untyped-def]  # a PIL image
    """A rounded square, drawn four times as big and reduced for smooth corners, with a rim that keeps dark colours visible."""
    from PIL import Image as Pictures
    from PIL import ImageDraw

    big = Pictures.new("RGB", (size * 4, size * 4), background)
    rim = tuple(min(255, channel + 46) for channel in colour)
    ImageDraw.Draw(big).rounded_rectangle((0, 0, size * 4 - 1, size * 4 - 1), radius=size, fill=colour, outline=rim, width=4)
    return big.resize((size, size), Pictures.Resampling.LANCZOS)


@lru_cache(maxsize=16)
def _font(size: int) -> FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.load_default(size)  # type: ignore[return-value]  # Pillow's own outline font: the same on every machine


def _shortened(text: str, font: FreeTypeFont, room: float) -> str:
    if font.getlength(text) <= room:
        return text
    while text and font.getlength(f"{text}…") > room:
        text = text[:-1]
    return f"{text.rstrip()}…" if text else ""
