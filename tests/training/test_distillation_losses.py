"""What a student learns from its teacher, against values worked out by hand, and void that has no say."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from engine.training import distillation_losses as losses

EVERY = [losses.pixel_wise, losses.channel_wise, losses.dist, losses.pair_wise]


def _maps(*planes: list[list[float]]) -> Tensor:
    return torch.tensor([planes])


def _all(maps: Tensor) -> Tensor:
    return torch.ones(maps.shape[0], *maps.shape[-2:], dtype=torch.bool)


def test_pixel_wise_is_the_cross_entropy_of_two_distributions() -> None:
    even, sure = _maps([[0.0]], [[0.0]]), _maps([[math.log(3)]], [[0.0]])
    assert float(losses.pixel_wise(even, sure, _all(even))) == pytest.approx(math.log(2), abs=1e-6)
    assert float(losses.pixel_wise(sure, even, _all(even))) == pytest.approx(-0.5 * (math.log(0.75) + math.log(0.25)), abs=1e-6)


def test_channel_wise_compares_where_each_class_looks() -> None:
    teacher, student = _maps([[math.log(3), 0.0]], [[0.0, 0.0]]), _maps([[0.0, 0.0]], [[5.0, 5.0]])
    by_hand = (0.75 * math.log(0.75 / 0.5) + 0.25 * math.log(0.25 / 0.5)) / 2
    assert float(losses.channel_wise(student, teacher, _all(student), 1.0)) == pytest.approx(by_hand, abs=1e-6)


def test_the_temperature_keeps_the_strength_of_the_gradient() -> None:
    torch.manual_seed(0)
    teacher, student = torch.randn(1, 3, 4, 4), torch.randn(1, 3, 4, 4)
    cold, warm = (float(losses.channel_wise(student, teacher, _all(student), t)) for t in (8.0, 16.0))
    assert warm == pytest.approx(cold, rel=0.2)  # T² undoes the 1/T² of small differences


def test_dist_is_one_minus_the_correlation_of_classes_and_of_pixels() -> None:
    torch.manual_seed(1)
    maps = torch.randn(2, 4, 3, 3)
    assert float(losses.dist(maps, maps, _all(maps))) == pytest.approx(0, abs=1e-5)
    turned = _maps([[1.0, 0.0]], [[0.0, 1.0]])
    assert float(losses.dist(turned, turned.flip(1), _all(turned))) == pytest.approx(4, abs=1e-5)


def test_pair_wise_compares_the_cosines_of_regions() -> None:
    # Four regions of one pixel: two channels, one network sees two kinds of region, the other one kind.
    two, one = _maps([[1.0, 0.0], [1.0, 0.0]], [[0.0, 1.0], [0.0, 1.0]]), torch.ones(1, 5, 2, 2)
    assert float(losses.pair_wise(two, one, _all(two))) == pytest.approx(8 / 16, abs=1e-6)
    assert float(losses.pair_wise(two, 3 * two, _all(two))) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("loss", EVERY, ids=lambda loss: loss.__name__)
def test_void_has_no_say_and_nothing_but_void_costs_nothing(loss: object) -> None:
    torch.manual_seed(2)
    student, teacher = torch.randn(1, 3, 4, 4, requires_grad=True), torch.randn(1, 3, 4, 4)
    valid = torch.ones(1, 4, 4, dtype=torch.bool)
    valid[:, 2:] = False
    changed = teacher.clone()
    changed[:, :, 2:] += 7 * torch.randn(1, 3, 2, 4)
    with torch.no_grad():
        assert float(loss(student, teacher, valid)) == pytest.approx(float(loss(student, changed, valid)), abs=1e-6)  # type: ignore[operator]
    nothing = loss(student, teacher, torch.zeros_like(valid))  # type: ignore[operator]
    nothing.backward()
    assert float(nothing.detach()) == pytest.approx(0, abs=1e-6) and bool(student.grad.isfinite().all())  # type: ignore[union-attr]


@pytest.mark.parametrize("loss", EVERY, ids=lambda loss: loss.__name__)
def test_a_student_that_follows_it_comes_to_agree(loss: object) -> None:
    torch.manual_seed(3)
    student, teacher = torch.randn(1, 3, 4, 4, requires_grad=True), torch.randn(1, 3, 4, 4)
    optimiser = torch.optim.Adam([student], lr=0.1)
    first = float(loss(student, teacher, _all(teacher)).detach())  # type: ignore[operator]
    for _ in range(60):
        optimiser.zero_grad()
        loss(student, teacher, _all(teacher)).backward()  # type: ignore[operator]
        optimiser.step()
    least = float(losses.pixel_wise(teacher, teacher, _all(teacher))) if loss is losses.pixel_wise else 0.0
    assert float(loss(student, teacher, _all(teacher)).detach()) - least < 0.2 * (first - least)  # type: ignore[operator]
