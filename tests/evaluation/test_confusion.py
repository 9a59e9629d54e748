"""Scores against counting by hand."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import DataError
from engine.evaluation.confusion import Confusion


def test_every_rate_is_that_of_counting_pixel_by_pixel() -> None:
    rng = np.random.default_rng(0)
    for count in (3, 19, 40):
        truth = rng.integers(0, count, (20, 30)).astype(np.uint8)
        prediction = np.where(rng.random((20, 30)) < 0.6, truth, rng.integers(0, count, (20, 30))).astype(np.uint8)
        truth[:2] = 255
        scores = Confusion(count)
        scores.add(truth[:, :10], prediction[:, :10])
        rest = Confusion(count)
        rest.add(truth[:, 10:], prediction[:, 10:])
        scores.merge(rest)
        valid = truth != 255
        for one in range(count):
            right = int((valid & (truth == one) & (prediction == one)).sum())
            predicted, there = int((valid & (prediction == one)).sum()), int((truth == one).sum())
            assert scores.pixels[one] == there
            assert scores.iou[one] == pytest.approx(right / (predicted + there - right))
            assert scores.dice[one] == pytest.approx(2 * right / (predicted + there))
            assert scores.precision[one] == pytest.approx(right / predicted)
            assert scores.recall[one] == pytest.approx(right / there)
        assert scores.mean_iou() == pytest.approx(float(np.mean(scores.iou)))
        assert scores.accuracy == pytest.approx(float((truth == prediction)[valid].mean()))


def test_void_truth_is_never_scored() -> None:
    scores = Confusion(2)
    scores.add(np.full((4, 4), 255, np.uint8), np.zeros((4, 4), np.uint8))
    assert scores.pixels.sum() == 0 and np.isnan(scores.mean_iou()) and np.isnan(scores.accuracy)


def test_a_pixel_without_a_predicted_class_is_a_miss_and_nobodys_false_alarm() -> None:
    scores = Confusion(2)
    scores.add(np.array([[0, 0, 1]], np.uint8), np.array([[0, 255, 1]], np.uint8))
    assert scores.recall.tolist() == [0.5, 1.0] and scores.precision.tolist() == [1.0, 1.0]
    assert scores.unanswered.tolist() == [1, 0] and scores.matrix.tolist() == [[1, 0], [0, 1]]


def test_an_absent_class_is_left_out_of_the_mean_but_not_one_that_was_only_predicted() -> None:
    scores = Confusion(3)
    scores.add(np.array([[0, 0]], np.uint8), np.array([[0, 1]], np.uint8))
    assert scores.iou[:2].tolist() == [0.5, 0.0] and np.isnan(scores.iou[2])
    assert scores.mean_iou() == 0.25
    assert scores.mean_iou([True, False, True]) == 0.5


def test_counts_beyond_what_a_float_can_hold_stay_exact() -> None:
    scores = Confusion(2)
    scores._counts[0, 0] = 2**60
    scores.add(np.zeros((1, 1), np.uint8), np.zeros((1, 1), np.uint8))
    assert scores.matrix[0, 0] == 2**60 + 1


def test_masks_of_two_sizes_are_refused() -> None:
    with pytest.raises(DataError, match="score masks of one size"):
        Confusion(2).add(np.zeros((2, 3), np.uint8), np.zeros((3, 2), np.uint8))
