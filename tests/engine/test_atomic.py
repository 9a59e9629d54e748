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
