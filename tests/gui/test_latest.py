from __future__ import annotations

import threading

from gui.latest import Latest


def test_of_several_requests_only_the_newest_waits(qtbot) -> None:
    begun, go = threading.Event(), threading.Event()

    def work(request: int) -> int:
        begun.set()
        go.wait(10)
        return request * 10

    latest = Latest(work)
    done: list[tuple[int, int]] = []
    latest.done.connect(lambda request, result: done.append((request, result)))
    latest.ask(1)
    assert begun.wait(10)
    for request in (2, 3, 4):
        latest.ask(request)
    assert latest.busy
    go.set()
    qtbot.waitUntil(lambda: len(done) == 2)
    assert done == [(1, 10), (4, 40)]
    latest.close()


def test_a_failure_is_told_and_the_worker_goes_on(qtbot) -> None:
    latest = Latest(lambda request: 1 // request)
    failures: list[object] = []
    latest.failed.connect(lambda request, error: failures.append((request, type(error))))
    latest.ask(0)
    qtbot.waitUntil(lambda: bool(failures))
    assert failures == [(0, ZeroDivisionError)]
    with qtbot.waitSignal(latest.done):
        latest.ask(1)
    latest.close()


def test_after_closing_nothing_happens(qtbot) -> None:
    latest = Latest(lambda request: request)
    latest.ask(1)
    latest.close()
    latest.ask(2)
    assert not latest.isRunning()
