"""Segment-anything networks from ONNX files: two layouts, pictures of any aspect, and what is no such network."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from engine.annotation.document import Painted
from engine.errors import ConfigError, DataError
from engine.inference.promptable import Promptable, pair

onnx = pytest.importorskip("onnx", reason="needs onnx to make networks: pip install 'roadscope[test]'")
pytest.importorskip("onnxruntime", reason="needs onnxruntime: pip install 'roadscope[test]'")
from onnx import TensorProto as T  # noqa: E402
from onnx import helper as make  # noqa: E402

SIZE = 60, 100


def write(path: Path, nodes: list, inputs: list, outputs: list, constants: dict[str, np.ndarray] | None = None) -> Path:
    known = [onnx.numpy_helper.from_array(value, name) for name, value in (constants or {}).items()]
    model = make.make_model(make.make_graph(nodes, "g", inputs, outputs, known), opset_imports=[make.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, path)
    return path


def value(name: str, kind: int, shape: list) -> object:
    return make.make_tensor_value_info(name, kind, shape)


def sam(folder: Path, *, rank: int = 3, low: bool = True) -> Path:
    """An encoder that hands its picture on, and a decoder in Segment Anything's layout whose mask is, in the square of 1024, what lies right of the first click."""
    folder.mkdir(exist_ok=True)
    shape = ["h", "w", 3] if rank == 3 else [1, 3, 1024, 1024]
    encoder = write(folder / "vit.encoder.onnx", [make.make_node("Identity", ["input_image"], ["image_embeddings"])], [value("input_image", T.FLOAT, shape)], [value("image_embeddings", T.FLOAT, shape)])
    constants = {
        "columns": ((np.arange(256) + 0.5) * 4).astype(np.float32).reshape(1, 1, 1, 256).repeat(256, axis=2),
        "start": np.array([0, 0, 0]),
        "end": np.array([1, 1, 1]),
        "sure": np.array([[0.9]], np.float32),
        "one": np.array([1, 1, 1, 1]),
        "big": np.float32(1000),
    }
    nodes = [
        make.make_node("Slice", ["point_coords", "start", "end"], ["x"]),
        make.make_node("Reshape", ["x", "one"], ["edge"]),
        make.make_node("Sub", ["columns", "edge"], ["right"]),
        make.make_node("Reshape", ["has_mask_input", "one"], ["has"]),
        make.make_node("Mul", ["mask_input", "has"], ["told"]),
        make.make_node("Mul", ["told", "big"], ["loud"]),
        make.make_node("Add", ["right", "loud"], ["low_res_masks" if low else "masks"]),
        make.make_node("Identity", ["sure"], ["iou_predictions"]),
    ]
    inputs = [
        value("image_embeddings", T.FLOAT, shape),
        value("point_coords", T.FLOAT, [1, "n", 2]),
        value("point_labels", T.FLOAT, [1, "n"]),
        value("mask_input", T.FLOAT, [1, 1, 256, 256]),
        value("has_mask_input", T.FLOAT, [1]),
        value("orig_im_size", T.FLOAT, [2]),
    ]
    write(folder / "vit.decoder.onnx", nodes, inputs, [value("low_res_masks" if low else "masks", T.FLOAT, [1, 1, 256, 256]), value("iou_predictions", T.FLOAT, [1, 1])], constants)
    return encoder


def efficient(folder: Path) -> Path:
    """EfficientSAM's layout: of three masks the second, of which the network is surest, is the picture's red above a half."""
    nodes = [make.make_node("Identity", ["batched_images"], ["image_embeddings"])]
    encoder = write(folder / "efficient_encoder.onnx", nodes, [value("batched_images", T.FLOAT, [1, 3, "h", "w"])], [value("image_embeddings", T.FLOAT, [1, 3, "h", "w"])])
    constants = {"half": np.float32(0.5), "sure": np.array([[[0.1, 0.9, 0.3]]], np.float32), "red": np.array([0, 0, 0]), "axis": np.array([0])}
    nodes = [
        make.make_node("Gather", ["image_embeddings", "red"], ["same"], axis=1),
        make.make_node("Sub", ["same", "half"], ["above"]),
        make.make_node("Neg", ["above"], ["below"]),
        make.make_node("Slice", ["below", "s0", "e0", "a0"], ["b1"]),
        make.make_node("Slice", ["above", "s0", "e0", "a0"], ["a1"]),
        make.make_node("Concat", ["b1", "a1", "b1"], ["three"], axis=1),
        make.make_node("Unsqueeze", ["three", "axis"], ["output_masks"]),
        make.make_node("Identity", ["sure"], ["iou_predictions"]),
    ]
    constants |= {"s0": np.array([0]), "e0": np.array([1]), "a0": np.array([1])}
    inputs = [
        value("image_embeddings", T.FLOAT, [1, 3, "h", "w"]),
        value("batched_point_coords", T.FLOAT, [1, 1, "n", 2]),
        value("batched_point_labels", T.FLOAT, [1, 1, "n"]),
        value("orig_im_size", T.INT64, [2]),
    ]
    write(folder / "efficient_decoder.onnx", nodes, inputs, [value("output_masks", T.FLOAT, None), value("iou_predictions", T.FLOAT, None)], constants)
    return encoder


