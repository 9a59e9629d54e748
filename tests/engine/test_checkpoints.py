"""Checkpoints say all that is needed to predict, and refuse what they are not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from engine import checkpoints, labels
from engine.checkpoints import Card, Recipe
from engine.config import ClassesConfig, ModelConfig
from engine.errors import CheckpointError


def written(path: Path) -> Card:
    classes = labels.class_set(labels.space("cityscapes"), ClassesConfig(select=("road", "car"), rest=True))
    card = Card(ModelConfig(architecture="unet", encoder="resnet18"), classes, Recipe((256, 512)), {"mean_iou": 0.5, "run": "ß"})
    checkpoints.write(path, card, {"weight": np.arange(6, dtype=np.float32).reshape(2, 3).T, "count": np.array(3, np.int64)})
    return card


def test_a_checkpoint_gives_back_its_card_and_weights(tmp_path: Path) -> None:
    card = written(tmp_path / "best.safetensors")
    read, weights = checkpoints.read(tmp_path)
    assert read == card == checkpoints.card(tmp_path / "best.safetensors")
    assert weights["weight"].tolist() == [[0, 3], [1, 4], [2, 5]] and weights["count"] == 3


@pytest.mark.parametrize(("content", "said"), [(b"", "no safetensors file"), (b"hello, I am text", "no safetensors file")])
def test_a_file_that_is_no_checkpoint_is_one_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "a.safetensors").write_bytes(content)
    with pytest.raises(CheckpointError, match=said):
        checkpoints.card(tmp_path / "a.safetensors")


def test_weights_of_another_program_are_refused_with_the_reason(tmp_path: Path) -> None:
    save_file({"w": np.zeros(3, np.float32)}, tmp_path / "foreign.safetensors", {"format": "pt"})
    with pytest.raises(CheckpointError, match="was not written by Roadscope"):
        checkpoints.read(tmp_path / "foreign.safetensors")


@pytest.mark.parametrize("keep", [0.2, 0.6, 0.99])
def test_a_checkpoint_cut_off_anywhere_is_refused(tmp_path: Path, keep: float) -> None:
    path = tmp_path / "a.safetensors"
    written(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])
    with pytest.raises(CheckpointError, match="cut off|damaged"):
        checkpoints.read(path)


def test_damaged_metadata_is_refused(tmp_path: Path) -> None:
    save_file({"w": np.zeros(3, np.float32)}, tmp_path / "a.safetensors", {"format": checkpoints.FORMAT, "model": "{}", "recipe": "{"})
    with pytest.raises(CheckpointError, match="damaged metadata"):
        checkpoints.card(tmp_path / "a.safetensors")


def test_a_folder_without_a_checkpoint_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="holds no checkpoint yet"):
        checkpoints.card(tmp_path)


def test_the_fingerprint_changes_with_the_file(tmp_path: Path) -> None:
    written(tmp_path / "best.safetensors")
    before = checkpoints.fingerprint(tmp_path)
    checkpoints.write(tmp_path / "best.safetensors", checkpoints.card(tmp_path), {"weight": np.zeros((9, 9), np.float32)})
    assert checkpoints.fingerprint(tmp_path) != before
