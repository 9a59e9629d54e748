"""Runs every measurement, one after the other, each in a process of its own: `make bench`, or `python tests/bench/run.py training lidar`."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main(wanted: list[str]) -> int:
    known = {path.stem.removeprefix("bench_"): path for path in sorted(HERE.glob("bench_*.py"))}
    if unknown := [name for name in wanted if name not in known]:
        print(f"there is no measurement {unknown[0]!r}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    failed = []
    for name in wanted or list(known):
        print(f"\n== {name}: {(known[name].read_text(encoding='utf-8').split(chr(34) * 3)[1].splitlines() or [''])[0]}", flush=True)
        start = time.perf_counter()
        if subprocess.run([sys.executable, str(known[name])], cwd=HERE.parents[1], check=False).returncode:
            failed.append(name)
        print(f"   ({time.perf_counter() - start:.0f} s)", flush=True)
    if failed:
        print(f"\nfailed: {', '.join(failed)}", file=sys.stderr)
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
