"""The command line as a person or a script meets it: a process, its exit code and what it prints."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine import catalogue, events, runs, verbs
from tests import doubles, layouts
from tests.e2e.conftest import Demonstrated

ROOT = Path(__file__).resolve().parents[2]


def roadscope(*arguments: object, timeout: float = 170) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(ROOT / "main.py"), *map(str, arguments)], capture_output=True, text=True, timeout=timeout, check=False)


def test_help_names_every_verb_with_a_line_of_help() -> None:
    shown = roadscope("--help")
    assert shown.returncode == 0
    for name in catalogue.names(verbs):
        assert re.search(rf"^    {name}\s", shown.stdout, re.MULTILINE) and catalogue.load(verbs, name).HELP.split()[0] in shown.stdout


@pytest.mark.parametrize("verb", catalogue.names(verbs))
def test_every_verb_explains_itself(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        verbs.run([verb, "--help"])
    assert left.value.code == 0 and f"main.py {verb}" in capsys.readouterr().out


def test_an_unknown_verb_is_a_usage_error_that_lists_the_known_ones() -> None:
    refused = roadscope("trian")
    assert refused.returncode == 2 and "train" in refused.stderr and "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["inspect", "nowhere"],
        ["train", "nowhere.yaml"],
        ["evaluate", "nowhere.safetensors", "--data", "nowhere"],
        ["predict", "nowhere.safetensors", "nowhere", "--out", "out"],
        ["movie", "nowhere.safetensors", "nowhere.mp4", "--out", "out.mp4"],
        ["fuse", "nowhere", "--out", "out", "--checkpoint", "nowhere.safetensors"],
        ["rasterise", "nowhere.json", "--out", "out.png"],
        ["draft", "nowhere", "--checkpoint", "nowhere.safetensors"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_what_is_not_there_is_one_sentence_and_leaves_nothing(arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    failed = roadscope(*arguments)
    assert failed.returncode == 1 and "nowhere" in failed.stderr and "Traceback" not in failed.stderr
    assert len(failed.stderr.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_what_is_missing_is_told_before_torch_is_imported(tmp_path: Path) -> None:
    checkpoint = doubles.tiny_checkpoint(tmp_path)
    calls = [[verb, str(path), *rest] for verb, rest in (("evaluate", ["--data", "nowhere"]), ("predict", ["nowhere", "--out", "out"]), ("movie", ["nowhere", "--out", "out.mp4"]))
             for path in (checkpoint, "nowhere.safetensors")]  # fmt: skip
    script = f"import sys; from engine import verbs; print([verbs.run(call) for call in {calls}], 'torch' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=170, check=False, cwd=ROOT)
    assert shown.stdout == f"{[1] * 6} False\n", shown.stderr


def test_the_whole_job_runs_on_a_tiny_street(demo: Demonstrated) -> None:
    """Writes, trains, evaluates, makes movie and clouds, and says where everything is."""
    assert demo.code == 0
    for path in ("street", "segmented.mp4", "scores.json", "clouds", "cloud.png"):
        assert (demo.out / path).exists() and f" {demo.out / path}\n" in demo.shown
    assert {path.name for path in (demo.out / "street").iterdir()} == {"drive", "cityscapes"}
    assert {path.suffix for path in (demo.out / "clouds").iterdir()} == {".label", ".ply", ".npz"}
    scores = json.loads((demo.out / "scores.json").read_text(encoding="utf-8"))
    assert list(scores["classes"]) == ["flat", "construction", "object", "nature", "sky", "human", "vehicle"]
    assert all(name in demo.shown for name in scores["classes"])


def test_ctrl_c_stops_training_with_a_run_that_resumes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Interrupted is 130, says what was kept, and `--resume` goes on from there to the end."""
    data = layouts.cityscapes(tmp_path / "data", cities=("aachen", "bonn", "cologne", "dresden"))
    arguments = ["train", str(ROOT / "configs" / "street_demo.yaml"), "--run", str(tmp_path / "run"), "--json"]
    for override in (f"data.root={data}", "max_minutes=0", "epochs=200", "batch=2", "threads=1", "data.size=[32,64]", "augment.crop=[0,0]", "model.encoder=mobilenet_v3_small"):
        arguments += ["--set", override]
    with subprocess.Popen([sys.executable, str(ROOT / "main.py"), *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if isinstance(events.from_line(line), events.StepDone):
                child.send_signal(signal.SIGINT)
                break
        _, said = child.communicate(timeout=120)
    assert child.returncode == 130 and "last.safetensors" in said and "Traceback" not in said
    stopped_at = max(event.step for event in runs.Run(tmp_path / "run").history() if isinstance(event, events.StepDone))
    capsys.readouterr()
    assert verbs.run([*arguments, "--resume", "--set", f"epochs={stopped_at // 2 + 1}"]) == 0
    said_last = [events.from_line(line) for line in capsys.readouterr().out.splitlines()]
    assert isinstance(said_last[-1], events.Finished) and min(event.step for event in said_last if isinstance(event, events.StepDone)) == stopped_at + 1
