"""Run folders: naming, listing, histories that were cut by a crash."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import events, runs
from engine.errors import DataError
from engine.runs import Run


def test_two_runs_of_one_second_have_two_folders(tmp_path: Path) -> None:
    made = [runs.new(tmp_path / "runs", "fpn") for _ in range(5)]
    assert len({run.path for run in made}) == 5 and all(run.path.is_dir() and "_fpn" in run.name for run in made)


def test_runs_are_listed_newest_first_and_only_with_a_history(tmp_path: Path) -> None:
    for name in ("2026-01-01_a", "2026-02-01_b", "2025-12-01_c"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "events.jsonl").touch()
    (tmp_path / "2027-01-01_empty").mkdir()
    assert [run.name for run in runs.listed(tmp_path)] == ["2026-02-01_b", "2026-01-01_a", "2025-12-01_c"]
    assert runs.listed(tmp_path / "nowhere") == []


def test_a_history_cut_in_its_last_line_is_read_up_to_there_and_followed_on(tmp_path: Path) -> None:
    run = Run(tmp_path)
    first, second = events.to_line(events.Message("ä one")), events.to_line(events.Message("two"))
    run.events.write_text(f"{first}\n{second[:10]}", encoding="utf-8")
    said, offset = run.follow(0)
    assert said == [events.Message("ä one")] == run.history()
    run.events.write_text(f"{first}\n{second}\n", encoding="utf-8")
    assert run.follow(offset)[0] == [events.Message("two")]


def test_a_damaged_line_in_the_middle_does_not_hide_the_rest(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.events.write_bytes(b'{"kind": "Mess\xff\n' + events.to_line(events.Message("later")).encode() + b"\n")
    assert run.history() == [events.Message("later")]


def test_a_run_without_a_history_has_said_nothing(tmp_path: Path) -> None:
    assert Run(tmp_path).history() == []


def test_a_run_is_resumable_with_both_of_its_files(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.last.touch()
    assert not run.resumable
    run.state.touch()
    assert run.resumable


def test_a_run_nobody_trains_is_not_alive(tmp_path: Path) -> None:
    assert not Run(tmp_path).alive


def test_a_run_folder_stands_for_its_best_checkpoint_else_its_last(tmp_path: Path) -> None:
    run = Run(tmp_path)
    with pytest.raises(DataError, match="holds no checkpoint yet"):
        runs.checkpoint(tmp_path)
    run.last.touch()
    assert runs.checkpoint(tmp_path) == run.last
    run.best.touch()
    assert runs.checkpoint(tmp_path) == run.best == runs.checkpoint(run.best)
    with pytest.raises(DataError, match="doesn't exist"):
        runs.checkpoint(tmp_path / "nowhere.safetensors")
