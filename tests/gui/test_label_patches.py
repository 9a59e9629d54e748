"""Whatever is drawn, undone and done again: the frame shows what painting its document anew would show."""

from __future__ import annotations

import numpy as np
import pytest

from engine import labels
from engine.annotation.changes import difference
from engine.annotation.document import Document, Painted, Polygon
from engine.annotation.raster import Rasteriser
from gui import label_patches
from gui.label_picture import NOTHING, LabelPicture

WIDTH, HEIGHT = 90, 60
SPACE = labels.space("cityscapes")
NAMES = ("road", "car", "sky", "person")


@pytest.fixture(autouse=True)
def everything_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_patches, "FEWEST", 1)


def fresh(document: Document) -> LabelPicture:
    picture = LabelPicture(SPACE, Rasteriser(WIDTH, HEIGHT), np.full((HEIGHT, WIDTH), NOTHING, np.uint8))
    picture.paint(document, (0, 0, WIDTH, HEIGHT))
    return picture


def triangle(random: np.random.Generator) -> Polygon:
    return Polygon(tuple((int(x), int(y)) for x, y in random.uniform(-10, 100, (3, 2))))


def stroke(picture: LabelPicture, random: np.random.Generator, value: int | None, below: Document | None) -> Painted | None:
    """Some discs, each shown as it is drawn; together what was painted."""
    whole = np.zeros((HEIGHT + 40, WIDTH + 40), bool)
    x, y = random.uniform(0, WIDTH), random.uniform(0, HEIGHT)
    for _ in range(int(random.integers(1, 6))):
        x, y = x + random.uniform(-15, 15), y + random.uniform(-15, 15)
        rows, columns = np.mgrid[-20 : HEIGHT + 20, -20 : WIDTH + 20]
        disc = np.hypot(columns - x, rows - y) < 6
        if not disc.any():
            continue
        whole |= disc
        tops, lefts = np.flatnonzero(disc.any(1)), np.flatnonzero(disc.any(0))
        box = int(lefts[0]) - 20, int(tops[0]) - 20, int(lefts[-1]) - 19, int(tops[-1]) - 19
        picture.paint_stroke(disc[tops[0] : tops[-1] + 1, lefts[0] : lefts[-1] + 1], box, value=value, below=below)
    return Painted.of(whole[20:-20, 20:-20])


@pytest.mark.parametrize("seed", range(12))
def test_after_any_edits_the_frame_shows_its_document(seed: int) -> None:
    random = np.random.default_rng(seed)
    document = Document(WIDTH, HEIGHT)
    for number in range(12):
        document = document.added(NAMES[number % 4], triangle(random))
    picture, past = fresh(document), [document]
    for _ in range(60):
        shown, label = past[-1], NAMES[int(random.integers(4))]
        match random.choice(["stroke", "cancelled", "erased", "edit", "drag", "undo", "undo"]):
            case "stroke":
                painted = stroke(picture, random, picture.value(label), None)
                after = shown.added(label, painted) if painted else shown
            case "cancelled":
                stroke(picture, random, picture.value(label), None)
                picture.paint(shown, (0, 0, WIDTH, HEIGHT) if random.random() < 0.5 else (-9, -9, WIDTH + 9, HEIGHT + 9))
                after = shown
            case "erased":
                below = shown.without(shown.regions[-1].key)
                stroke(picture, random, None, below)
                after = below
            case "edit":
                region = shown.regions[int(random.integers(len(shown.regions)))]
                after = shown.replaced(region.changed(label=label, deleted=random.random() < 0.2))
            case "drag":
                region, before = shown.regions[int(random.integers(len(shown.regions)))], shown
                for _ in range(3):
                    after = shown.replaced(region.changed(shape=triangle(random)))
                    picture.paint(after, difference(before, after, "").box)
                    before = after
            case _:
                after = past[int(random.integers(len(past)))]
        change = difference(shown, after, "")
        box = change.box
        if box is not None:
            picture.paint(after, box)
        past.append(Document(WIDTH, HEIGHT, after.regions, after.next_key))  # another document of the very same regions, as undo makes it
        if picture._patches._changed is None:
            np.testing.assert_array_equal(picture.index, fresh(after).index)
        else:  # the eraser left its box: the page paints that anew
            picture.paint(past[-1], (0, 0, WIDTH, HEIGHT))


def test_an_undone_stroke_and_one_done_again_are_not_painted_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(3)
    document = Document(WIDTH, HEIGHT)
    for _ in range(12):
        document = document.added("road", triangle(random))
    picture = fresh(document)
    painted = stroke(picture, random, picture.value("car"), None)
    assert painted is not None
    after = document.added("car", painted)
    box = difference(document, after, "").box
    picture.paint(after, box)
    monkeypatch.setattr(Rasteriser, "paint", lambda *_, **__: pytest.fail("it was painted anew"))
    picture.paint(Document(WIDTH, HEIGHT, document.regions), box)
    picture.paint(after, box)
    monkeypatch.undo()
    np.testing.assert_array_equal(picture.index, fresh(after).index)


def test_in_another_label_space_nothing_is_shown_as_it_was() -> None:
    document = Document(WIDTH, HEIGHT).added("road", Polygon(((0, 0), (50, 0), (50, 50)))).added("car", Polygon(((5, 5), (40, 5), (40, 30))))
    picture = fresh(document)
    picture.paint(document, (0, 0, 30, 30))
    space = labels.space("camvid")
    picture.adopt(space)
    picture.paint(document, (0, 0, 30, 30))
    other = LabelPicture(space, Rasteriser(WIDTH, HEIGHT), np.full((HEIGHT, WIDTH), NOTHING, np.uint8))
    other.paint(document, (0, 0, WIDTH, HEIGHT))
    np.testing.assert_array_equal(picture.index[:30, :30], other.index[:30, :30])


def test_what_is_kept_stays_below_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_patches, "_BYTES", 4000)
    patches = label_patches.LabelPatches()
    document = Document(WIDTH, HEIGHT).added("road", Polygon(((0, 0), (50, 0), (50, 50))))
    for side in range(1, 40):
        patches.keep(document.regions, (0, 0, side, side), np.zeros((side, side), np.uint8))
    assert patches._bytes <= 4000 and patches.find(document.regions, (0, 0, 31, 31)) is not None and patches.find(document.regions, (0, 0, 5, 5)) is None
