from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from engine import events
from engine.errors import OutputError
from gui.widgets.class_lines import ClassLines, on_dark
from gui.widgets.curve_data import RunCurves, nearest, smooth, thin, visible
from gui.widgets.curve_lines import CurveLines, Shown
from gui.widgets.curves import Curves


def run_of(steps: int, *, every: int = 10, classes: tuple[str, ...] = ("road", "car")) -> RunCurves:
    curves = RunCurves.of([events.Started("run", 0, steps, classes, 1000, "cpu")])
    for step in range(1, steps + 1):
        curves.add(events.StepDone(step, steps, step // every, 1 / step, 1e-3 * step, 10.0, 5.0))
        if step % every == 0:
            curves.add(events.Validated(step, step // every, step / steps / 2, {"road": 0.9, "car": math.nan}, 0.4, True, 1.0))
    return curves


@pytest.fixture
def widget(qtbot) -> Curves:
    made = Curves()
    qtbot.addWidget(made)
    made.resize(700, 500)
    made.show()
    return made


def test_a_smoothed_line_is_the_debiased_moving_average() -> None:
    values = np.random.default_rng(0).random(700)
    average, expected = 0.0, []
    for count, value in enumerate(values, 1):
        average = 0.95 * average + 0.05 * value
        expected.append(average / (1 - 0.95**count))
    assert np.allclose(smooth(values, 0.95), expected)


def test_smoothing_leaves_out_what_is_not_a_number() -> None:
    values = np.array([1.0, math.nan, 1.0, math.inf, 1.0])
    assert np.allclose(smooth(values, 0.9), 1.0)
    assert np.isnan(smooth(np.array([math.nan, 2.0]), 0.9)[0])


def test_thinning_keeps_every_spike_and_the_order() -> None:
    x, y = np.arange(100_000.0), np.sin(np.arange(100_000.0))
    y[54_321], y[12_345] = 50.0, -50.0
    thin_x, thin_y = thin(x, y, 500)
    assert len(thin_x) <= 1002 and thin_y.max() == 50 and thin_y.min() == -50
    assert np.all(np.diff(thin_x) >= 0) and thin_x[-1] == x[-1]


def test_few_points_stay_as_they_are() -> None:
    x, y = np.arange(10.0), np.arange(10.0)
    assert thin(x, y, 5)[0] is x


def test_lines_reach_beyond_both_ends_of_the_view() -> None:
    part = visible(np.arange(100.0), 10.5, 20.5)
    assert (part.start, part.stop) == (10, 22)


def test_the_nearest_step_is_found_at_both_ends_and_between() -> None:
    steps = [10, 20, 40]
    assert [nearest(steps, at) for at in (-5, 14, 16, 29, 31, math.inf)] == [0, 0, 1, 1, 2, 2]
    assert nearest([], 3) is None


def test_a_resumed_run_loses_what_came_after_its_checkpoint() -> None:
    curves = run_of(30)
    curves.add(events.Started("run", 15, 30, ("road", "car"), 1000, "cpu"))
    assert curves.steps[-1] == 15 and [one.step for one in curves.validated] == [10] and curves.resumed_at == [15]
    curves.add(events.StepDone(16, 30, 1, 0.5, 1e-3, 10.0, 1.0))
    assert curves.steps[-2:] == [15, 16]


def test_the_best_validation_is_the_highest_that_is_a_number() -> None:
    curves = run_of(30)
    curves.add(events.Validated(31, 3, math.nan, {}, 0.1, False, 1.0))
    assert curves.best is not None and curves.best.step == 30


def test_the_table_holds_every_step_and_leaves_absent_classes_empty() -> None:
    rows = [line.split(",") for line in run_of(20).table().splitlines()]
    assert rows[0] == ["step", "epoch", "loss", "learning_rate", "validation_loss", "mean_iou", "road", "car"]
    assert len(rows) == 21 and rows[1][4:] == ["", "", "", ""]
    assert rows[10][5:] == ["0.25", "0.9", ""]


def test_hover_reads_every_run_and_class_at_the_step() -> None:
    lines = CurveLines()
    lines.show([Shown("a", run_of(40), "#5aa2ff"), Shown("b", run_of(20), "#f0b840")])
    loss, score, rate = lines.read(12)
    assert loss[0][1].startswith("0.08333") and loss[1][0].startswith("step 12") and score[0][1] == "0.125"
    assert [word for word, _, _ in rate] == ["a", "b"]
    assert lines.class_scores(12)["road"] == 0.9
    loss, _, _ = lines.read(30)
    assert [word for word, _, _ in loss if word in ("a", "b")] == ["a"], "the shorter run has no value there"


def test_a_hundred_thousand_steps_are_drawn_as_a_few_thousand_points(widget: Curves) -> None:
    widget.show_runs([Shown("long", run_of(100_000, every=10_000), "#5aa2ff")])
    widget.redraw()
    drawn = [len(item.xData) for item in widget.panel(0).line_items() if item.xData is not None]
    assert drawn and max(drawn) <= 2 * widget.width()


def test_the_range_follows_the_points_until_somebody_zooms(widget: Curves, qtbot) -> None:
    curves = run_of(50)
    widget.show_runs([Shown("run", curves, "#5aa2ff")])
    widget.redraw()
    assert widget.panel(0).view.viewRange()[0][1] > 49
    widget.panel(0).zoomed.emit()
    widget.panel(0).view.setXRange(10, 20, padding=0)
    for step in range(51, 90):
        curves.add(events.StepDone(step, 90, 5, 0.1, 1e-3, 10.0, 1.0))
    widget.redraw()
    assert widget.panel(0).view.viewRange()[0] == pytest.approx([10, 20]) and not widget.following
    widget.reset()
    widget.redraw()
    assert widget.panel(0).view.viewRange()[0][1] > 88


def test_the_three_plots_share_their_steps(widget: Curves) -> None:
    widget.show_runs([Shown("run", run_of(50), "#5aa2ff")])
    widget.redraw()
    widget.panel(0).view.setXRange(5, 25, padding=0)
    assert widget.panel(2).view.viewRange()[0] == pytest.approx([5, 25], abs=1)


def test_pointing_snaps_to_a_step_and_leaving_reads_the_end(widget: Curves, qtbot) -> None:
    widget.show_runs([Shown("run", run_of(50), "#5aa2ff")])
    widget.redraw()
    with qtbot.waitSignal(widget.pointed) as pointed:
        widget.point_at(12.4)
    assert pointed.args == [12] and "step 12" in widget.panel(0).reading
    widget.point_at(None)
    assert "step 50" in widget.panel(0).reading


def test_nothing_is_drawn_while_nobody_looks(widget: Curves, qtbot) -> None:
    widget.hide()
    widget.show_runs([Shown("run", run_of(50), "#5aa2ff")])
    assert widget.dirty
    widget.show()
    assert not widget.dirty


@pytest.mark.parametrize("suffix, start", [("png", b"\x89PNG"), ("svg", b"<?xml"), ("csv", b"step,epoch")])
def test_what_is_shown_can_be_saved(widget: Curves, tmp_path: Path, suffix: str, start: bytes) -> None:
    widget.show_runs([Shown("run", run_of(50), "#5aa2ff")])
    widget.redraw()
    widget.save_as(tmp_path / f"curves.{suffix}")
    assert (tmp_path / f"curves.{suffix}").read_bytes().startswith(start)


def test_saving_where_nothing_can_be_written_says_so(widget: Curves, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    widget.show_runs([Shown("run", run_of(50), "#5aa2ff")])
    with pytest.raises(OutputError, match="folder"):
        widget.save_as(tmp_path / "file" / "curves.csv")


def test_only_checked_classes_get_a_line(qtbot) -> None:
    classes = ClassLines()
    qtbot.addWidget(classes)
    classes.show_classes(("road", "car"), {"road": "#804080"})
    assert classes.checked == {}
    with qtbot.waitSignal(classes.changed) as changed:
        classes.check("road", True)
    assert list(changed.args[0]) == ["road"]
    classes.show_classes(("road", "car", "sky"), {"road": "#804080"})
    assert list(classes.checked) == ["road"], "a check outlives another run with the same class"


def test_a_click_on_a_class_turns_its_line_over(qtbot) -> None:
    classes = ClassLines()
    qtbot.addWidget(classes)
    classes.show_classes(("road", "car"), {})
    classes.resize(200, 120)
    classes.show()
    listed = classes.list
    qtbot.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=listed.visualItemRect(listed.item(1)).center() + QPoint(10, 0))
    assert list(classes.checked) == ["car"]


def test_dark_class_colours_become_visible_on_the_dark_plot() -> None:
    assert on_dark("#000046") != "#000046" and on_dark("#dcdc00") == "#dcdc00"


def test_a_stage_is_marked_by_its_size_and_only_its_scores_are_compared() -> None:
    def scored(step: int, mean: float) -> events.Validated:
        return events.Validated(step, 0, mean, {}, 0.5, True, 1.0)

    curves = RunCurves.of([events.StageBegan(0, 0, 2, (32, 64), 8), scored(4, 0.9), events.StageBegan(4, 1, 2, (64, 128), 4), scored(8, 0.5)])
    assert curves.marks == [(0, "32×64"), (4, "64×128")] and curves.best is not None and curves.best.mean_iou == 0.5
    curves.add(events.Started("run", 2, 8, ("road",), 1, "cpu"))
    assert curves.marks == [(0, "32×64"), (2, "resumed")]
    curves.add(events.StageBegan(4, 1, 2, (64, 128), 4))
    assert curves.marks[-1] == (4, "64×128")
