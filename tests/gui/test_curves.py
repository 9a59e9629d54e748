from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication, QGraphicsTextItem

from engine import events
from engine.errors import OutputError
from gui.settings import Settings
from gui.widgets.class_lines import ClassLines, on_dark
from gui.widgets.curve_arrays import CurveArrays
from gui.widgets.curve_data import RunCurves, nearest, smooth, thin, visible
from gui.widgets.curve_lines import CurveLines, Shown
from gui.widgets.curves import Curves
from gui.widgets.plot_axis import folded, folded_ticks, unfolded
from gui.widgets.plots import LOSS, Plots
from gui.widgets.plots import TERMS as TERM_PANEL
from gui.widgets.run_view import RunView


def run_of(steps: int, *, every: int = 10, classes: tuple[str, ...] = ("road", "car"), terms: dict[str, float] | None = None) -> RunCurves:
    """`terms` are the loss's parts at the first step; each falls as 1 / step."""
    curves = RunCurves.of([events.Started("run", 0, steps, classes, 1000, "cpu")])
    for step in range(1, steps + 1):
        parts = {name: value / step for name, value in (terms or {}).items()}
        curves.add(events.StepDone(step, steps, step // every, 1 / step, 1e-3 * step, 10.0, 5.0, parts))
        if step % every == 0:
            curves.add(events.Validated(step, step // every, step / steps / 2, {"road": 0.9, "car": math.nan}, 0.4, True, 1.0))
    return curves


TERMS = {"cross_entropy": 1.0, "pixel_wise": 100.0, "critic": -0.5}
"""As in distillation: one much larger than the others, and one that may be below zero."""


def of_terms(step: int, terms: dict[str, float]) -> events.StepDone:
    return events.StepDone(step, 100, 0, 1.0, 1e-3, 10.0, 5.0, terms)


def place_of_word(widget: Curves, word: str) -> QPoint:
    """Where `word` stands above the terms, in the pixels of the view."""
    plots = widget.findChild(Plots)
    item = next(one for one in plots.scene().items() if isinstance(one, QGraphicsTextItem) and f"'{word}'" in one.toHtml().replace('"', "'"))
    found = [x for x in range(int(item.boundingRect().width())) if item.document().documentLayout().anchorAt(QPointF(x, 12)) == word]
    return plots.mapFromScene(item.mapToScene(QPointF(found[len(found) // 2], 12)))


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
    loss, score, rate, _ = lines.read(12)
    assert loss[0][1].startswith("0.08333") and loss[1][0].startswith("step 12") and score[0][1] == "0.125"
    assert [word for word, _, _ in rate] == ["a", "b"]
    assert lines.class_scores(12)["road"] == 0.9
    loss, *_ = lines.read(30)
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


def test_a_term_that_comes_later_or_is_gone_leaves_no_number_at_the_other_steps() -> None:
    curves = RunCurves.of([of_terms(1, {"a": 1.0}), of_terms(2, {"a": 2.0, "b": 5.0}), of_terms(3, {"b": 6.0})])
    assert curves.steps == [1, 2, 3] and curves.parted
    assert np.array_equal(curves.terms["a"], [1, 2, math.nan], equal_nan=True) and np.array_equal(curves.terms["b"], [math.nan, 5, 6], equal_nan=True)


def test_a_resumed_run_loses_the_terms_that_came_after_its_checkpoint() -> None:
    curves = RunCurves.of([of_terms(1, {"a": 1.0}), of_terms(2, {"a": 2.0}), of_terms(3, {"a": 3.0, "b": 5.0})])
    curves.add(events.Started("run", 2, 9, ("road",), 1, "cpu"))
    assert curves.terms == {"a": [1.0, 2.0]} and not curves.parted, "a term of no step that is left has no line"
    curves.add(of_terms(3, {"a": 4.0, "c": 6.0}))
    assert curves.terms["a"] == [1.0, 2.0, 4.0] and len(curves.terms["c"]) == 3


def test_the_table_has_a_column_a_term_where_there_are_several() -> None:
    curves = RunCurves.of([of_terms(1, {"a": 1.0}), of_terms(2, {"a": 2.0, "b": 5.0}), events.Validated(3, 0, 0.5, {"road": 0.5}, 0.4, True, 1.0)])
    rows = [line.split(",") for line in curves.table().splitlines()]
    assert rows[0] == ["step", "epoch", "loss", "loss_a", "loss_b", "learning_rate", "validation_loss", "mean_iou", "road"]
    assert rows[1][3:5] == ["1.0", ""] and rows[2][3:5] == ["2.0", "5.0"] and rows[3][2:6] == ["", "", "", ""]
    assert "loss_a" not in run_of(3, terms={"a": 1.0}).table(), "a single term is the loss"


def test_arrays_go_on_as_the_run_grows_and_begin_again_when_it_was_cut() -> None:
    curves = run_of(300, terms=TERMS)
    arrays = CurveArrays(curves)
    assert len(arrays.smoothed_term("critic", 0.9)) == 300
    for step in range(301, 700):
        curves.add(of_terms(step, {"critic": math.sin(step)}))
    grown = arrays.smoothed_term("critic", 0.9)
    assert np.allclose(grown, smooth(np.array(curves.terms["critic"]), 0.9)) and np.isnan(arrays.smoothed_term("pixel_wise", 0.9)[-1])
    curves.add(events.Started("run", 250, 700, ("road",), 1, "cpu"))
    for step in range(251, 701):
        curves.add(of_terms(step, {"critic": 7.0}))
    assert np.allclose(arrays.smoothed_term("critic", 0.9), smooth(np.array(curves.terms["critic"]), 0.9)) and arrays.steps[-1] == 700


def test_terms_have_a_panel_of_their_own_only_where_there_are_several(widget: Curves) -> None:
    widget.show_runs([Shown("plain", run_of(20, terms={"cross_entropy": 1.0}), "#5aa2ff")])
    widget.redraw()
    assert not widget.panel(TERM_PANEL).isVisible()
    whole = widget.panel(LOSS).geometry().height()
    widget.show_runs([Shown("taught", run_of(20, terms=TERMS), "#5aa2ff"), Shown("plain", run_of(20), "#f0b840")])
    widget.redraw()
    assert widget.panel(TERM_PANEL).isVisible() and len(widget.panel(TERM_PANEL).line_items()) == 3
    assert len({item.opts["pen"].color().name() for item in widget.panel(TERM_PANEL).line_items()}) == 3, "each in its own colour"
    assert len(widget.panel(LOSS).line_items()) == 4, "the total of both runs, raw and smoothed"
    assert widget.panel(LOSS).view.viewRange()[1][1] < 2, "a term that is a hundred times larger doesn't flatten the total"
    widget.show_runs([Shown("plain", run_of(20), "#5aa2ff")])
    widget.redraw()
    assert not widget.panel(TERM_PANEL).isVisible() and widget.panel(LOSS).geometry().height() == whole


def test_before_its_first_step_a_run_leaves_the_panels_as_they_stand(widget: Curves) -> None:
    widget.show_runs([Shown("taught", run_of(20, terms=TERMS), "#5aa2ff")])
    widget.redraw()
    starting = RunCurves()
    widget.show_runs([Shown("next", starting, "#5aa2ff")])
    widget.redraw()
    assert widget.panel(TERM_PANEL).isVisible() and not widget.panel(TERM_PANEL).line_items()
    starting.add(of_terms(1, {"cross_entropy": 1.0}))
    widget.redraw()
    assert not widget.panel(TERM_PANEL).isVisible()


def test_pointing_reads_every_term_at_the_step(widget: Curves) -> None:
    widget.show_runs([Shown("taught", run_of(20, terms=TERMS), "#5aa2ff")])
    widget.redraw()
    widget.point_at(10)
    said = widget.panel(TERM_PANEL).reading
    assert all(word in said for word in (">cross_entropy<", ">0.1<", ">pixel_wise<", ">10<", ">critic<", ">-0.05<"))


def test_a_click_on_a_term_turns_its_line_off_and_on(widget: Curves, qtbot) -> None:
    widget.show_runs([Shown("taught", run_of(20, terms=TERMS), "#5aa2ff")])
    widget.redraw()
    plots = widget.findChild(Plots)
    with qtbot.waitSignal(widget.terms_hidden) as hidden:
        qtbot.mouseClick(plots.viewport(), Qt.MouseButton.LeftButton, pos=place_of_word(widget, "pixel_wise"))
    widget.redraw()
    assert hidden.args == [{"pixel_wise"}] and len(widget.panel(TERM_PANEL).line_items()) == 2
    assert widget.panel(TERM_PANEL).view.viewRange()[1][1] < 2, "the range is that of the terms that are left"
    assert "pixel_wise" in widget.panel(TERM_PANEL).reading, "its name stays, to turn it on again"
    with qtbot.waitSignal(widget.terms_hidden):
        qtbot.mouseClick(plots.viewport(), Qt.MouseButton.LeftButton, pos=place_of_word(widget, "pixel_wise"))
    widget.redraw()
    assert len(widget.panel(TERM_PANEL).line_items()) == 3


def test_names_that_do_not_fit_above_the_terms_go_on_below(widget: Curves) -> None:
    many = {f"a_term_with_a_long_name_{at}": 1.0 for at in range(6)}
    widget.show_runs([Shown("taught", run_of(20, terms=many), "#5aa2ff")])
    widget.redraw()
    QApplication.processEvents()
    item = next(one for one in widget.findChild(Plots).scene().items() if isinstance(one, QGraphicsTextItem) and "long_name_5" in one.toHtml())
    assert 30 < item.boundingRect().height() <= item.parentItem().size().height() + 8 and item.boundingRect().width() <= widget.width()


def test_powers_of_ten_go_through_zero_and_back() -> None:
    values = np.array([-30.0, -0.1, 0.0, 1e-4, 0.5, 1000.0])
    assert np.allclose(unfolded(folded(values)), values) and np.all(np.diff(folded(values)) > 0)
    assert folded(np.array([100.0, 10.0])) @ [1, -1] == pytest.approx(1, abs=1e-6), "a power of ten is as long as any other"


@pytest.mark.parametrize(
    "low, high, apart, expected",
    [
        (0, 100, 0.9, [0, 0.01, 0.1, 1, 10, 100]),
        (-0.2, 30, 1.8, [-0.1, 0, 0.1, 10]),
        (8, 40, 0.17, [10, 20, 30]),
        (0.31, 0.39, 0.02, [0.32, 0.34, 0.36, 0.38]),
        (-0.001, 0.001, 0.1, [-0.001, -0.0005, 0, 0.0005, 0.001]),
    ],
)
def test_ticks_by_powers_of_ten_are_round_and_apart(low: float, high: float, apart: float, expected: list[float]) -> None:
    assert np.allclose(unfolded(np.array(folded_ticks(*folded(np.array([low, high])), apart))), expected)


def test_a_log_scale_shows_small_terms_beside_large_ones_and_keeps_the_zoom(widget: Curves) -> None:
    widget.show_runs([Shown("taught", run_of(50, terms=TERMS), "#5aa2ff")])
    widget.redraw()
    panel = widget.panel(TERM_PANEL)
    panel.zoomed.emit()
    panel.view.setRange(xRange=(10, 20), yRange=(-1, 8), padding=0)
    widget.fold(True)
    widget.redraw()
    assert unfolded(np.array(panel.view.viewRange()[1])) == pytest.approx([-1, 8]) and panel.view.viewRange()[0] == pytest.approx([10, 20])
    heights = {key: np.nanmax(item.yData) for key, item in zip(TERMS, panel.line_items())}
    assert unfolded(np.array(heights["pixel_wise"])) == pytest.approx(smooth(np.array(run_of(50, terms=TERMS).terms["pixel_wise"]), 0.9)[8], rel=0.2)
    widget.fold(False)
    widget.redraw()
    assert panel.view.viewRange()[1] == pytest.approx([-1, 8])


def test_many_terms_of_a_long_run_are_smoothed_in_several_goes() -> None:
    lines = CurveLines()
    lines.show([Shown("taught", run_of(2000, terms=TERMS), "#5aa2ff")])
    assert not lines.prepare_terms(until=0.0), "the time is over before the first"
    assert lines.prepare_terms(until=math.inf) and [line.key for line in lines.terms()] == [f"term {name}" for name in TERMS]


def test_the_scale_and_the_terms_without_a_line_are_remembered(qtbot, settings: Settings) -> None:
    first = RunView(settings, ())
    qtbot.addWidget(first)
    first.fold(True)
    first.curves.show_runs([Shown("taught", run_of(20, terms=TERMS), "#5aa2ff")])
    first.curves.panel(TERM_PANEL).switched.emit("critic")
    second = RunView(settings, ())
    qtbot.addWidget(second)
    second.draw([Shown("taught", run_of(20, terms=TERMS), "#5aa2ff")])
    second.curves.redraw()
    assert second.folded and len(second.curves.panel(TERM_PANEL).line_items()) == 2
