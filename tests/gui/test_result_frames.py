"""A frame of a kept result is the one that was scored, whatever was labelled since."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine import images, labels, own_labels
from engine.config import ClassesConfig
from engine.datasets import open_labelled
from engine.evaluation import results
from engine.evaluation.confusion import Confusion
from engine.evaluation.report import report
from gui.result_frames import ResultFrames

CLASSES = labels.class_set(labels.space("camvid"), ClassesConfig(select=("road", "car"), rest=True))
SIZE = 12, 16


@pytest.mark.parametrize("labelled_first", [False, True])
def test_the_frame_is_found_by_its_name_where_others_got_labels_since(qtbot, tmp_path: Path, labelled_first: bool) -> None:
    root = tmp_path / "data"
    for split, masked in (("train", (0, 1)), ("val", (1, 3))):
        for number in range(4):
            images.write_png(root / split / f"{split}{number}.png", np.full((*SIZE, 3), number, np.uint8))
            if number in masked:
                images.write_png(root / f"{split}annot" / f"{split}{number}.png", np.full(SIZE, number, np.uint8))
    scored = open_labelled(root, split="val")
    keeping, total = results.Keeping("tiny", CLASSES), Confusion(len(CLASSES))
    for sample in scored.samples:
        keeping.add(sample.name, Confusion(len(CLASSES)), np.zeros(SIZE, np.uint8))
    kept = keeping.finish(report(total, CLASSES.names, facts={"data": str(root), "layout": "camvid", "split": "val"}))
    if labelled_first:
        own = own_labels.mask(root, root / "val" / "val0.png")
        images.write_png(own, np.zeros(SIZE, np.uint8))
    frames = ResultFrames()
    with qtbot.waitSignal(frames.ready) as heard:
        frames.ask(kept, 0)
    frames.close()
    (shown,) = heard.args
    assert [sample.name for sample in scored.samples] == ["val1", "val3"]
    assert shown.path == root / "val" / "val1.png" and shown.index == 0 and int(shown.levels[0][0, 0, 0]) == 1
