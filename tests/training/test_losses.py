"""Every loss: what it ignores, where it leads, and known values."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from engine.config import LossConfig
from engine.errors import ConfigError
from engine.training import loss_names, losses

ALL = [getattr(losses, name) for name in loss_names()]


def _case(planes: int = 4) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(2, planes, 6, 8, generator=generator)
    target = torch.randint(0, max(2, planes), (2, 6, 8), generator=generator, dtype=torch.uint8)
    target[:, :2] = 255
    return logits, target


@pytest.mark.parametrize("loss", ALL)
@pytest.mark.parametrize("planes", [1, 4])
def test_void_pixels_have_no_say(loss: losses.Loss, planes: int) -> None:
    logits, target = _case(planes)
    changed = logits.clone()
    changed[:, :, :2] += 100
    torch.testing.assert_close(loss(logits, target, 255), loss(changed, target, 255))
    logits.requires_grad_()
    loss(logits, target, 255).backward()
    assert logits.grad is not None and not logits.grad[:, :, :2].any() and logits.grad[:, :, 2:].any()


@pytest.mark.parametrize("loss", ALL)
def test_a_batch_of_nothing_but_void_gives_a_finite_loss_without_a_gradient(loss: losses.Loss) -> None:
    logits = torch.randn(1, 3, 4, 4, requires_grad=True)
    value = loss(logits, torch.full((1, 4, 4), 255, dtype=torch.uint8), 255)
    value.backward()
    assert value.isfinite() and logits.grad is not None and logits.grad.isfinite().all() and not logits.grad.any()


@pytest.mark.parametrize("loss", ALL)
@pytest.mark.parametrize("planes", [1, 4])
def test_following_the_gradient_leads_to_the_truth(loss: losses.Loss, planes: int) -> None:
    logits, target = _case(planes)
    logits = logits.clone().requires_grad_()
    optimiser = torch.optim.Adam([logits], lr=0.3)
    for _ in range(80):
        optimiser.zero_grad()
        loss(logits, target, 255).backward()
        optimiser.step()
    found = logits.argmax(1) if planes > 1 else (logits[:, 0] > 0).long()
    assert (found == target)[:, 2:].float().mean() > 0.97


def test_cross_entropy_is_that_of_torch() -> None:
    logits, target = _case()
    weights = torch.tensor([1.0, 2.0, 0.5, 3.0])
    torch.testing.assert_close(losses.cross_entropy(logits, target, 255), F.cross_entropy(logits, target.long(), ignore_index=255))
    expected = F.cross_entropy(logits, target.long(), weights, ignore_index=255)
    torch.testing.assert_close(losses.cross_entropy(logits, target, 255, weights), expected)


def test_one_plane_is_binary_cross_entropy() -> None:
    logits, target = _case(1)
    valid = target != 255
    expected = F.binary_cross_entropy_with_logits(logits[:, 0][valid], (target[valid] == 1).float())
    torch.testing.assert_close(losses.cross_entropy(logits, target, 255), expected)
    torch.testing.assert_close(losses.bce(logits, target, 255), expected)


def test_dice_of_a_perfect_answer_is_zero_and_of_the_opposite_one() -> None:
    target = torch.zeros(1, 4, 4, dtype=torch.uint8)
    target[:, 2:] = 1
    right = torch.stack([1 - target.float(), target.float()], 1) * 40 - 20
    assert float(losses.dice(right, target, 255)) < 1e-4 and float(losses.dice(-right, target, 255)) > 0.9


def test_a_sum_has_its_parts_by_name() -> None:
    logits, target = _case()
    parts = losses.parts("bce_dice")
    assert list(parts) == ["bce", "dice"] and list(losses.parts("cross_entropy")) == ["cross_entropy"]
    total = sum(loss(logits, target, 255) for loss in parts.values())
    torch.testing.assert_close(losses.bce_dice(logits, target, 255), total)
    with pytest.raises(ConfigError, match="loss.name is 'hinge'; choose one of"):
        losses.parts("hinge")


def test_pixels_that_are_right_already_weigh_less_in_the_focal_loss() -> None:
    logits = torch.tensor([[[[4.0, 0.0]], [[0.0, 1.0]]]])  # the first pixel is easy, the second right by little; both are class 0 and 1
    target = torch.tensor([[[0, 1]]], dtype=torch.uint8)
    easy, doubtful = F.cross_entropy(logits, target.long(), reduction="none").flatten()
    expected = (easy * (1 - torch.exp(-easy)) ** 2 + doubtful * (1 - torch.exp(-doubtful)) ** 2) / 2
    torch.testing.assert_close(losses.focal(logits, target, 255), expected)


def test_the_focal_loss_measures_how_right_a_pixel_is_before_the_classes_weights() -> None:
    logits, target = _case()
    torch.testing.assert_close(losses.focal(logits, target, 255, torch.full((4,), 7.0)), losses.focal(logits, target, 255))


def test_only_hard_pixels_count_in_ohem_and_never_fewer_than_a_sixteenth() -> None:
    logits = torch.zeros(1, 2, 4, 8)
    logits[:, 0] = 5.0
    logits[0, 1, 0, :3] = 8.0  # three of 32 pixels of class 0 are called class 1
    target = torch.zeros(1, 4, 8, dtype=torch.uint8)
    each = F.cross_entropy(logits, target.long(), reduction="none").flatten()
    torch.testing.assert_close(losses.ohem(logits, target, 255), each[:3].mean())
    sure = torch.zeros(1, 2, 4, 8)
    sure[:, 0] = torch.linspace(4, 9, 32).view(1, 4, 8)
    torch.testing.assert_close(losses.ohem(sure, target, 255), F.cross_entropy(sure, target.long(), reduction="none").flatten()[:2].mean())


def test_a_mistake_at_a_border_costs_five_times_one_inside() -> None:
    target = torch.zeros(1, 1, 40, dtype=torch.uint8)
    target[..., 20:] = 1
    target[..., 35:] = 255

    def wrong_at(column: int) -> torch.Tensor:
        logits = torch.stack([torch.where(target == 0, 30.0, -30.0), torch.where(target == 1, 30.0, -30.0)], dim=1)
        logits[..., column] *= -1
        return losses.boundary(logits, target, 255)

    torch.testing.assert_close(wrong_at(18), 5 * wrong_at(3))
    torch.testing.assert_close(wrong_at(33), wrong_at(3), msg="void is no other class")


def test_the_lovasz_loss_of_hard_answers_is_one_minus_the_iou() -> None:
    target = torch.tensor([[[0, 0, 1, 1, 1, 255]]], dtype=torch.uint8)
    answer = torch.tensor([[[0, 1, 1, 1, 0, 0]]])
    logits = 60.0 * F.one_hot(answer, 3).movedim(-1, 1).float()
    torch.testing.assert_close(losses.lovasz(logits, target, 255), torch.tensor(1 - (1 / 3 + 2 / 4) / 2))


def test_losses_add_up_as_the_config_says() -> None:
    logits, target = _case()
    config = LossConfig(terms={"cross_entropy_dice": 2.0, "lovasz": 0.5})
    made = {name: loss(logits, target, 255) for name, loss in losses.weighted(config).items()}
    assert list(made) == ["cross_entropy", "softmax_dice", "lovasz"]
    torch.testing.assert_close(made["softmax_dice"], 2 * losses.softmax_dice(logits, target, 255))
    torch.testing.assert_close(made["lovasz"], 0.5 * losses.lovasz(logits, target, 255))
    assert list(losses.weighted(LossConfig(name="focal"))) == ["focal"]


@pytest.mark.parametrize(("terms", "said"), [({"hinge": 1.0}, "loss.terms is 'hinge'; choose one of"), ({"dice": 0.0}, "loss.terms.dice is 0")])
def test_terms_that_cannot_be_are_told(terms: dict[str, float], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        losses.weighted(LossConfig(terms=terms))


def test_areas_by_plane_are_those_by_pixel_and_so_are_their_gradients() -> None:
    torch.manual_seed(3)
    target = torch.randint(0, 5, (2, 9, 13), dtype=torch.uint8)
    target[0, :3] = 255
    gradients = []
    for areas in (losses._areas_by_pixel, losses._areas_by_plane):
        torch.manual_seed(4)
        logits = torch.randn(2, 6, 9, 13, requires_grad=True)
        found = areas(logits.softmax(1), target, 255)
        (found[0] * 2 + found[1] ** 2).sum().backward()
        gradients.append((found, logits.grad))
    (one, one_gradient), (other, other_gradient) = gradients
    for area, same in zip(one, other):
        torch.testing.assert_close(area.float(), same)
    torch.testing.assert_close(one_gradient, other_gradient)
