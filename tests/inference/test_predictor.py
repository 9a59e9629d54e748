"""A checkpoint at work."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from torch.nn import functional as F

from engine import checkpoints, labels, models
from engine.checkpoints import Recipe
from engine.config import ClassesConfig
from engine.errors import CheckpointError, ConfigError
from engine.inference import _decide
from engine.inference.predictor import Predictor, input_size
from engine.models._logits import class_logits
from tests.doubles import tiny_checkpoint


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_checkpoint(tmp_path_factory.mktemp("checkpoint"))


def photo(height: int, width: int, seed: int = 0) -> np.ndarray:
    coarse = torch.from_numpy(np.random.default_rng(seed).integers(0, 255, (1, 3, 6, 8)).astype(np.float32))
    return F.interpolate(coarse, (height, width), mode="bicubic").clamp(0, 255)[0].permute(1, 2, 0).numpy().astype(np.uint8)


@pytest.mark.parametrize(
    ("picture", "recipe", "expected"),
    [
        ((240, 320), (240, 320), (240, 320)),
        ((360, 480), (240, 320), (240, 320)),
        ((720, 960), (240, 320), (240, 320)),
        ((375, 1242), (240, 320), (152, 504)),
        ((540, 960), (240, 320), (208, 368)),
        ((375, 1242), (512, 1024), (396, 1316)),
    ],
)
def test_a_picture_keeps_its_aspect_and_gets_the_recipes_pixels(picture: tuple[int, int], recipe: tuple[int, int], expected: tuple[int, int]) -> None:
    assert input_size(picture, Recipe(recipe)) == expected


@pytest.mark.parametrize("size", [(64, 96), (375, 1242), (33, 47), (1, 1)])
def test_the_mask_has_the_images_size_whatever_it_is(checkpoint: Path, size: tuple[int, int]) -> None:
    prediction = Predictor(checkpoint, device="cpu").predict(photo(*size))
    assert prediction.mask.shape == prediction.confidence.shape == size
    assert prediction.mask.dtype == np.uint8 and prediction.mask.max() < 11
    assert prediction.confidence.dtype == np.float32 and 0 < prediction.confidence.min() <= prediction.confidence.max() <= 1
    assert prediction.milliseconds > 0


def test_the_mask_is_the_networks_own_argmax(checkpoint: Path) -> None:
    predictor = Predictor(checkpoint, device="cpu")
    image = photo(64, 96)
    _, network = models.from_checkpoint(checkpoint)
    pixels = (torch.from_numpy(image).permute(2, 0, 1)[None] / 255 - torch.tensor(checkpoints.IMAGENET_MEAN).view(1, 3, 1, 1)) / torch.tensor(
        checkpoints.IMAGENET_STD
    ).view(1, 3, 1, 1)
    with torch.inference_mode():
        logits = network(pixels)[0]
    predictor._bf16 = False
    prediction = predictor.predict(image)
    np.testing.assert_array_equal(prediction.mask, logits.argmax(0).numpy())
    np.testing.assert_allclose(prediction.confidence, logits.softmax(0).amax(0).numpy(), atol=0.1)


def test_a_smaller_size_can_be_asked_for(checkpoint: Path) -> None:
    assert Predictor(checkpoint, device="cpu").predict(photo(200, 300), size=(50, 75)).mask.shape == (50, 75)


def test_a_class_and_the_rest_are_two_classes(tmp_path: Path) -> None:
    classes = labels.class_set(labels.space("cityscapes"), ClassesConfig(select=("road",), rest=True))
    predictor = Predictor(tiny_checkpoint(tmp_path, classes), device="cpu")
    assert classes.output_channels == 1
    prediction = predictor.predict(photo(64, 96))
    assert set(np.unique(prediction.mask)) <= {0, 1} and prediction.confidence.min() >= 0.5 - 1e-6


def test_a_run_folder_means_its_best(checkpoint: Path, tmp_path: Path) -> None:
    (tmp_path / "best.safetensors").write_bytes(checkpoint.read_bytes())
    assert Predictor(tmp_path, device="cpu").card.model.encoder == "mobilenet_v3_small"


def test_deciding_equals_the_argmax_of_all_planes_enlarged() -> None:
    logits = F.interpolate(torch.randn(1, 19, 5, 9, generator=torch.manual_seed(1)), (40, 72), mode="bicubic")[0] * 4
    enlarged = F.interpolate(logits[None], (150, 260), mode="bilinear", align_corners=False)[0]
    mask, confidence = _decide.decide(logits, (150, 260))
    assert (mask == enlarged.argmax(0).numpy()).mean() > 0.999
    wrong = np.abs(confidence - enlarged.softmax(0).amax(0).numpy())
    assert wrong.mean() < 0.03 and wrong.max() < 0.2


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("size", [(100, 288), (150, 260), (77, 131), (10, 31)], ids=["twenty times", "halves", "no common edge", "smaller"])
def test_deciding_in_bands_is_deciding_at_once(size: tuple[int, int], threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    logits = torch.randn(6, 20, 36, generator=torch.manual_seed(2)) * 3
    whole, sure = _decide.decide(logits, size)
    assert len(list(_decide._bands(20, size))) == 1
    monkeypatch.setattr(_decide, "_BAND_PIXELS", 1)
    torch.set_num_threads(threads)
    try:
        mask, confidence = _decide.decide(logits, size)
    finally:
        torch.set_num_threads(1)
    bands = list(_decide._bands(20, size))
    assert [band.fine[0] for band in bands[1:]] == [band.fine[1] for band in bands[:-1]] and bands[-1].fine[1] == size[0]
    assert len(bands) == {100: 5, 150: 3, 77: 1, 10: 3}[size[0]]
    np.testing.assert_array_equal(mask, whole)
    np.testing.assert_allclose(confidence, sure, atol=1e-5)
    argmax = F.interpolate(logits[None], size, mode="bilinear", align_corners=False)[0].argmax(0).numpy()
    assert (mask == argmax).mean() > 0.9999


def test_a_class_that_wins_only_between_coarse_pixels_is_seen() -> None:
    logits = torch.tensor([[[9.0, 0.0]], [[0.0, 9.0]], [[6.0, 6.0]], [[4.0, 4.0]]])
    mask, _ = _decide.decide(logits, (1, 12))
    assert mask[0].tolist() == [0, 0, 0, 0, 0, 2, 2, 1, 1, 1, 1, 1]
    assert _decide._may_win(logits.numpy(), logits.numpy().max(axis=0)).tolist() == [True, True, True, False]


def test_big_masks_are_decided_small_and_enlarged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_decide, "MOST_PIXELS", 100)
    logits = torch.zeros(2, 4, 4)
    logits[1, :, 2:] = 9
    mask, confidence = _decide.decide(logits, (40, 40))
    assert mask.shape == confidence.shape == (40, 40)
    assert (mask[:, :16] == 0).all() and (mask[:, 24:] == 1).all()


def test_a_file_that_is_no_checkpoint_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.safetensors").write_bytes(b"\x80\x04 a pickle")
    with pytest.raises(CheckpointError, match=r"a\.safetensors is no safetensors file, or is cut off"):
        Predictor(tmp_path / "a.safetensors")


def test_another_programs_safetensors_is_one_sentence(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    save_file({"w": np.zeros(3, np.float32)}, tmp_path / "a.safetensors")
    with pytest.raises(CheckpointError, match=r"a\.safetensors was not written by Roadscope"):
        Predictor(tmp_path / "a.safetensors")


def test_a_checkpoint_cut_off_is_one_sentence(checkpoint: Path, tmp_path: Path) -> None:
    (tmp_path / "a.safetensors").write_bytes(checkpoint.read_bytes()[:-1000])
    with pytest.raises(CheckpointError, match=r"a\.safetensors"):
        Predictor(tmp_path / "a.safetensors")


def test_weights_of_another_architecture_are_one_sentence(checkpoint: Path, tmp_path: Path) -> None:
    card, weights = checkpoints.read(checkpoint)
    del weights[next(name for name in weights if name.startswith("decoder"))]
    checkpoints.write(tmp_path / "a.safetensors", card, weights)
    with pytest.raises(CheckpointError, match=r"a\.safetensors lacks the weights decoder"):
        Predictor(tmp_path / "a.safetensors")


def test_a_network_this_version_lacks_is_one_sentence(checkpoint: Path, tmp_path: Path) -> None:
    card, weights = checkpoints.read(checkpoint)
    checkpoints.write(tmp_path / "a.safetensors", replace(card, model=replace(card.model, architecture="hourglass")), weights)
    with pytest.raises(CheckpointError, match=r"a\.safetensors names a network this version doesn't have .*hourglass"):
        Predictor(tmp_path / "a.safetensors")


def test_weights_that_are_no_numbers_are_one_sentence(checkpoint: Path, tmp_path: Path) -> None:
    card, weights = checkpoints.read(checkpoint)
    checkpoints.write(tmp_path / "a.safetensors", card, {name: values * np.float32(np.nan) for name, values in weights.items()})
    with pytest.raises(CheckpointError, match=r"a\.safetensors holds weights that are no numbers"):
        Predictor(tmp_path / "a.safetensors")


@pytest.mark.parametrize("size", [(0, 96), ("64", 96), (64,), (64.5, 96)])
def test_a_recipe_that_fits_no_picture_is_damaged_metadata(checkpoint: Path, tmp_path: Path, size: tuple) -> None:
    from safetensors.numpy import save_file

    with safe_open(checkpoint, framework="numpy") as stream:
        metadata = stream.metadata() | {"recipe": json.dumps({"size": size, "mean": [0, 0, 0], "std": [1, 1, 1]})}
    save_file({"w": np.zeros(1, np.float32)}, tmp_path / "a.safetensors", metadata)
    with pytest.raises(CheckpointError, match=r"a\.safetensors has damaged metadata"):
        Predictor(tmp_path / "a.safetensors")


def test_a_device_that_is_not_there_is_one_sentence(checkpoint: Path) -> None:
    with pytest.raises(ConfigError, match="choose auto, cpu or cuda"):
        Predictor(checkpoint, device="toaster")
    with pytest.raises(ConfigError, match="is not on this machine"):
        Predictor(checkpoint, device="cuda:99")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_the_accelerator_says_what_the_processor_says(checkpoint: Path) -> None:
    here, there = Predictor(checkpoint, device="cpu"), Predictor(checkpoint, device="cuda")
    image = photo(375, 1242)
    one, other = here.predict(image), there.predict(image)
    assert (one.mask == other.mask).mean() > 0.97
    np.testing.assert_allclose(one.confidence, other.confidence, atol=0.15)


def test_class_logits_of_one_channel_are_the_sigmoid() -> None:
    classes = labels.class_set(labels.space("cityscapes"), ClassesConfig(select=("road",), rest=True))
    raw = torch.tensor([[[[-1.0, 2.0]]]])
    torch.testing.assert_close(class_logits(raw, classes).softmax(1)[:, 1:], raw.sigmoid())


def test_views_are_averaged_as_probabilities_at_the_networks_own_output_size(checkpoint: Path) -> None:
    predictor = Predictor(checkpoint, device="cpu")
    image = photo(64, 96)
    plain, mirrored = predictor._logits(image)[0].softmax(0), predictor._logits(np.ascontiguousarray(image[:, ::-1]))[0].softmax(0).flip(-1)
    both = predictor._averaged(image, (64, 96), flip=True, scales=(1.0,)).exp()
    torch.testing.assert_close(both, (plain + mirrored) / 2, atol=2e-2, rtol=0.1)
    larger = predictor._averaged(image, (64, 96), flip=False, scales=(1.5, 1.0))
    assert larger.shape == plain.shape
    torch.testing.assert_close(larger.exp().sum(0), torch.ones(plain.shape[1:]), atol=1e-3, rtol=0)


def test_a_symmetric_picture_is_answered_symmetrically_with_its_mirror_image(checkpoint: Path) -> None:
    half = photo(64, 48)
    answer = Predictor(checkpoint, device="cpu").predict(np.concatenate([half, half[:, ::-1]], axis=1), flip=True)
    assert (answer.mask == answer.mask[:, ::-1]).mean() > 0.99


def test_small_clusters_are_gone_where_that_is_asked_for(checkpoint: Path) -> None:
    predictor, image = Predictor(checkpoint, device="cpu"), photo(64, 96)
    assert len(np.unique(predictor.predict(image, smallest=64 * 96).mask)) <= len(np.unique(predictor.predict(image).mask))
