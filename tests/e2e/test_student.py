"""The bundled student: small, and good on streets it has never seen."""

from __future__ import annotations

from pathlib import Path

from engine import checkpoints, config, events, places, world
from engine.evaluation.job import evaluate

CATEGORIES = ("flat", "construction", "object", "nature", "sky", "human", "vehicle")


def test_the_student_fits_in_twelve_megabytes_and_says_what_it_is() -> None:
    assert places.STUDENT.stat().st_size <= 12e6
    card = checkpoints.card(places.STUDENT)
    assert card.classes.names == CATEGORIES
    preset = config.load(places.CONFIGS / "street_student.yaml")
    assert card.model == preset.model and card.recipe.size == preset.data.size


def test_the_student_reaches_seven_tenths_on_held_out_streets(tmp_path: Path) -> None:
    """Category mIoU on scenes of a seed that no training used; 20 scenes keep the test short."""
    for event in world.write(tmp_path, frames=1, seed=90210, drive=False, scenes=20, training_size=(256, 512)):
        assert not isinstance(event, events.Failed)
    *_, said = evaluate(places.STUDENT, tmp_path / "cityscapes", split="train")
    assert isinstance(said, events.Finished) and said.summary["frames"] == 20
    assert said.summary["mean_iou"] >= 0.70, said.summary["classes"]
