"""The clock, the strip and the fields of the timeline."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from engine.errors import DataError
from gui.transport import frame_after
from gui.widgets.playback import Pace, Playback
from gui.widgets.timeline import frame_meant
from gui.widgets.timeline_strip import TimelineStrip, clock
from tests.doubles import Clock

TENTHS = [frame / 10 for frame in range(50)]


@pytest.fixture
def played(qapp):
    time = Clock()
    playback = Playback(clock=time)
    playback.open(TENTHS)
    shown: list[int] = []
    playback.due.connect(shown.append)
    return playback, time, shown


def test_the_clock_follows_presentation_time(played) -> None:
    playback, time, shown = played
    playback.play()
    for _ in range(4):
        time.now += 0.1001
        playback.tick()
    assert shown == [1, 2, 3, 4]


def test_a_late_tick_drops_frames_instead_of_lagging(played) -> None:
    playback, time, shown = played
    playback.play()
    time.now += 1.25
    playback.tick()
    assert shown == [12]


def test_frames_of_uneven_length_are_shown_at_their_own_times(qapp) -> None:
    time, shown = Clock(), []
    playback = Playback(clock=time)
    playback.open([0.0, 0.1, 0.9, 1.0])
    playback.due.connect(shown.append)
    playback.play()
    for _ in range(10):
        time.now += 0.1001
        playback.tick()
    assert shown == [1, 2, 3]
    assert time.now == pytest.approx(101.001)


def test_speed_scales_time_and_keeps_the_place(played) -> None:
    playback, time, shown = played
    playback.play()
    time.now += 1.01
    playback.tick()
    playback.set_speed(4)
    time.now += 0.26
    playback.tick()
    assert shown == [10, 20]


def test_the_ladder_of_speeds_ends_at_both_ends(played) -> None:
    playback, _, _ = played
    playback.faster(-20)
    assert playback.speed == 0.1
    playback.faster(1)
    assert playback.speed == 0.25
    playback.faster(20)
    assert playback.speed == 4


def test_it_stops_at_the_last_frame_and_plays_from_the_start_again(played) -> None:
    playback, time, shown = played
    playback.play()
    time.now += 60
    playback.tick()
    assert shown == [49] and not playback.playing
    playback.play()
    assert shown == [49, 0]


def test_a_loop_is_played_over_and_over(played) -> None:
    playback, time, shown = played
    playback.set_loop((10, 12))
    playback.play()
    assert shown == [10]
    for _ in range(6):
        time.now += 0.1001
        playback.tick()
    assert shown == [10, 11, 12, 10, 11, 12, 10]


def test_scrubbing_while_playing_goes_on_from_there(played) -> None:
    playback, time, shown = played
    playback.play()
    playback.moved(30)
    time.now += 0.11
    playback.tick()
    assert shown == [31]


def test_one_frame_does_not_play(qapp) -> None:
    playback = Playback()
    playback.open([0.0])
    playback.play()
    assert not playback.playing


def test_the_pace_is_what_was_painted_in_the_last_second() -> None:
    time = Clock()
    pace = Pace(clock=time)
    for _ in range(25):
        time.now += 0.04
        pace.count()
    assert pace.per_second == pytest.approx(25)
    time.now += 5
    assert pace.per_second == 0


@pytest.mark.parametrize(("seconds", "text"), [(0, "00:00.0"), (4.24, "00:04.2"), (59.96, "01:00.0"), (3723.4, "1:02:03.4")])
def test_times_are_written_with_tenths(seconds: float, text: str) -> None:
    assert clock(seconds) == text


@pytest.mark.parametrize(("text", "frame"), [("1", 0), ("43", 42), ("43 / 50", 42), ("2.5", 25), ("2s", 20), ("0:03.2", 32), ("9:00", 49)])
def test_where_to_go_is_a_number_or_a_time(text: str, frame: int) -> None:
    assert frame_meant(text, TENTHS) == frame


def test_where_to_go_says_what_it_takes() -> None:
    with pytest.raises(DataError, match="a number such as 43 or a time"):
        frame_meant("soon", TENTHS)


def test_a_jump_by_time_always_moves_where_it_can() -> None:
    assert frame_after(TENTHS, 10, 1.0) == 20
    assert frame_after(TENTHS, 10, -1.0) == 0
    assert frame_after([0, 5, 10], 0, 1.0) == 1
    assert frame_after([0, 5, 10], 2, -1.0) == 1
    assert frame_after([0, 5, 10], 2, 1.0) == 2


@pytest.fixture
def strip(qtbot):
    strip = TimelineStrip()
    qtbot.addWidget(strip)
    strip.resize(514, 58)
    strip.show()
    strip.open(TENTHS, aspect=2.0)
    return strip


def test_a_drag_scrubs_through_the_frames(strip: TimelineStrip) -> None:
    frames: list[int] = []
    strip.scrubbed.connect(frames.append)
    QTest.mousePress(strip, Qt.MouseButton.LeftButton, pos=QPoint(7, 20))
    QTest.mouseMove(strip, QPoint(257, 20))
    QTest.mouseMove(strip, QPoint(900, 20))
    QTest.mouseRelease(strip, Qt.MouseButton.LeftButton, pos=QPoint(900, 20))
    assert frames[0] == 0 and frames[-1] == 49
    assert 23 <= frames[1] <= 26


def test_thumbnails_are_wanted_for_the_width_there_is(strip: TimelineStrip, qtbot) -> None:
    with qtbot.waitSignal(strip.thumbnails_wanted) as wanted:
        strip.resize(814, 58)
    assert wanted.args[0] == sorted(wanted.args[0]) and len(wanted.args[0]) == 10


def test_the_band_shows_which_frames_have_masks(strip: TimelineStrip) -> None:
    covered = np.zeros(50, bool)
    before = strip.grab().toImage()
    strip.show_covered(covered)
    empty = strip.grab().toImage()
    covered[:25] = True
    strip.show_covered(covered)
    half = strip.grab().toImage()
    assert before != empty != half
    assert half.pixelColor(150, 51) != empty.pixelColor(150, 51)
    assert half.pixelColor(400, 51) == empty.pixelColor(400, 51)
