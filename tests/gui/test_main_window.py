from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox

from engine import events
from engine.errors import DataError
from gui import faults, theme
from gui.jobs import ThreadJob
from gui.main_window import MainWindow
from gui.settings import Settings
from gui.widgets.keys_sheet import KeysSheet
from gui.widgets.settings_dialog import SettingsDialog


@pytest.fixture
def endless(window: MainWindow) -> ThreadJob:
    """A job that goes on until it is stopped."""

    def work(should_stop):
        yield events.Progress(1, 4, "steps")
        while not should_stop():
            threading.Event().wait(0.005)
        yield events.Finished(stopped=True)

    job = ThreadJob("Training", work)
    window.jobs.run(job)
    return job


def answer(monkeypatch: pytest.MonkeyPatch, words: str) -> list[str]:
    """Answers the next question with the button of these words; the list holds what was asked."""
    asked: list[str] = []

    def exec(box: QMessageBox) -> int:
        asked.append(box.text())
        next(button for button in box.buttons() if button.text() == words).click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", exec)
    return asked


def test_closing_while_a_job_runs_asks_and_no_keeps_everything(window: MainWindow, endless: ThreadJob, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answer(monkeypatch, "Keep running")
    window.close()
    assert asked == ["A job is running."]
    assert window.isVisible() and endless.running and not endless.stopping


def test_closing_while_a_job_runs_stops_it_and_waits_with_the_loop_alive(window: MainWindow, endless: ThreadJob, qtbot, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, "Stop and close")
    window.close()
    assert window.isVisible() and endless.stopping, "the window stays while the job ends"
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=20_000)
    assert endless.over and endless.result == events.Finished(stopped=True)


def test_closing_without_work_does_not_ask(window: MainWindow, qtbot, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answer(monkeypatch, "Keep running")
    qtbot.waitUntil(lambda: not window.jobs.running, timeout=20_000)
    window.close()
    assert not asked and not window.isVisible()


def test_closing_asks_where_something_begun_would_be_lost(window: MainWindow, qtbot, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answer(monkeypatch, "Go back")
    qtbot.waitUntil(lambda: not window.jobs.running, timeout=20_000)
    page = next(iter(window.host.pages.values()))
    monkeypatch.setattr(page, "busy_reason", lambda: "an outline is begun")
    window.close()
    assert asked == ["An outline is begun."] and window.isVisible()
    answer(monkeypatch, "Close")
    window.close()
    assert not window.isVisible()


def test_a_running_job_is_a_chip_with_percent(window: MainWindow, endless: ThreadJob, qtbot) -> None:
    chips = window.bar._chips
    qtbot.waitUntil(lambda: chips.isVisible() and "25" in chips.text())
    assert "Training" in chips.text()
    endless.cancel()
    qtbot.waitUntil(lambda: not chips.isVisible())


def test_the_list_of_jobs_cancels_one(window: MainWindow, endless: ThreadJob, qtbot) -> None:
    from PySide6.QtWidgets import QToolButton

    window.bar._chips.show_list()
    popover = window.bar._chips._popover
    popover.findChild(QToolButton).click()
    qtbot.waitUntil(lambda: endless.over)


def test_every_dialog_can_be_cancelled(window: MainWindow, qtbot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    for ask in (window.opening.ask_folder, window.opening.ask_file, window.opening.ask_checkpoint):
        ask()
    shown = theme.tokens().name
    dialog = SettingsDialog(window.theme, window.settings.path, window)
    dialog.theme_box.setCurrentIndex(2 if shown == "dark" else 1)
    assert theme.tokens().name != shown
    dialog.reject()
    assert theme.tokens().name == shown
    sheet = KeysSheet(window.table.rows, {}, "data", window)
    sheet.reject()
    assert window.session.source is None and window.session.opening is None


def test_the_theme_is_worn_at_once_and_remembered(window: MainWindow, qtbot) -> None:
    window.theme.choose("dark")
    with qtbot.waitSignal(window.session.theme_changed) as changed:
        window.theme.choose("light")
    assert changed.args == ["light"] and theme.tokens() is theme.LIGHT
    assert Settings(window.settings.path).theme == "light"


@pytest.mark.parametrize("tokens", [theme.DARK, theme.LIGHT], ids=lambda tokens: tokens.name)
def test_text_stands_out_from_what_it_stands_on(tokens: theme.Tokens) -> None:
    for ground in ("surface", "raised", "hover"):
        assert contrast(tokens, "text", ground) >= 7
        assert contrast(tokens, "muted", ground) >= 4.5
        for word in ("danger", "warning", "ok"):
            assert contrast(tokens, word, ground) >= 3.9
    assert contrast(tokens, "on_accent", "accent") >= 4.5
    assert contrast(tokens, "on_picture", "picture") >= 7


def contrast(tokens: theme.Tokens, front: str, back: str) -> float:
    """WCAG 2.1."""

    def luminance(name: str) -> float:
        channels = [value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in tokens.colour(name).getRgbF()[:3]]
        return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]

    light, dark = sorted((luminance(front), luminance(back)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_icons_are_sharp_at_any_pixel_ratio(qapp: QApplication) -> None:
    for ratio in (1.0, 1.5, 2.0, 3.0):
        drawn = theme.pixmap("data", 24, ratio)
        assert drawn.width() == round(24 * ratio) and drawn.devicePixelRatio() == ratio


def test_the_window_comes_back_as_it_was(window: MainWindow, qtbot, qapp: QApplication) -> None:
    from gui import app

    window.show_page("train")
    window.session.set_opacity(0.75)
    qtbot.waitUntil(lambda: not window.jobs.running, timeout=20_000)
    window.close()
    again = app.make(qapp, Settings(window.settings.path))
    again.start(None)
    assert again.host.current == "train" and again.session.opacity == 0.75
    again.show()
    qtbot.waitUntil(lambda: not again.jobs.running, timeout=20_000)
    again.close()
    again.deleteLater()


def test_a_page_that_can_t_be_made_leaves_the_others(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    import gui.pages.train as train

    monkeypatch.setattr(train.TrainPage, "__init__", lambda *_: 1 / 0)
    window.host._pages.pop("train", None)
    window.show_page("train")
    assert window.host.current == "train" and window.host.page is None
    window.show_page("data")
    assert window.host.page is not None


def test_an_unexpected_fault_is_one_sentence_and_a_log(window: MainWindow, qtbot, own_home: Path) -> None:
    caught = faults.Faults(window.problem)
    caught.on_exception(ValueError, ValueError("out of luck"), None)
    assert "out of luck" in window.messages.text
    assert "ValueError: out of luck" in faults.log_file().read_text(encoding="utf-8")
    caught.on_exception(DataError, DataError("street.png is cut off; copy it again"), None)
    assert window.messages.text == "Street.png is cut off; copy it again."


def test_the_sample_street_is_made_in_the_background_and_opened(window: MainWindow, qtbot, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine import world
    from gui import sample_street

    small = lambda folder, *, should_stop: world.write(folder, frames=2, seed=1, size=(64, 128), training=False, should_stop=should_stop)  # noqa: E731
    monkeypatch.setattr(world, "sample_drive", small)
    with qtbot.waitSignal(window.session.source_changed, timeout=60_000):
        window.opening.open_sample()
        assert window.opening.making_sample
    assert sample_street.ready() and len(window.session.drive.frames) == 2
