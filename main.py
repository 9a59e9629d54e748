"""Roadscope: without a verb the window, with one the command line."""

from __future__ import annotations

import sys


def main(arguments: list[str] | None = None) -> int:
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments and not arguments[0].startswith("-") or arguments[:1] in (["-h"], ["--help"]):
        from engine.verbs import run

        return run(arguments)
    from gui.app import main as window

    return window(arguments)


if __name__ == "__main__":
    sys.exit(main())