def pixels(found: Painted | None, size: tuple[int, int] = SIZE) -> np.ndarray:
    mask = np.zeros(size, bool)
    if found is not None:
        left, top, right, bottom = found.box
        mask[top:bottom, left:right] = found.mask
    return mask


@pytest.mark.parametrize("rank", [3, 4])
@pytest.mark.parametrize("size", [(60, 100), (100, 60), (300, 2000)])
def test_clicks_and_masks_are_in_the_picture_s_own_pixels(tmp_path: Path, rank: int, size: tuple[int, int]) -> None:
    network = Promptable(sam(tmp_path, rank=rank))
    network.look(np.zeros((*size, 3), np.uint8))
    x = size[1] // 3
    found = pixels(network.found([(x, 10)], [(2, 3)]), size)
    expected = np.zeros(size, bool)
    expected[:, x + 1 :] = True
    off = np.abs(np.flatnonzero(found[size[0] // 2])[0] - x)
    assert off <= max(1, 5 * max(size) / 1024) and found.any(axis=1).all() and (found == expected).mean() > 0.98


def test_a_region_that_is_there_already_is_told_to_the_network(tmp_path: Path) -> None:
    network = Promptable(sam(tmp_path))
    network.look(np.zeros((*SIZE, 3), np.uint8))
    prior = Painted.of(np.ones((20, 30), bool), 5, 10)
    found = pixels(network.found([(90, 5)], prior=prior))
    assert found[15:25, 10:30].all() and not found[45:, :].any()


def test_the_picture_is_looked_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network, image = Promptable(sam(tmp_path)), np.zeros((*SIZE, 3), np.uint8)
    network.look(image)
    before = network._embedding
    network.look(image)
    assert network._embedding is before
    network.look(image.copy())
    assert network._embedding is not before


def test_efficient_sam_s_layout_and_the_surest_of_its_masks(tmp_path: Path) -> None:
    image = np.zeros((*SIZE, 3), np.uint8)
    image[20:40, 30:70, 0] = 255
    network = Promptable(efficient(tmp_path))
    network.look(image)
    np.testing.assert_array_equal(pixels(network.found([(50, 30)])), image[..., 0] > 0)


def test_either_of_the_two_files_may_be_named(tmp_path: Path) -> None:
    encoder = sam(tmp_path)
    assert pair(encoder) == pair(tmp_path / "vit.decoder.onnx") == (encoder, tmp_path / "vit.decoder.onnx")


def test_what_is_no_segment_anything_network_is_refused_in_a_sentence(tmp_path: Path) -> None:
    encoder = sam(tmp_path)
    with pytest.raises(DataError, match="neither encoder nor decoder in its name"):
        pair(tmp_path / "yolo.onnx")
    encoder.with_name("lone.encoder.onnx").write_bytes(encoder.read_bytes())
    with pytest.raises(DataError, match="lone.decoder.onnx isn't there"):
        pair(tmp_path / "lone.encoder.onnx")
    (tmp_path / "vit.decoder.onnx").write_bytes(encoder.read_bytes())
    with pytest.raises(DataError, match="takes input_image, which is no decoder"):
        Promptable(encoder)
    (tmp_path / "vit.decoder.onnx").write_bytes(b"nothing of the kind")
    with pytest.raises(DataError, match="is no network that ONNX Runtime can load"):
        Promptable(encoder)


def test_without_onnx_runtime_the_cure_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ConfigError, match=r"pip install 'roadscope\[onnx\]'"):
        Promptable(sam(tmp_path))
