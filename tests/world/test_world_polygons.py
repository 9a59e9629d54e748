"""Polygons paint the mask they were drawn from, holes and all."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from engine.world import polygons
from engine.world.shoot import single

SIZE = (160, 320)


def _instances() -> np.ndarray:
    return single(np.random.default_rng([8, 2]), SIZE).instances


def test_fine_polygons_paint_the_mask_again() -> None:
    instances = _instances()
    painted = polygons.paint(polygons.fine(instances), SIZE)
    assert (painted == instances).mean() > 0.985


def test_fine_polygons_paint_the_same_with_the_official_way_of_drawing() -> None:
    instances = _instances()
    canvas = Image.new("I", SIZE[::-1], 0)
    drawer = ImageDraw.Draw(canvas)
    for region in polygons.fine(instances):
        drawer.polygon([tuple(point) for point in region.outline.tolist()], fill=region.instance)
    assert (np.array(canvas) == instances).mean() > 0.97


def test_a_thing_in_the_hole_of_another_is_painted_after_it() -> None:
    instances = np.full((40, 40), 23, np.int32)
    instances[5:35, 5:35] = 21
    instances[12:28, 12:28] = 11
    instances[18:22, 18:22] = 26003
    assert np.array_equal(polygons.paint(polygons.fine(instances), (40, 40)), instances)


def test_coarse_polygons_stay_inside_and_leave_the_small_out() -> None:
    instances = _instances()
    regions = polygons.coarse(instances)
    painted = polygons.paint(regions, SIZE)
    drawn = painted > 0
    assert 0.4 < drawn.mean() < 0.95
    assert (painted == instances)[drawn].mean() > 0.97
    assert len(regions) < len(polygons.fine(instances)) / 2


def test_the_document_is_one_of_cityscapes() -> None:
    document = polygons.document(polygons.fine(_instances()), SIZE)
    assert (document["imgHeight"], document["imgWidth"]) == SIZE
    assert {"label", "polygon", "id", "deleted", "verified", "user", "date"} <= set(document["objects"][0])
    assert all(len(thing["polygon"]) >= 3 for thing in document["objects"])
