from __future__ import annotations

import threading
from pathlib import Path

from engine import events
from engine.errors import DataError
from gui.jobs import Job, Jobs, ProcessJob, ThreadJob


def followed(job: Job) -> tuple[list[events.Event], list[str]]:
    said: list[events.Event] = []
    order: list[str] = []
    job.event.connect(said.append)
    job.event.connect(lambda _: order.append("event"))
    job.ended.connect(lambda: order.append("ended"))
    return said, order


def test_ended_fires_once_after_the_last_event(qtbot, jobs: Jobs) -> None:
    job = ThreadJob("counting", lambda should_stop: iter([events.Progress(1, 2, "things"), events.Finished()]))
    said, order = followed(job)
    with qtbot.waitSignal(job.ended):
        jobs.run(job)
    assert said == [events.Progress(1, 2, "things"), events.Finished()]
    assert order == ["event", "event", "ended"]
    assert not jobs.running


def test_a_cancelled_job_ends_by_itself_and_keeps_its_last_word(qtbot, jobs: Jobs) -> None:
    def work(should_stop):
        yield events.Progress(0, 0, "waiting")
        while not should_stop():
            threading.Event().wait(0.005)
        yield events.Finished(stopped=True)

    job = ThreadJob("waiting", work)
    job.event.connect(lambda event: job.cancel())
    with qtbot.waitSignal(job.ended):
        jobs.run(job)
    assert job.result == events.Finished(stopped=True) and job.stopping


def test_an_error_for_users_becomes_its_own_sentence(qtbot, jobs: Jobs) -> None:
    def work(should_stop):
        raise DataError("street.png is cut off; copy it again")
        yield

    job = ThreadJob("failing", work)
    with qtbot.waitSignal(job.ended):
        jobs.run(job)
    assert job.failure is not None and job.failure.reason == "street.png is cut off; copy it again"


def test_a_bug_in_a_job_is_told_with_its_traceback(qtbot, jobs: Jobs) -> None:
    def work(should_stop):
        yield events.Finished(summary={"x": 1 // 0})

    job = ThreadJob("failing", work)
    with qtbot.waitSignal(job.ended):
        jobs.run(job)
    assert job.failure is not None and "ZeroDivisionError" in job.failure.details


def test_a_child_process_says_the_same_events(qtbot, jobs: Jobs, tmp_path: Path) -> None:
    code = f"print('noise'); print({events.to_line(events.Progress(3, 4, 'steps', 1.0))!r}); print({events.to_line(events.Finished())!r})"
    job = ProcessJob("child", ["-c", code], tmp_path / "STOP")
    said, order = followed(job)
    with qtbot.waitSignal(job.ended, timeout=20_000):
        jobs.run(job)
    assert said == [events.Progress(3, 4, "steps", 1.0), events.Finished()]
    assert order[-1] == "ended" and order.count("ended") == 1


def test_a_child_that_dies_leaves_one_sentence(qtbot, jobs: Jobs, tmp_path: Path) -> None:
    job = ProcessJob("child", ["-c", "import sys; sys.exit('the disk is full; free some space')"], tmp_path / "STOP")
    with qtbot.waitSignal(job.ended, timeout=20_000):
        jobs.run(job)
    assert job.failure is not None and job.failure.reason == "the disk is full; free some space"


def test_cancelling_a_child_leaves_the_stop_file(qtbot, jobs: Jobs, tmp_path: Path) -> None:
    code = f"import pathlib, time\nwhile not pathlib.Path({str(tmp_path / 'run' / 'STOP')!r}).exists(): time.sleep(.01)"
    job = ProcessJob("child", ["-c", code], tmp_path / "run" / "STOP")
    with qtbot.waitSignal(job.ended, timeout=20_000):
        jobs.run(job)
        job.cancel()
    assert job.failure is None
