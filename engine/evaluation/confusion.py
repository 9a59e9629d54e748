"""One confusion matrix over everything that was scored, from which every figure comes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.errors import DataError
from engine.labels import Mask


class Confusion:
    """Counts of pixels by truth (rows) and prediction (columns) as int64; pixels whose truth is void are never counted.

    Rates are NaN where they mean nothing: for a class that is neither in the truth nor predicted.
    """

    def __init__(self, classes: int) -> None:
        self._counts = np.zeros((classes, classes + 1), np.int64)

    @classmethod
    def of(cls, counts: NDArray[np.int64]) -> Confusion:
        """From (K, K + 1) `counts`."""
        made = cls(len(counts))
        made._counts += counts
        return made

    @property
    def matrix(self) -> NDArray[np.int64]:
        """(K, K) pixels by truth and prediction."""
        return self._counts[:, :-1].copy()

    @property
    def counts(self) -> NDArray[np.int64]:
        """(K, K + 1) `matrix` with `unanswered` as its last column."""
        return self._counts.copy()

    @property
    def unanswered(self) -> NDArray[np.int64]:
        """(K,) pixels of each class for which no class was predicted: misses, but nobody's false alarms."""
        return self._counts[:, -1].copy()

    def add(self, truth: Mask, prediction: Mask) -> None:
        """Counts a pair of masks (H, W) of train ids; truth outside 0 … K-1 is void. Raises DataError where the sizes differ."""
        if truth.shape != prediction.shape:
            raise DataError(f"the truth is {truth.shape}, the prediction {prediction.shape}; score masks of one size")
        count = len(self._counts)
        rows, columns = truth.ravel(), prediction.ravel()
        narrow: type[np.unsignedinteger] = np.uint8 if count < 15 else np.uint16  # pairs of few classes fit one byte: twice as fast
        pairs = np.minimum(rows, count).astype(narrow) * narrow(count + 1) + np.minimum(columns, count)
        counted = np.bincount(pairs, minlength=(count + 1) ** 2).reshape(count + 1, count + 1)
        self._counts += counted[:count]

    def merge(self, other: Confusion) -> None:
        """Adds what another matrix of the same classes counted."""
        self._counts += other._counts

    @property
    def pixels(self) -> NDArray[np.int64]:
        """(K,) pixels of each class in the truth."""
        return self._counts.sum(axis=1)

    @property
    def iou(self) -> NDArray[np.float64]:
        """(K,) right / (right + false alarms + misses)."""
        right, alarms, misses = self._parts()
        return _ratio(right, right + alarms + misses)

    @property
    def dice(self) -> NDArray[np.float64]:
        """(K,) 2 · right / (2 · right + false alarms + misses): the F1 score of the pixels."""
        right, alarms, misses = self._parts()
        return _ratio(2 * right, 2 * right + alarms + misses)

    @property
    def precision(self) -> NDArray[np.float64]:
        """(K,) right / predicted; NaN where a class was never predicted."""
        right, alarms, _ = self._parts()
        return _ratio(right, right + alarms)

    @property
    def recall(self) -> NDArray[np.float64]:
        """(K,) right / in the truth; NaN where the truth lacks a class."""
        right, _, misses = self._parts()
        return _ratio(right, right + misses)

    @property
    def accuracy(self) -> float:
        """Share of the scored pixels that are right; NaN without any."""
        total = int(self._counts.sum())
        return float(self._parts()[0].sum() / total) if total else float("nan")

    def mean_iou(self, scored: Sequence[bool] | None = None) -> float:
        """The mean of the IoU over classes that occur and that `scored` marks (by default all); NaN where none does."""
        iou = self.iou
        kept = ~np.isnan(iou) & (True if scored is None else np.asarray(scored, bool))
        return float(iou[kept].mean()) if kept.any() else float("nan")

    def _parts(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        right = self._counts.diagonal()
        return right, self._counts[:, :-1].sum(axis=0) - right, self._counts.sum(axis=1) - right


def _ratio(above: NDArray[np.int64], below: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0)
