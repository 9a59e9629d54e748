from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine import checkpoints, images, labels
from engine.config import ModelConfig
from gui.jobs import Jobs
from gui.session import Session


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """Five frames with CamVid masks."""
    for at in range(5):
        images.write_png(tmp_path / "tiny" / "train" / f"0001TP_00{at:04d}.png", np.full((24, 32, 3), 40 * at, np.uint8))
        images.write_png(tmp_path / "tiny" / "trainannot" / f"0001TP_00{at:04d}.png", np.full((24, 32), at, np.uint8))
    return tmp_path / "tiny"


@pytest.fixture
def opened(session: Session, qtbot, tiny: Path) -> Session:
    with qtbot.waitSignal(session.source_changed):
        session.open_path(tiny)
    return session


def test_a_frame_beyond_the_end_shows_the_last(opened: Session) -> None:
    opened.show_frame(99)
    assert opened.frame == 4
    opened.show_frame(-3)
    assert opened.frame == 0


def test_setting_what_is_already_so_says_nothing(opened: Session, qtbot) -> None:
    opened.set_opacity(0.25)
    opened.show_frame(2)
    with qtbot.assertNotEmitted(opened.opacity_changed), qtbot.assertNotEmitted(opened.frame_changed), qtbot.assertNotEmitted(opened.hidden_changed):
        opened.set_opacity(0.25)
        opened.show_frame(2)
        opened.set_hidden("car", False)


def test_opacity_stays_between_none_and_full(session: Session) -> None:
    session.set_opacity(7)
    assert session.opacity == 1.0


def test_the_class_set_is_the_data_s_until_a_checkpoint_brings_its_own(opened: Session, qtbot, tmp_path: Path) -> None:
    assert opened.class_set is not None and len(opened.class_set) == 11
    space = labels.space("cityscapes")
    card = checkpoints.Card(ModelConfig(), labels.class_set(space), checkpoints.Recipe((64, 64)))
    checkpoints.write(tmp_path / "one.safetensors", card, {"weight": np.zeros(1, np.float32)})
    with qtbot.waitSignal(opened.class_set_changed):
        opened.choose_checkpoint(tmp_path / "one.safetensors")
    assert opened.checkpoint == tmp_path / "one.safetensors" and len(opened.class_set) == 19
    opened.choose_checkpoint(None)
    assert len(opened.class_set) == 11 and opened.card is None


def test_a_foreign_checkpoint_is_told_and_the_old_one_stays(session: Session, qtbot, tmp_path: Path) -> None:
    (tmp_path / "foreign.safetensors").write_bytes(b"nothing of ours")
    with qtbot.waitSignal(session.checkpoint_failed) as failed:
        session.choose_checkpoint(tmp_path / "foreign.safetensors")
    assert "foreign.safetensors" in failed.args[0] and session.checkpoint is None


def test_solo_twice_shows_all_again(opened: Session) -> None:
    opened.solo("road")
    assert "road" not in opened.hidden and "car" in opened.hidden
    opened.solo("road")
    assert not opened.hidden


def test_what_is_open_stays_when_the_next_can_t_be_opened(opened: Session, qtbot, tmp_path: Path) -> None:
    before = opened.source
    with qtbot.waitSignal(opened.opening_failed) as failed:
        opened.open_path(tmp_path / "nowhere")
    assert "nowhere" in failed.args[0] and opened.source is before


def test_of_two_openings_the_later_wins(session: Session, qtbot, tiny: Path, jobs: Jobs) -> None:
    session.open_path(tiny / "nowhere")
    session.open_path(tiny)
    qtbot.waitUntil(lambda: not jobs.running and session.source is not None)
    assert session.path == tiny
