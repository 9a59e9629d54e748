"""Files appear whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from engine import atomic
from engine.errors import OutputError


def test_a_file_is_replaced_in_one_step(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "a.txt"
    atomic.write_text(path, "first")
    atomic.write_text(path, "zweiter Straßenzug")
    assert path.read_text(encoding="utf-8") == "zweiter Straßenzug"
    assert [one.name for one in path.parent.iterdir()] == ["a.txt"]


def test_a_writer_that_fails_leaves_the_old_content_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    atomic.write_text(path, "old")
    with pytest.raises(ZeroDivisionError), atomic.replacing(path) as temporary:
        temporary.write_text("half")
        raise ZeroDivisionError
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


def test_the_temporary_name_keeps_the_suffix(tmp_path: Path) -> None:
    with atomic.replacing(tmp_path / "movie.mp4") as temporary:
        assert temporary.suffix == ".mp4" and temporary.parent == tmp_path


def test_a_written_file_may_be_read_by_those_whom_the_umask_allows(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        atomic.write_text(tmp_path / "a.txt", "x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == 0o644


def test_a_file_in_the_place_of_the_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("I am a file")
    with pytest.raises(OutputError, match="a.txt can't be written: a file stands where a folder is needed; choose another folder"):
        atomic.write_text(tmp_path / "out" / "a.txt", "x")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_one_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(OutputError, match="may not be written; choose another folder"):
            atomic.write_text(tmp_path / "a.txt", "x")
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.parametrize(("number", "cure"), [(errno.ENOSPC, "the disk is full; free some space"), (errno.EROFS, "read-only disk; choose another")])
def test_a_disk_that_is_full_or_read_only_is_one_sentence_and_leaves_nothing(tmp_path: Path, number: int, cure: str) -> None:
    path = tmp_path / "a.txt"
    with pytest.raises(OutputError, match=cure) as raised, atomic.replacing(path) as temporary:
        temporary.write_text("half")
        raise OSError(number, os.strerror(number))
    assert str(path) in str(raised.value) and not list(tmp_path.iterdir())


def test_what_is_no_refusal_to_write_stays_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), atomic.replacing(tmp_path / "a.txt"):
        raise FileNotFoundError(errno.ENOENT, "something else is missing")


def test_several_files_are_replaced_together(tmp_path: Path) -> None:
    paths = [tmp_path / "a.txt", tmp_path / "new" / "b.txt"]
    atomic.write_text(paths[0], "old")
    atomic.write_all({path: path.name.encode() for path in paths})
    assert [path.read_text() for path in paths] == ["a.txt", "b.txt"]
    assert {one.name for one in tmp_path.rglob("*")} == {"a.txt", "new", "b.txt"}


@pytest.mark.parametrize("blocked", ["a folder in its place", "a file in the place of its folder"])
def test_of_several_files_none_is_changed_where_one_cannot_be(tmp_path: Path, blocked: str) -> None:
    old, fresh, last = tmp_path / "old.txt", tmp_path / "new" / "deep" / "fresh.txt", tmp_path / "x" / "last.txt"
    atomic.write_text(old, "as it was")
    if blocked == "a folder in its place":
        last.mkdir(parents=True)
    else:
        last.parent.write_text("I am a file")
    before = {path for path in tmp_path.rglob("*")}
    with pytest.raises(OutputError, match="last.txt can't be written"):
        atomic.write_all({old: b"new", fresh: b"new", last: b"new"})
    assert old.read_text() == "as it was" and {path for path in tmp_path.rglob("*")} == before


def test_a_write_that_is_interrupted_between_two_files_changes_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [tmp_path / "a.txt", tmp_path / "b.txt"]
    atomic.write_text(paths[0], "as it was")
    really = os.replace

    def interrupted(source: Path, target: Path) -> None:
        if target == paths[1]:
            raise KeyboardInterrupt
        really(source, target)

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        atomic.write_all({path: b"new" for path in paths})
    assert paths[0].read_text() == "as it was" and list(tmp_path.iterdir()) == [paths[0]]
