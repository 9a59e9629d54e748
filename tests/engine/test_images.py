"""Pictures and masks in and out of files."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from engine import images
from engine.errors import DataError
from tests import layouts

RNG = np.random.default_rng(1)
RGB = RNG.integers(0, 256, (14, 22, 3), dtype=np.uint8)


def test_colours_are_red_green_blue_in_memory_and_on_the_disk(tmp_path: Path) -> None:
    images.write_png(tmp_path / "a.png", RGB)
    assert (images.read_rgb(tmp_path / "a.png") == RGB).all()
    assert (np.array(Image.open(tmp_path / "a.png")) == RGB).all()


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_ids_of_8_and_16_bits_survive(tmp_path: Path, kind: type) -> None:
    ids = RNG.integers(0, np.iinfo(kind).max, (9, 13)).astype(kind)
    images.write_png(tmp_path / "a.png", ids)
    read = images.read_ids(tmp_path / "a.png")
    assert read.dtype == kind and (read == ids).all()


@pytest.mark.parametrize("size", [(1, 1), (5, 33), (40, 7)])
@pytest.mark.parametrize("mode", ["L", "I;16", "1", "LA"])
def test_ids_are_what_opencv_reads_whatever_the_kind_of_grey(tmp_path: Path, size: tuple[int, int], mode: str) -> None:
    ids = RNG.integers(0, 256, size).astype(np.uint16 if mode == "I;16" else np.uint8)
    match mode:
        case "1":
            Image.fromarray(ids).convert("1").save(tmp_path / "a.png")
        case "LA":
            Image.fromarray(ids).save(tmp_path / "a.png", transparency=7)
        case _:
            Image.fromarray(ids).save(tmp_path / "a.png", optimize=True)
    theirs = cv2.imread(str(tmp_path / "a.png"), cv2.IMREAD_UNCHANGED)
    assert theirs is not None
    if theirs.ndim == 3:
        with pytest.raises(DataError, match="coloured picture"):
            images.read_ids(tmp_path / "a.png")
        return
    read = images.read_ids(tmp_path / "a.png")
    assert read.dtype == theirs.dtype and read.flags.writeable and (read == theirs).all()


def test_a_mask_with_a_damaged_byte_is_refused(tmp_path: Path) -> None:
    images.write_png(tmp_path / "a.png", RNG.integers(0, 99, (60, 80)).astype(np.uint16))
    content = bytearray((tmp_path / "a.png").read_bytes())
    content[len(content) // 2] ^= 255
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(DataError, match="can't be read as a picture"):
        images.read_ids(tmp_path / "a.png")


def test_a_palette_png_gives_its_indices(tmp_path: Path) -> None:
    picture = Image.fromarray(np.array([[0, 1], [2, 1]], np.uint8), mode="P")
    picture.putpalette([9, 9, 9, 200, 0, 0, 0, 200, 0])
    picture.save(tmp_path / "a.png")
    assert images.read_ids(tmp_path / "a.png").tolist() == [[0, 1], [2, 1]]


def test_a_coloured_picture_is_no_mask(tmp_path: Path) -> None:
    images.write_png(tmp_path / "a.png", RGB)
    with pytest.raises(DataError, match="a.png is a coloured picture where a mask of ids is needed"):
        images.read_ids(tmp_path / "a.png")


def test_names_beyond_ascii_are_no_obstacle(tmp_path: Path) -> None:
    images.write_png(tmp_path / "straße ö" / "bild 1.png", RGB)
    assert images.read_rgb(tmp_path / "straße ö" / "bild 1.png").shape == RGB.shape


def test_the_size_is_height_and_width(tmp_path: Path) -> None:
    images.write_png(tmp_path / "a.png", RGB)
    assert images.size(tmp_path / "a.png") == (14, 22)


@pytest.mark.parametrize(("suffix", "longest"), [(".png", 100), (".jpg", 100), (".jpg", 300), (".png", 4000)])
def test_a_reduced_picture_keeps_its_shape_and_never_grows(tmp_path: Path, suffix: str, longest: int) -> None:
    path = tmp_path / f"a{suffix}"
    cv2.imwrite(str(path), np.zeros((300, 800, 3), np.uint8))
    height, width = images.read_reduced(path, longest).shape[:2]
    assert max(height, width) <= min(longest, 800) and height / width == pytest.approx(300 / 800, rel=0.05)


@pytest.mark.parametrize("read", [images.read_rgb, images.read_ids, images.size, lambda path: images.read_reduced(path, 100)])
@pytest.mark.parametrize("damage", ["text", "empty", "missing", "folder"])
def test_what_is_no_picture_is_one_sentence_with_its_name(tmp_path: Path, read: object, damage: str) -> None:
    path = tmp_path / "a.png"
    match damage:
        case "text":
            path.write_text("hello")
        case "empty":
            path.touch()
        case "folder":
            path.mkdir()
    with pytest.raises(DataError, match="a.png can't be") as raised:
        read(path)  # type: ignore[operator]
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_a_picture_cut_in_the_middle_is_refused_and_seen_without_decoding(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    cv2.imwrite(str(path), RNG.integers(0, 256, (200, 300, 3), dtype=np.uint8))
    assert not images.cut_off(path)
    layouts.cut(path)
    assert images.cut_off(path)
    with pytest.raises(DataError, match="may be cut off"):
        images.read_rgb(path)


def test_a_mask_that_is_written_stands_there_whole_or_not_at_all(tmp_path: Path) -> None:
    images.write_png(tmp_path / "a.png", RGB)
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]
