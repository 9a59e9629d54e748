"""Writing files so that a reader sees the old content or the new, never a half."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from engine.errors import OutputError

_CURES = {
    errno.ENOSPC: "the disk is full; free some space or choose another folder",
    errno.EDQUOT: "the disk quota is used up; free some space or choose another folder",
    errno.EFBIG: "it would grow beyond what this disk or user may hold; choose another folder",
    errno.EACCES: "it may not be written; choose another folder or change its permissions",
    errno.EPERM: "it may not be written; choose another folder or change its permissions",
    errno.EROFS: "it lies on a read-only disk; choose another folder",
    errno.ENOTDIR: "a file stands where a folder is needed; choose another folder",
    errno.EISDIR: "a folder stands where a file is needed; choose another name",
    errno.ENOENT: "its folder can't be made; choose another folder",
    errno.ENAMETOOLONG: "its name is too long; choose a shorter one",
    errno.EIO: "the disk reports a fault; choose another folder, on another disk",
    errno.EEXIST: "a file stands where a folder is needed; choose another folder",
}


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path beside `path` to write to; it takes the place of `path` when the block ends well, and is gone when not.

    The temporary name keeps the suffix of `path`, so that writers that choose a format by suffix work.
    Raises OutputError where the folder cannot be written.
    """
    path = Path(path)
    with told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.stem}.", suffix=path.suffix, dir=path.parent)
        os.close(handle)
    temporary = Path(name)
    try:
        with told(path, making=False):
            yield temporary
            with temporary.open("rb+") as stream:
                os.fsync(stream.fileno())
            os.chmod(temporary, 0o666 & ~_umask())  # at the end: some writers put a file of their own in its place
            os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Replaces `path` by `content` in one step."""
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def write_text(path: Path, content: str) -> None:
    """Replaces `path` by `content` as UTF-8 in one step."""
    write_bytes(path, content.encode("utf-8"))


def write_all(contents: Mapping[Path, bytes]) -> None:
    """Replaces all these files or none: each is whole on the disk before the first takes its place, and where one can't, the others are as before.

    Raises OutputError that names the file.
    """
    with ExitStack() as after, ExitStack() as undo:
        waiting = {Path(path): _waiting(Path(path), content, undo) for path, content in contents.items()}
        for path, temporary in waiting.items():
            with told(path, making=False):
                _keep_the_old(path, undo, after)
                os.replace(temporary, path)
        undo.pop_all()


def _waiting(path: Path, content: bytes, undo: ExitStack) -> Path:
    """A file beside `path` with the content; `undo` takes it away again, with the folders that were made for it."""
    with told(path):
        for folder in reversed([one for one in path.parents if not one.exists()]):
            folder.mkdir(exist_ok=True)
            undo.callback(_remove_empty, folder)
        handle, name = tempfile.mkstemp(prefix=f".{path.stem}.", suffix=path.suffix, dir=path.parent)
        undo.callback(Path(name).unlink, missing_ok=True)
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(handle)
        os.chmod(name, 0o666 & ~_umask())
    return Path(name)


def _keep_the_old(path: Path, undo: ExitStack, after: ExitStack) -> None:
    """`undo` brings back the file at `path`, or that there was none; `after` drops what is kept for it."""
    if not os.path.lexists(path):
        undo.callback(path.unlink, missing_ok=True)
        return
    kept = Path(tempfile.mkdtemp(prefix=f".{path.stem}.", dir=path.parent)) / path.name
    after.callback(shutil.rmtree, kept.parent)
    shutil.copy2(path, kept, follow_symlinks=False)
    undo.callback(os.replace, kept, path)


def _remove_empty(folder: Path) -> None:
    if not any(folder.iterdir()):
        folder.rmdir()


@contextmanager
def told(path: Path, *, making: bool = True) -> Iterator[None]:
    """Turns the operating system's refusal to write into an OutputError that names `path` and the cure.

    Something that isn't there is such a refusal only while folders are being made: `making`.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _CURES or (error.errno == errno.ENOENT and not making):
            raise
        raise OutputError(f"{path} can't be written: {_CURES[error.errno]}") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
