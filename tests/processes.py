"""Processes that are forked from one that has imported torch: importing it anew would take each of them many seconds."""

from __future__ import annotations

import importlib
import json
import os
import socket
import subprocess
import sys
import traceback
from collections.abc import Iterator, Sequence
from typing import NoReturn

from engine import places


class Forks:
    """Calls functions in processes of their own, alone or several that join one group as torchrun's do."""

    def __init__(self) -> None:
        environment = {**os.environ, "PYTHONPATH": str(places.PROJECT), "OMP_NUM_THREADS": "1"}
        self._server = subprocess.Popen(
            [sys.executable, "-c", "from tests.processes import serve; serve()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        self.pids: list[int] = []
        """Of those that were started last."""
        self.codes: list[int] = []
        """The exit codes they ended with; -9 where one was killed."""

    def call(self, function: str, *arguments: object, count: int = 1) -> Iterator[str]:
        """What the processes print, line by line until they end, while each calls `function` (`module:name`) with plain `arguments`."""
        assert self._server.stdin is not None and self._server.stdout is not None
        home = {name: value for name, value in os.environ.items() if name.startswith("ROADSCOPE_")}
        print(json.dumps([function, arguments, count, home]), file=self._server.stdin, flush=True)
        self.pids = json.loads(self._server.stdout.readline())
        for line in self._server.stdout:
            if line.startswith("ended "):
                self.codes = json.loads(line.removeprefix("ended "))
                return
            if line.strip():
                yield line
        raise AssertionError("the process that forks has died")

    def close(self) -> None:
        """Ends the one they are forked from."""
        self._server.communicate()


def serve() -> None:
    """Forks as standard input asks for it, until that ends."""
    import engine.training.loop  # noqa: F401
    import engine.verbs.train  # noqa: F401

    for line in sys.stdin:
        function, arguments, count, home = json.loads(line)
        wait, go = os.pipe()
        environments = [home | environment for environment in _group(count)]
        pids = [os.fork() or _child(wait, function, arguments, environment) for environment in environments]
        print(json.dumps(pids), flush=True)
        os.write(go, b"." * count)
        codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]
        print(f"\nended {json.dumps(codes)}", flush=True)
        os.close(wait)
        os.close(go)


def _group(count: int) -> list[dict[str, str]]:
    """What torchrun says to each of the processes on one machine; nothing to one that is alone."""
    if count == 1:
        return [{}]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        meet = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free.getsockname()[1]), "WORLD_SIZE": str(count), "LOCAL_WORLD_SIZE": str(count)}
    return [meet | {"RANK": str(rank), "LOCAL_RANK": str(rank)} for rank in range(count)]


def _child(wait: int, function: str, arguments: Sequence[object], environment: dict[str, str]) -> NoReturn:
    code = 1
    try:
        os.read(wait, 1)
        os.environ.update(environment)
        module, _, name = function.partition(":")
        code = getattr(importlib.import_module(module), name)(*arguments) or 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)
