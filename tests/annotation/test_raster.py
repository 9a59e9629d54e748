"""Pixels are those of Pillow, windows those of the whole, and hits those that are seen."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from engine.annotation.document import Box, Document, Painted, Polygon, Region, Shape
from engine.annotation.raster import Rasteriser, _cut

WIDTH, HEIGHT = 37, 23
FEW = settings(max_examples=80, deadline=None)

_coordinate = st.one_of(
    st.integers(-50, 80), st.floats(-50, 80, allow_nan=False), st.integers(0, 20), st.floats(0, 20), st.sampled_from([-1e9, -1.0, -0.5, 0.5, 36.5, 37, 2.0**21, 1e9])
)
polygons = st.builds(lambda points: Polygon(tuple(points)), st.lists(st.tuples(_coordinate, _coordinate), max_size=9))
boxes = st.tuples(st.integers(-9, 45), st.integers(-9, 30), st.integers(-9, 45), st.integers(-9, 30))


@st.composite
def painted(draw: st.DrawFn) -> Shape:
    left, top, width, height = draw(st.integers(-9, 40)), draw(st.integers(-9, 30)), draw(st.integers(1, 20)), draw(st.integers(1, 20))
    mask = np.random.default_rng(draw(st.integers(0, 99))).random((height, width)) < 0.6
    mask[0, 0] = True
    shape = Painted.of(mask, left, top)
    assert shape
    return shape


shapes = st.one_of(polygons, painted())


@st.composite
def documents(draw: st.DrawFn) -> Document:
    found = draw(st.lists(st.tuples(shapes, st.sampled_from([False, False, False, True])), max_size=9))
    return Document(WIDTH, HEIGHT).with_regions(Region(key, f"label {key % 3}", shape, deleted) for key, (shape, deleted) in enumerate(found))


def truth(shape: Shape) -> NDArray[np.bool_]:
    """(HEIGHT, WIDTH) what a shape paints, by Pillow alone."""
    frame = np.zeros((HEIGHT, WIDTH), bool)
    if isinstance(shape, Painted):
        left, top, right, bottom = shape.box
        big = np.zeros((HEIGHT + 100, WIDTH + 100), bool)
        big[top + 50 : bottom + 50, left + 50 : right + 50] = shape.mask
        return big[50 : 50 + HEIGHT, 50 : 50 + WIDTH]
    if len(shape.points) < 2:
        return frame
    picture = Image.new("L", (WIDTH, HEIGHT))
    ImageDraw.Draw(picture).polygon(list(shape.points), fill=1)
    return np.array(picture) > 0


def whole(rasteriser: Rasteriser, shape: Shape) -> NDArray[np.bool_]:
    pixels = rasteriser.pixels(shape)
    left, top, right, bottom = pixels.box
    assert 0 <= left <= right <= WIDTH and 0 <= top <= bottom <= HEIGHT and pixels.mask.shape == (bottom - top, right - left)
    frame = np.zeros((HEIGHT, WIDTH), bool)
    frame[top:bottom, left:right] = pixels.mask
    return frame


def composed(document: Document) -> NDArray[np.int16]:
    """(HEIGHT, WIDTH) key of the topmost region, -1 for none."""
    frame = np.full((HEIGHT, WIDTH), -1, np.int16)
    for region in document.regions:
        if not region.deleted:
            frame[truth(region.shape)] = region.key
    return frame


def painting(rasteriser: Rasteriser, document: Document, onto: NDArray[np.int16], window: Box | None = None) -> NDArray[np.int16]:
    rasteriser.paint(document, onto, lambda region: region.key, window=window)
    return onto


def given_as_files_do(shape: Shape) -> Shape:
    """The same polygon with its points as one array, where they are small whole numbers."""
    if isinstance(shape, Painted) or not all(type(number) is int and abs(number) < 1 << 24 for point in shape.points for number in point):
        return shape
    return Polygon.of_numbers(np.array(shape.points, np.float32).ravel())


def within(box: Box) -> NDArray[np.bool_]:
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    return (columns >= box[0]) & (columns < box[2]) & (rows >= box[1]) & (rows < box[3])


@FEW
@given(st.lists(shapes, max_size=6))
def test_a_shapes_pixels_are_those_that_pillow_fills_whatever_was_drawn_before(several: list[Shape]) -> None:
    rasteriser = Rasteriser(WIDTH, HEIGHT)
    for shape in [*several, *several]:
        assert np.array_equal(whole(rasteriser, shape), truth(shape))


@FEW
@given(documents(), boxes)
def test_a_window_is_painted_as_in_the_whole_and_nothing_beside_it(document: Document, window: Box) -> None:
    rasteriser = Rasteriser(WIDTH, HEIGHT)
    full = painting(rasteriser, document, np.full((HEIGHT, WIDTH), -1, np.int16))
    assert np.array_equal(full, composed(document))
    part = painting(rasteriser, document, np.full((HEIGHT, WIDTH), -1, np.int16), window)
    assert np.array_equal(part, np.where(within(window), full, -1))


@FEW
@given(documents())
def test_a_first_painting_of_the_whole_is_as_one_by_masks(document: Document) -> None:
    from_file = document.with_regions(Region(one.key, one.label, given_as_files_do(one.shape), one.deleted) for one in document.regions)
    for shown in (document, from_file):
        for target in (np.full((HEIGHT, WIDTH), 255, np.uint8), np.full((HEIGHT, WIDTH), 255, np.uint8, order="F")):
            rasteriser = Rasteriser(WIDTH, HEIGHT)
            rasteriser.paint(shown, target, lambda region: region.key)
            assert np.array_equal(target.astype(np.int16), np.where(composed(document) < 0, 255, composed(document)))
            assert np.array_equal(rasteriser._boxes.of(shown).T, [_cut(region.shape.box, WIDTH, HEIGHT) for region in document.regions] or np.empty((0, 4)))
            rasteriser.prepare(shown, lambda: True)
            assert np.array_equal(painting(rasteriser, shown, np.full((HEIGHT, WIDTH), -1, np.int16)), composed(document))


def test_what_is_prepared_is_kept_and_it_stops_where_it_is_told_to() -> None:
    document = Document(WIDTH, HEIGHT).with_regions(Region(key, "road", Polygon(((0, 0), (9, key % 20), (9, 9)))) for key in range(2000))
    rasteriser, asked = Rasteriser(WIDTH, HEIGHT), []
    rasteriser.prepare(document, lambda: asked.append(1) is not None)
    assert len(asked) == 1 and 0 < len(rasteriser._kept) < 2000
    rasteriser.prepare(document, lambda: True)
    assert len(rasteriser._kept) == 2000


@FEW
@given(documents(), st.lists(st.tuples(st.sampled_from(["add", "drop", "replace", "move", "delete", "undo"]), st.integers(0, 9), shapes), max_size=6))
def test_after_any_edits_one_rasteriser_still_paints_the_whole(document: Document, edits: list[tuple[str, int, Shape]]) -> None:
    rasteriser = Rasteriser(WIDTH, HEIGHT)
    before = document
    for what, number, shape in edits:
        frame = painting(rasteriser, document, np.full((HEIGHT, WIDTH), -1, np.int16))
        assert np.array_equal(frame, composed(document))
        edited = _edited(document, what, number, shape, before)
        before, document = document, edited
    assert np.array_equal(painting(rasteriser, document, np.full((HEIGHT, WIDTH), -1, np.int16)), composed(document))


def _edited(document: Document, what: str, number: int, shape: Shape, before: Document) -> Document:
    regions = list(document.regions)
    if what == "add" or not regions:
        return document.added("label 0", shape, at=number % (len(regions) + 1))
    place = number % len(regions)
    match what:
        case "drop":
            return document.without(regions[place].key)
        case "replace":
            return document.replaced(regions[place].changed(shape=shape))
        case "delete":
            return document.replaced(regions[place].changed(deleted=True))
        case "move":
            regions.insert(0, regions.pop(place))
            return document.with_regions(regions)
    return before


@FEW
@given(documents(), st.integers(-2, WIDTH + 1), st.integers(-2, HEIGHT + 1), st.floats(-0.5, 0.49))
def test_a_hit_is_the_region_that_is_seen_there(document: Document, column: int, row: int, aside: float) -> None:
    hit = Rasteriser(WIDTH, HEIGHT).top_at(document, column + aside, row - aside - 0.001)
    inside = 0 <= column < WIDTH and 0 <= row < HEIGHT
    assert (hit.key if hit else -1) == (composed(document)[row, column] if inside else -1)


@FEW
@given(documents(), boxes)
def test_a_rubber_band_finds_what_has_a_pixel_in_it_or_all_of_them(document: Document, box: Box) -> None:
    rasteriser = Rasteriser(WIDTH, HEIGHT)
    shown = [(region, truth(region.shape)) for region in document.regions if not region.deleted]
    band = within(box)
    assert rasteriser.regions_in(document, box) == tuple(region for region, mask in shown if (mask & band).any())
    assert rasteriser.regions_in(document, box, whole=True) == tuple(region for region, mask in shown if mask.any() and not (mask & ~band).any())


def test_a_hit_goes_through_regions_that_are_not_asked_for() -> None:
    square = Polygon(((0, 0), (9, 0), (9, 9), (0, 9)))
    document = Document(WIDTH, HEIGHT).added("road", square).added("car", Polygon(square.points))
    rasteriser = Rasteriser(WIDTH, HEIGHT)
    found = rasteriser.top_at(document, 4, 4, where=lambda region: region.label != "car")
    assert found and found.label == "road"


def test_regions_without_a_value_leave_what_is_below() -> None:
    square = Polygon(((0, 0), (9, 0), (9, 9), (0, 9)))
    document = Document(WIDTH, HEIGHT).added("road", square).added("car", square)
    frame = np.zeros((HEIGHT, WIDTH), np.uint8)
    Rasteriser(WIDTH, HEIGHT).paint(document, frame, lambda region: 7 if region.label == "road" else None)
    assert frame.sum() == 700


def test_masks_are_kept_up_to_the_bound_and_the_oldest_go_first() -> None:
    squares = [Polygon(((0, 0), (9, 0), (9, 9), (0, 9))) for _ in range(3)]
    rasteriser = Rasteriser(WIDTH, HEIGHT, kept_bytes=2500)
    first, second = rasteriser.pixels(squares[0]), rasteriser.pixels(squares[1])
    assert rasteriser.pixels(squares[0]) is first and not first.mask.flags.writeable
    rasteriser.pixels(squares[2])
    assert rasteriser.pixels(squares[0]) is first and rasteriser.pixels(squares[1]) is not second


def test_threads_share_one_rasteriser() -> None:
    rng = np.random.default_rng(3)
    shapes = [Polygon(tuple((float(x), float(y)) for x, y in rng.uniform(-5, 40, (7, 2)))) for _ in range(60)]
    steps = [Document(WIDTH, HEIGHT).with_regions(Region(key, "road", shape) for key, shape in enumerate(shapes[: count + 1])) for count in range(len(shapes))]
    rasteriser = Rasteriser(WIDTH, HEIGHT, kept_bytes=8000)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda document: painting(rasteriser, document, np.full((HEIGHT, WIDTH), -1, np.int16)), steps * 4))
    expected = [composed(document) for document in steps]
    assert all(np.array_equal(frame, expected[number % len(steps)]) for number, frame in enumerate(found))


def test_a_document_or_target_of_another_size_is_refused() -> None:
    rasteriser = Rasteriser(WIDTH, HEIGHT)
    with pytest.raises(ValueError, match="38×23"):
        rasteriser.top_at(Document(38, HEIGHT), 0, 0)
    with pytest.raises(ValueError, match="target"):
        rasteriser.paint(Document(WIDTH, HEIGHT), np.zeros((WIDTH, HEIGHT), np.uint8), lambda region: 1)
