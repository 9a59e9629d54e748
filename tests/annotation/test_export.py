"""Exported files are read back by the datasets they are for, and come all or none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine import images, labels
from engine.annotation import cityscapes_json, masks
from engine.annotation.document import Document, Painted, Polygon
from engine.annotation.export import CITYSCAPES, KINDS, export
from engine.datasets import cityscapes, kitti_road, kitti_semantics
from engine.errors import ConfigError, DataError, OutputError

SPACE = labels.space("cityscapes")
SIZE = (24, 40)


def document() -> Document:
    """Road below, a car, a group of cars, something painted, something deleted."""
    found = Document(SIZE[1], SIZE[0]).added("road", Polygon(((0, 12), (39, 12), (39, 23), (0, 23))))
    found = found.added("car", Polygon(((3, 9), (12.5, 9), (12.5, 16), (3, 16)))).added("cargroup", Polygon(((20, 9), (29, 9), (29, 16))))
    dots = np.zeros((5, 5), bool)
    dots[::2, ::2] = True
    painted = Painted.of(dots, 30, 2)
    assert painted
    found = found.added("vegetation", painted).added("bus", Polygon(((0, 0), (39, 0), (39, 23))))
    return found.replaced(found.regions[-1].changed(deleted=True))


def test_cityscapes_files_have_the_names_and_depths_of_the_official_ones(tmp_path: Path) -> None:
    stem = "aachen_000000_000019"
    paths = export(document(), SPACE, stem=stem, folder=tmp_path / "gtFine" / "train" / "aachen")
    assert [path.name for path in paths] == [f"{stem}_gtFine_{name}" for name in ("polygons.json", "labelIds.png", "labelTrainIds.png", "color.png", "instanceIds.png")]
    modes = {path.stem.rpartition("_")[2]: Image.open(path).mode for path in paths[1:]}
    assert modes == {"labelIds": "L", "labelTrainIds": "L", "color": "RGBA", "instanceIds": "I;16"}
    assert np.array_equal(np.array(Image.open(paths[3]))[..., :3], masks.colours(document(), SPACE))
    assert np.array_equal(images.read_ids(paths[4]), masks.instance_ids(document(), SPACE))
    images.write_png(tmp_path / "leftImg8bit" / "train" / "aachen" / f"{stem}_leftImg8bit.png", np.zeros((*SIZE, 3), np.uint8))
    assert np.array_equal(cityscapes.open(tmp_path).mask(0), masks.label_ids(document(), SPACE))


def test_the_polygons_paint_the_masks_beside_them(tmp_path: Path) -> None:
    polygons, ids = export(document(), SPACE, stem="a_000000_000000", folder=tmp_path, kinds=("polygons", "labelIds"))
    assert np.array_equal(masks.label_ids(cityscapes_json.read_file(polygons), SPACE), images.read_ids(ids))


def test_kitti_files_are_read_by_their_datasets(tmp_path: Path) -> None:
    training = tmp_path / "training"
    kinds = ("kitti_semantic", "kitti_semantic_rgb", "kitti_instance")
    paths = export(document(), SPACE, stem="000003_10", folder=training, kinds=kinds)
    assert [path.relative_to(training).as_posix() for path in paths] == ["semantic/000003_10.png", "semantic_rgb/000003_10.png", "instance/000003_10.png"]
    images.write_png(training / "image_2" / "000003_10.png", np.zeros((*SIZE, 3), np.uint8))
    assert np.array_equal(kitti_semantics.open(tmp_path).mask(0), masks.label_ids(document(), SPACE))
    assert images.read_ids(paths[2])[10, 5] == 26 * 256 + 1


@pytest.mark.parametrize(("space", "name"), [("cityscapes", "road"), ("kitti_lane", "lane")])
def test_road_truth_is_read_as_road_rest_and_not_valid(tmp_path: Path, space: str, name: str) -> None:
    found = Document(SIZE[1], SIZE[0]).added(name, Polygon(((0, 12), (39, 12), (39, 23), (0, 23))))
    found = found.added("car" if space == "cityscapes" else "not lane", Polygon(((0, 12), (9, 12), (9, 23), (0, 23))))
    (path,) = export(found, labels.space(space), stem="um_000003", folder=tmp_path, kinds=["kitti_road"])
    assert path == tmp_path / "gt_image_2" / f"um_{name}_000003.png"
    truth = kitti_road.read_truth(path)
    assert (truth[:12] == 255).all() and (truth[12:, 10:] == 1).all() and not truth[12:, :10].any()


def test_a_frame_that_cannot_be_exported_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no label 'cart'"):
        export(document().added("cart", Polygon(((1, 1), (5, 1), (5, 5)))), SPACE, stem="a_0_0", folder=tmp_path / "new")
    with pytest.raises(ConfigError, match="um_000000"):
        export(document(), SPACE, stem="000000", folder=tmp_path / "new", kinds=KINDS)
    with pytest.raises(ConfigError, match="no export 'colour'; choose one of: polygons, labelIds"):
        export(document(), SPACE, stem="a_0_0", folder=tmp_path / "new", kinds=["colour"])
    with pytest.raises(ConfigError, match="can't name a file"):
        export(document(), SPACE, stem="../a_0_0", folder=tmp_path / "new")
    assert not list(tmp_path.iterdir())


def test_where_one_file_cannot_be_written_the_others_stay_as_they_were(tmp_path: Path) -> None:
    before = export(document(), SPACE, stem="a_0_0", folder=tmp_path, kinds=CITYSCAPES[:4])
    was = [path.read_bytes() for path in before]
    (tmp_path / "a_0_0_gtFine_instanceIds.png").mkdir()
    with pytest.raises(OutputError, match="a_0_0_gtFine_instanceIds.png can't be written: a folder stands where a file is needed"):
        export(document().added("bus", Polygon(((0, 0), (9, 0), (9, 9)))), SPACE, stem="a_0_0", folder=tmp_path)
    assert [path.read_bytes() for path in before] == was and len(list(tmp_path.iterdir())) == 5
