"""Long work beside the event loop: one surface, two ways to run it, and the list of what is going on."""

from __future__ import annotations

import os
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QThread, QTimer, Signal

from engine import events, places
from engine.errors import DataError, RoadscopeError

Work = Callable[[events.ShouldStop], events.Events]
KILL_AFTER_MS = 30_000


class Job(QObject):
    """Something that goes on in the background. `event` brings what it says; `ended` fires exactly once, after the last event.

    A job that fails says `events.Failed` before it ends. `quiet` jobs (under a second as a rule) get no chip.
    """

    event = Signal(object)  # type: ignore[assignment]  # Qt's QObject.event, which a job doesn't need
    ended = Signal()

    def __init__(self, title: str, *, quiet: bool = False, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.title, self.quiet = title, quiet
        self.progress: events.Progress | None = None
        self.failure: events.Failed | None = None
        self.result: events.Finished | None = None
        self.stopping = False
        self.running = False
        self._over = False

    @property
    def over(self) -> bool:
        """Whether `ended` has fired."""
        return self._over

    def start(self) -> None:
        raise NotImplementedError

    def cancel(self) -> None:
        """Asks the job to end soon and in order; `ended` tells when it has."""
        raise NotImplementedError

    def wait(self) -> None:
        """Blocks until the work is over; for the end of the program and for tests."""
        raise NotImplementedError

    def _say(self, event: events.Event) -> None:
        match event:
            case events.Progress():
                self.progress = event
            case events.StepDone(step=step, steps_total=total, seconds_left=left):
                self.progress = events.Progress(step, total, "steps", left)
            case events.RateTried(step=step, steps_total=total, seconds_left=left):
                self.progress = events.Progress(step, total, "rates", left)
            case events.Failed():
                self.failure = event
            case events.Finished():
                self.result = event
        self.event.emit(event)

    def _end(self) -> None:
        if not self._over:
            self._over, self.running = True, False
            self.ended.emit()


class ThreadJob(Job):
    """Draws a generator of events dry on a thread. `work` gets `should_stop`, which turns true at `cancel`."""

    def __init__(self, title: str, work: Work, *, quiet: bool = False, parent: QObject | None = None) -> None:
        super().__init__(title, quiet=quiet, parent=parent)
        self._stop = threading.Event()
        self._thread = _Drain(work, self._stop.is_set, self)
        self._thread.produced.connect(self._say)
        self._thread.finished.connect(self._end)

    def start(self) -> None:
        self.running = True
        self._thread.start()

    def cancel(self) -> None:
        self.stopping = True
        self._stop.set()

    def wait(self) -> None:
        self._thread.wait()


class ProcessJob(Job):
    """Runs `python <arguments>` and reads one event a line from its standard output; lines that are no events are left out.

    `cancel` makes `stop_file`, which the child looks for; a child that doesn't end within half a minute is told to by a signal, which
    torchrun hands on to its own children, and is killed where that too is in vain.
    """

    def __init__(self, title: str, arguments: list[str], stop_file: Path, *, parent: QObject | None = None) -> None:
        super().__init__(title, parent=parent)
        self._stop_file = stop_file
        self._rest = b""
        self._errors = b""
        self._process = QProcess(self)
        self._process.setProgram(sys.executable)
        self._process.setArguments(arguments)
        self._process.setWorkingDirectory(os.getcwd())
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("PYTHONUNBUFFERED", "1")
        environment.insert("PYTHONPATH", os.pathsep.join(filter(None, [str(places.PROJECT), environment.value("PYTHONPATH")])))
        self._process.setProcessEnvironment(environment)
        self._process.readyReadStandardOutput.connect(self._read_events)
        self._process.readyReadStandardError.connect(self._read_errors)
        self._process.finished.connect(self._on_finished)
        self._process.errorOccurred.connect(self._on_error)

    def start(self) -> None:
        self.running = True
        self._process.start()

    def cancel(self) -> None:
        self.stopping = True
        if self.over:
            return
        try:
            self._stop_file.parent.mkdir(parents=True, exist_ok=True)
            self._stop_file.touch()
        except OSError:
            self._process.terminate()  # the folder can't be written: the child is asked by a signal instead
        QTimer.singleShot(KILL_AFTER_MS, self, self._terminate)

    def wait(self) -> None:
        self._process.waitForFinished(-1)

    def _terminate(self) -> None:
        if not self.over:
            self._process.terminate()
            QTimer.singleShot(KILL_AFTER_MS, self, self._kill)

    def _kill(self) -> None:
        if not self.over:
            self._process.kill()

    def _read_events(self) -> None:
        self._rest += bytes(self._process.readAllStandardOutput().data())
        *lines, self._rest = self._rest.split(b"\n")
        for line in lines:
            if line.startswith(b"{"):
                try:
                    self._say(events.from_line(line.decode("utf-8")))
                except (DataError, UnicodeDecodeError):
                    continue  # another program's JSON on the same stream

    def _read_errors(self) -> None:
        self._errors = (self._errors + bytes(self._process.readAllStandardError().data()))[-20_000:]

    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._say(events.Failed(f"{sys.executable} can't be started; check the installation with `python main.py doctor`"))
            self._end()

    def _on_finished(self, code: int, status: QProcess.ExitStatus) -> None:
        self._read_events()
        self._read_errors()
        crashed = status == QProcess.ExitStatus.CrashExit
        if (code or crashed) and not self.stopping and self.failure is None:
            self._say(events.Failed(_why_it_died(self._errors, code, crashed), self._errors.decode("utf-8", "replace")))
        self._end()


class Jobs(QObject):
    """What is going on. Keeps jobs alive while they run."""

    started = Signal(object)
    ended = Signal(object)
    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._running: list[Job] = []

    @property
    def running(self) -> tuple[Job, ...]:
        return tuple(self._running)

    def run(self, job: Job) -> Job:
        """Starts `job` and lists it until it ends."""
        job.setParent(self)
        self._running.append(job)
        job.ended.connect(lambda: self._on_ended(job))
        job.start()
        self.started.emit(job)
        self.changed.emit()
        return job

    def cancel_all(self) -> None:
        """Asks every job to end; `changed` fires as they do."""
        for job in self.running:
            job.cancel()

    def wait(self) -> None:
        """Blocks until the work of all jobs is over: the end of the program."""
        for job in self.running:
            job.wait()

    def _on_ended(self, job: Job) -> None:
        if job in self._running:
            self._running.remove(job)
            self.ended.emit(job)
            self.changed.emit()
            job.deleteLater()


class _Drain(QThread):
    produced = Signal(object)

    def __init__(self, work: Work, should_stop: events.ShouldStop, parent: QObject) -> None:
        super().__init__(parent)
        self._work, self._should_stop = work, should_stop

    def run(self) -> None:
        try:
            for event in self._work(self._should_stop):
                self.produced.emit(event)
        except RoadscopeError as error:
            self.produced.emit(events.Failed(str(error), traceback.format_exc()))
        except MemoryError:
            self.produced.emit(events.Failed("the memory is used up; close other programs or choose smaller frames", traceback.format_exc()))
        except Exception as error:  # a bug: said as one, with its traceback for the report
            self.produced.emit(events.Failed(f"{type(error).__name__}: {error}", traceback.format_exc()))


def _why_it_died(errors: bytes, code: int, crashed: bool) -> str:
    lines = [line.strip() for line in errors.decode("utf-8", "replace").splitlines() if line.strip()]
    if crashed:
        return "the process ended without a word, mostly because memory ran out; choose a smaller batch or smaller frames"
    told = next((line.partition("roadscope: ")[2] for line in reversed(lines) if "roadscope: " in line), "")
    if told:
        return told  # of several processes, which leave much else behind
    return lines[-1] if lines else f"the process ended with code {code} and said nothing; start it from a terminal to see more"
