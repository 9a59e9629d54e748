"""The command line: one file a verb. The only part of the engine that prints.

A verb's module has `HELP` (one line), `arguments(parser)` and `run(arguments, terminal) -> exit code`; what it needs beyond
that it imports inside `run`, so that `--help` is instant.

Exit codes: 0 done, 1 failed with one sentence on standard error, 2 usage, 130 interrupted with what was saved.
"""

from __future__ import annotations

import argparse
import os
import sys
import traceback

from engine import catalogue
from engine.errors import RoadscopeError

_ABOUT = "Roadscope, a studio for street scenes. Without a verb it opens its window (--open PATH, --page NAME)."
_FIRST_STEPS = """first steps:
  python main.py doctor                      what works on this machine
  python main.py demo                        the whole job on a made-up street, in a few minutes
  python main.py inspect FOLDER              what a folder holds, and what is wrong with it
  python main.py train configs/street_demo.yaml --set data.root=FOLDER
"""


def run(argv: list[str]) -> int:
    """Runs the verb that `argv` names; what goes wrong is one sentence on standard error."""
    from engine.verbs._terminal import Interrupted, Terminal

    arguments = _parser().parse_args(argv)
    terminal = Terminal(json_lines=getattr(arguments, "json", None) is True)
    try:
        with terminal:
            return int(catalogue.load(sys.modules[__name__], arguments.verb).run(arguments, terminal))
    except Interrupted as kept:
        print(f"Interrupted. {kept}".strip(), file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader left: nothing more to say, nothing to flush
        return 0
    except RoadscopeError as error:
        _tell(str(error))
        return 1
    except Exception as error:  # the last line of defence: whatever escapes is a bug, and is told as one
        _tell(f"Roadscope itself failed ({type(error).__name__}: {error}); run again with ROADSCOPE_TRACEBACK=1 and report what it prints")
        return 1


def _tell(sentence: str) -> None:
    if os.environ.get("ROADSCOPE_TRACEBACK"):
        traceback.print_exc()
    print(f"roadscope: {sentence}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    package = sys.modules[__name__]
    parser = argparse.ArgumentParser(
        prog="python main.py", description=_ABOUT, epilog=_FIRST_STEPS, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for name in catalogue.names(package):
        verb = catalogue.load(package, name)
        verb.arguments(verbs.add_parser(name, help=verb.HELP, description=verb.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter))
    return parser
