"""The server of TensorBoard that a window starts: the real one, on the board of two small runs."""

from __future__ import annotations

import json
import os
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from engine import events, places
from engine.config import TrainConfig, build
from engine.runs import Run
from engine.training.history import History
from gui import tensorboard
from gui.jobs import Jobs
from gui.pages.train import TrainPage
from gui.session import Session
from gui.settings import Settings
from gui.tensorboard import TensorBoard

WAIT = 90_000


def run_with_board(name: str, *, batch: int, score: float) -> None:
    """A run of one step, as far as its board goes."""
    run = Run(places.runs() / name)
    run.path.mkdir(parents=True)
    with History(run) as history:
        assert not history.open_board(build(TrainConfig, {"batch": batch}), step=0)
        history.add(events.StepDone(1, 1, 0, 0.7, 1e-3, 10.0, 0.0, {"cross_entropy": 0.5, "dice": 0.2}))
        history.add(events.Validated(1, 0, score, {"road": score}, 0.4, True, 1.0))
        history.add(events.Finished())


@pytest.fixture
def shown() -> list[str]:
    """The addresses that a browser would have shown."""
    return []


@pytest.fixture
def server(qtbot: QtBot, shown: list[str]) -> Iterator[TensorBoard]:
    made = TensorBoard(browse=shown.append)
    yield made
    made.close()


def asked(address: str, body: object = None) -> tuple[int, str]:
    """The answer to a GET, or to a POST where there is a `body`; past any proxy."""
    data = None if body is None else json.dumps(body).encode()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(address, data, {"Content-Type": "application/json"}), timeout=30) as answer:
        return answer.status, answer.read().decode()


def sessions(address: str) -> dict[str, dict[str, object]]:
    """What the HPARAMS tab lists: the settings of each run by its name, and its metrics by tag."""
    states = ["STATUS_UNKNOWN", "STATUS_SUCCESS", "STATUS_FAILURE", "STATUS_RUNNING"]
    _, text = asked(f"{address}data/plugin/hparams/session_groups", {"experimentName": "", "allowedStatuses": states, "colParams": [], "startIndex": 0, "sliceSize": 9})
    groups = json.loads(text)["sessionGroups"]
    return {one["name"]: one["hparams"] | {metric["name"]["tag"]: metric["value"] for metric in one["metricValues"]} for one in groups}


def gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


def test_the_server_shows_the_runs_and_ends_with_the_window(server: TensorBoard, shown: list[str], qtbot: QtBot) -> None:
    run_with_board("first", batch=4, score=0.25)
    run_with_board("second", batch=8, score=0.5)
    server.open(places.runs())
    assert server.starting and not shown, "nobody waits for it"
    server.open(places.runs())
    qtbot.waitSignal(server.opened, timeout=WAIT).wait()
    assert shown == [server.address] and server.address.startswith("http://127.0.0.1:") and not server.starting
    assert asked(server.address)[0] == 200
    qtbot.waitUntil(lambda: len(sessions(server.address)) == 2, timeout=WAIT)
    found = sessions(server.address)
    assert (found["first"]["batch"], found["first"]["validation/mean_iou"]) == (4, 0.25)
    assert (found["second"]["batch"], found["second"]["validation/mean_iou"]) == (8, 0.5)
    assert sorted(json.loads(asked(f"{server.address}data/runs")[1])) == ["first/board", "second/board"]
    process = server.process_id
    server.open(places.runs())
    assert shown == [server.address] * 2 and server.process_id == process, "a second click shows the same one"
    server.close()
    assert gone(process) and not server.address


def test_a_server_that_cannot_start_says_its_last_line(server: TensorBoard, shown: list[str], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tensorboard, "_CHILD", "import sys; sys.exit('Traceback\\nno port is free')")
    with qtbot.waitSignal(server.failed, timeout=WAIT) as failed:
        server.open(places.runs())
    assert failed.args[0] == "TensorBoard could not start: no port is free" and not shown and not server.starting
    with qtbot.waitSignal(server.failed, timeout=WAIT):
        server.open(places.runs())


def test_a_server_that_dies_later_is_told_and_started_again(server: TensorBoard, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tensorboard, "_CHILD", "print('TensorBoard 2 at http://127.0.0.1:1/', flush=True); input(); print('out of memory')")
    with qtbot.waitSignal(server.opened, timeout=WAIT):
        server.open(places.runs())
    with qtbot.waitSignal(server.failed, timeout=WAIT) as failed:
        server._process.write(b"\n")
    assert failed.args[0] == "TensorBoard has ended: out of memory" and not server.address
    with qtbot.waitSignal(server.opened, timeout=WAIT):
        server.open(places.runs())


def test_a_child_ends_by_itself_when_the_pipe_from_the_window_breaks(server: TensorBoard, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = "import threading; print('http://127.0.0.1:1/', flush=True); threading.Event().wait()"
    monkeypatch.setattr(tensorboard, "_CHILD", tensorboard._CHILD.replace('runpy.run_module("tensorboard.main", run_name="__main__", alter_sys=True)', waiting))
    with qtbot.waitSignal(server.opened, timeout=WAIT):
        server.open(places.runs())
    with qtbot.waitSignal(server.failed, timeout=WAIT):
        server._process.closeWriteChannel()


def test_a_server_that_says_nothing_is_given_up(server: TensorBoard, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tensorboard, "_CHILD", "import threading; threading.Event().wait()")
    server._patience.setInterval(50)
    with qtbot.waitSignal(server.failed, timeout=WAIT) as failed:
        server.open(places.runs())
    assert "try again" in failed.args[0] and not server.process_id


def test_where_tensorboard_is_not_installed_the_cure_is_named(server: TensorBoard, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with qtbot.waitSignal(server.failed) as failed:
        server.open(places.runs())
    assert "pip install tensorboard" in failed.args[0] and not server.starting


def test_the_train_page_shows_the_address_to_copy_and_closes_the_server(
    qtbot: QtBot, session: Session, jobs: Jobs, settings: Settings, shown: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tensorboard, "_CHILD", "print('TensorBoard 2 at http://127.0.0.1:6543/', flush=True); input()")
    page = TrainPage(session, jobs, settings)
    qtbot.addWidget(page)
    page.show()
    page.tensorboard._browse = shown.append
    row = next(one for one in page.actions() if one.id == "train.board")
    row.call()
    assert not row.possible, "not twice while it starts"
    qtbot.waitSignal(page.tensorboard.opened, timeout=WAIT).wait()
    assert "http://127.0.0.1:6543/" in page.messages.text and shown == ["http://127.0.0.1:6543/"] and row.possible
    process = page.tensorboard.process_id
    page.shutdown()
    assert process and gone(process)
