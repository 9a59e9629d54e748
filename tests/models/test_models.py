"""Every architecture on every encoder: sizes, shapes, and what goes wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from engine import checkpoints, config, labels, models
from engine.checkpoints import Card, Recipe
from engine.config import ClassesConfig, ModelConfig
from engine.errors import CheckpointError, ConfigError
from engine.models import _folding, _pretrained, _reparameterised, _summary, _weights
from engine.models._depthwise import StridedDepthwise
from engine.models._logits import class_logits

ENCODER_KINDS = ("mobilenet_v2", "resnet18", "resnext50_32x4d")


@pytest.mark.parametrize("architecture", models.architectures())
@pytest.mark.parametrize("encoder", models.ENCODERS)
def test_every_network_gives_logits_of_the_input_size(architecture: str, encoder: str) -> None:
    with torch.device("meta"):
        network = models.build(ModelConfig(architecture=architecture, encoder=encoder), 5).eval()
        assert network(torch.zeros(2, 3, 75, 101)).shape == (2, 5, 75, 101)


@pytest.mark.parametrize(("encoder", "parameters"), [("resnext50_32x4d", 25_588_808), ("resnext101_32x8d", 89_351_240)])
def test_the_fpn_has_its_published_number_of_parameters(encoder: str, parameters: int) -> None:
    found = _summary.of_config(ModelConfig(architecture="fpn", encoder=encoder), 8, (64, 64))
    assert found.parameters == parameters


@pytest.mark.parametrize("precise", [True, False], ids=["float32", "bfloat16"])
def test_a_fused_student_says_what_it_said_before_with_fewer_parameters(precise: bool) -> None:
    torch.manual_seed(0)
    network = models.build(ModelConfig(architecture="two_branch", width=0.5), 5)
    with torch.no_grad():
        for _ in range(4):  # statistics of their own for every norm
            network.train()(torch.randn(4, 3, 64, 96) * 2 + 1)
    network.eval()
    images = torch.randn(1, 3, 60, 90)
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=not precise):
        before = network(images).float()
        count = sum(one.numel() for one in network.parameters())
        _reparameterised.fuse(network)
        _reparameterised.fuse(network)
        after = network(images).float()
    torch.testing.assert_close(after, before, atol=1e-4 if precise else 0.15, rtol=1e-4 if precise else 0.1)
    assert sum(one.numel() for one in network.parameters()) < count and len([one for one in network.modules() if isinstance(one, nn.Conv2d)]) < 40


def test_the_predictor_fuses_by_itself_and_the_checkpoint_keeps_its_branches(tmp_path: Path) -> None:
    from engine.inference.predictor import Predictor

    classes = labels.class_set(labels.space("camvid"))
    config = ModelConfig(architecture="two_branch", width=0.25)
    torch.manual_seed(0)
    path = tmp_path / "student.safetensors"
    checkpoints.write(path, Card(config, classes, Recipe((64, 96))), _weights.taken(models.build(config, classes)))
    predictor = Predictor(path, device="cpu")
    assert all(one.fused is not None for one in predictor._network.modules() if isinstance(one, _reparameterised.Reparameterised))
    assert any(name.endswith("narrow.0.weight") for name in checkpoints.read(path)[1])


@pytest.mark.parametrize(("architecture", "encoder"), [(one, "mobilenet_v3_small") for one in models.architectures()] + [("fpn", one) for one in ENCODER_KINDS])
def test_a_network_with_its_norms_folded_says_what_it_said_before(architecture: str, encoder: str) -> None:
    torch.manual_seed(0)
    network = models.build(ModelConfig(architecture=architecture, encoder=encoder, width=0.25, pyramid_channels=32, segmentation_channels=32), 5)
    images = torch.randn(2, 3, 64, 96)
    with torch.no_grad():
        for norm in network.modules():
            if isinstance(norm, nn.BatchNorm2d):  # statistics and weights of their own for every norm
                for values in (norm.running_mean, norm.running_var, norm.weight, norm.bias):
                    values.uniform_(0.5, 1.5)  # type: ignore[union-attr]
        before = network.eval()(images)
        _reparameterised.fuse(network)
        _folding.fold(network)
        after = network(images)
    assert before.std() > 0
    torch.testing.assert_close(after, before, atol=1e-4 * float(before.abs().max()), rtol=1e-4)
    assert not any(isinstance(one, nn.BatchNorm2d) for one in network.modules())


@pytest.mark.parametrize("architecture", ["unet", "unet_res", "two_branch"])
def test_width_and_depth_make_a_student_smaller_or_larger(architecture: str) -> None:
    def size(**options: float) -> int:
        with torch.device("meta"):
            network = models.build(ModelConfig(architecture=architecture, encoder="mobilenet_v3_small", **options), 5)
        return sum(one.numel() for one in network.parameters())

    assert size(width=0.5) < size() < size(width=1.5) and size(depth=0.5) < size() < size(depth=2)


def test_a_network_without_a_backbone_says_so() -> None:
    network = models.build(ModelConfig(architecture="two_branch", width=0.25), 5)
    assert "two_branch has no backbone" in models.pretrain(network, ModelConfig(architecture="two_branch"))
    assert ModelConfig(architecture="two_branch").words() == "two_branch" and ModelConfig().words("-") == "fpn-mobilenet_v2"


def test_parameters_that_never_run_are_not_counted_and_shared_ones_once() -> None:
    class Odd(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.used, self.idle = nn.Conv2d(3, 3, 1, bias=False), nn.Conv2d(3, 3, 1)
            self.again = self.used

        def forward(self, images: torch.Tensor) -> torch.Tensor:
            return self.again(self.used(images))

    found = _summary.summary(Odd(), (4, 5))
    assert found.parameters == 9
    assert found.multiply_adds == 2 * 9 * 20
    assert found.activation_bytes == 2 * 3 * 20 * 4


def test_padding_inside_leaves_a_picture_of_a_fitting_size_alone() -> None:
    network = models.build(ModelConfig(encoder="mobilenet_v3_small"), 3).eval()
    images = torch.rand(1, 3, 64, 96)
    with torch.inference_mode():
        whole = network(images)
        assert network(images[..., :60, :90]).shape == (1, 3, 60, 90)
        assert torch.equal(whole, network(images))


def test_two_networks_of_one_architecture_fill_different_widths() -> None:
    wide = _summary.of_config(ModelConfig(), 7, (64, 64)).parameters
    small = _summary.of_config(ModelConfig(pyramid_channels=128, segmentation_channels=64), 7, (64, 64)).parameters
    assert small * 4 < 12_000_000 < wide * 4


def test_an_unknown_encoder_or_architecture_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="model.encoder is 'vgg'.*resnet18"):
        models.build(ModelConfig(encoder="vgg"), 2)
    with pytest.raises(ConfigError, match="model.architecture is 'segnet'.*fpn, two_branch, unet, unet_res"):
        models.build(ModelConfig(architecture="segnet"), 2)


def test_the_strided_depthwise_convolution_has_the_gradients_of_the_plain_one() -> None:
    torch.manual_seed(0)
    plain = nn.Conv2d(8, 8, 5, stride=2, padding=2, groups=8, bias=False).to(torch.bfloat16)
    assert StridedDepthwise.fits(plain) and not StridedDepthwise.fits(nn.Conv2d(8, 8, 3, stride=2, padding=1))
    ours = StridedDepthwise.instead_of(plain)
    maps = torch.randn(2, 8, 15, 22, dtype=torch.bfloat16)
    gradients = []
    for module in (plain, ours):
        given = maps.clone().requires_grad_()
        module.weight.grad = None
        (module(given) ** 2).sum().backward()
        assert given.grad is not None and module.weight.grad is not None
        gradients.append((given.grad.float(), module.weight.grad.float()))
    for expected, found in zip(*gradients):
        torch.testing.assert_close(found, expected, rtol=0.05, atol=0.05 * float(expected.abs().max()))


def test_one_output_channel_means_the_class_against_a_rest_of_zero() -> None:
    road = labels.class_set(labels.space("kitti_road"))
    assert road.output_channels == 1
    raw = torch.tensor([[[[-2.0, 3.0]]]])
    assert class_logits(raw, road).argmax(1).tolist() == [[[0, 1]]]
    torch.testing.assert_close(class_logits(raw, road).softmax(1)[:, 1:], raw.sigmoid())
    many = labels.class_set(labels.space("cityscapes"), ClassesConfig(preset="categories"))
    assert class_logits(torch.zeros(1, 7, 2, 2), many).shape == (1, 7, 2, 2)


def test_a_checkpoint_gives_back_the_network_that_wrote_it(tmp_path: Path) -> None:
    classes = labels.class_set(labels.space("camvid"))
    settings = ModelConfig(encoder="mobilenet_v3_small", pyramid_channels=32, segmentation_channels=32)
    network = models.build(settings, classes).eval()
    checkpoints.write(tmp_path / "a.safetensors", Card(settings, classes, Recipe((64, 64))), _weights.taken(network))
    card, again = models.from_checkpoint(tmp_path / "a.safetensors")
    images = torch.rand(1, 3, 40, 50)
    assert card.model == settings and not again.training
    with torch.inference_mode():
        assert torch.equal(again(images), network(images))


def test_weights_that_do_not_fit_are_refused_by_name(tmp_path: Path) -> None:
    settings = ModelConfig(encoder="mobilenet_v3_small")
    network = models.build(settings, 3)
    weights = _weights.taken(network)
    with pytest.raises(CheckpointError, match="x.safetensors: decoder.last.weight is .*its architecture needs"):
        _weights.restore(models.build(settings, 4), weights, "x.safetensors")
    del weights["decoder.last.bias"]
    with pytest.raises(CheckpointError, match="x.safetensors lacks the weights decoder.last.bias"):
        _weights.restore(network, weights, "x.safetensors")
    classes = labels.class_set(labels.space("camvid"))
    checkpoints.write(
        tmp_path / "b.safetensors", Card(settings, classes, Recipe((64, 64))), weights | {"decoder.more": np.zeros(1, np.float32)}
    )
    with pytest.raises(CheckpointError, match="b.safetensors"):
        models.from_checkpoint(tmp_path / "b.safetensors")


def test_without_a_network_connection_pretrained_weights_are_refused_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    for name in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    network = models.build(ModelConfig(encoder="mobilenet_v3_small"), 2)
    before = _weights.taken(network)
    said = models.pretrain(network, ModelConfig(encoder="mobilenet_v3_small"))
    assert "can't be had" in said and "mobilenet_v3_small-047dcff4.pth" in said
    assert all(np.array_equal(before[name], values) for name, values in _weights.taken(network).items())


def test_pretrained_weights_that_are_at_hand_reach_the_encoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torchvision

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    model = torchvision.models.mobilenet_v3_small()
    (tmp_path / "hub" / "checkpoints").mkdir(parents=True)
    torch.save(model.state_dict(), tmp_path / "hub" / "checkpoints" / "mobilenet_v3_small-047dcff4.pth")
    network = models.build(ModelConfig(encoder="mobilenet_v3_small"), 2)
    assert _pretrained.load(network.encoder, "mobilenet_v3_small") == ""
    assert torch.equal(network.encoder.stages[0][0][0].weight, model.features[0][0].weight)


def test_a_damaged_file_of_pretrained_weights_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    file = tmp_path / "hub" / "checkpoints" / "mobilenet_v3_small-047dcff4.pth"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"half a file")
    network = models.build(ModelConfig(encoder="mobilenet_v3_small"), 2)
    assert str(file) in models.pretrain(network, ModelConfig(encoder="mobilenet_v3_small"))


def test_every_preset_is_a_config_whose_network_can_be_built() -> None:
    from engine import places

    paths = sorted(places.CONFIGS.glob("*.yaml"))
    for model in {config.load(path).model for path in paths}:
        with torch.device("meta"):
            models.build(model, 3)
    for path in paths:
        assert path.read_text(encoding="utf-8").startswith("# "), f"{path.name} says in its first line what it is for"
