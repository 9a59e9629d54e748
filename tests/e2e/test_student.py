"""The bundled student: small, and good on streets it has never seen."""

from __future__ import annotations

from engine import checkpoints, config, events, places
from engine.evaluation.job import evaluate
from tests.e2e.conftest import SCENES, Demonstrated

CATEGORIES = ("flat", "construction", "object", "nature", "sky", "human", "vehicle")


def test_the_student_fits_in_twelve_megabytes_and_says_what_it_is() -> None:
    assert places.STUDENT.stat().st_size <= 12e6
    card = checkpoints.card(places.STUDENT)
    assert card.classes.names == CATEGORIES
    preset = config.load(places.CONFIGS / "street_student.yaml")
    assert card.model == preset.model and card.recipe.size == preset.data.size


def test_the_student_reaches_seven_tenths_on_held_out_streets(demo: Demonstrated) -> None:
    """Category mIoU on scenes of a seed that no training used. Ten scenes: twenty say the same to a thousandth."""
    *_, said = evaluate(places.STUDENT, demo.out / "street" / "cityscapes", split="train")
    assert isinstance(said, events.Finished) and said.summary["frames"] == SCENES
    assert said.summary["mean_iou"] >= 0.70, said.summary["classes"]
