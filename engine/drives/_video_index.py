"""Which frames a video has and where they can be decoded from: made once by reading its packets, without decoding them.

Seeking by time alone misses frames in files with B-frames and variable frame rates (opencv#9053, #26827); with the
presentation time of every frame at hand, frame n is the n-th of them.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine import atomic, places
from engine.errors import DataError, OutputError

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

VERSION = 3
_STILLS = ("image2", "_pipe", "tty")
"""Demuxers of FFmpeg that take pictures, or any text, for a video."""


@dataclass(frozen=True, slots=True, eq=False)
class VideoIndex:
    """`pts` are (N,) int64, in the order of presentation; `key_pts` (K,) those a decoder can begin at.

    `counted` files do not tell their times: there pts are 0 … N-1 and decoding always begins at the start.
    """

    pts: NDArray[np.int64]
    key_pts: NDArray[np.int64]
    key_dts: NDArray[np.int64]
    seconds_per_tick: float
    rate: float
    size: tuple[int, int]
    counted: bool = False
    notes: tuple[str, ...] = ()

    @property
    def seconds(self) -> NDArray[np.float64]:
        """(N,) from the first frame."""
        return (self.pts - self.pts[0]) * self.seconds_per_tick


def read(path: Path) -> VideoIndex:
    """The index of a video: from the cache, or made and kept there. Raises DataError."""
    try:
        status = path.stat()
    except OSError as error:
        raise DataError(f"{path} can't be opened ({error.strerror}); check that it exists and may be read") from error
    key = hashlib.sha1(f"{VERSION}|{path.resolve()}|{status.st_mtime_ns}|{status.st_size}".encode()).hexdigest()
    kept = places.cache() / "videos" / f"{key}.npz"
    if (index := _kept(kept)) is None:
        index = make(path)
        try:
            _keep(kept, index)
        except (OutputError, OSError):
            pass  # without a cache the index is made again next time; the video plays all the same
    return index


def make(path: Path) -> VideoIndex:
    """Reads every packet of the video. Raises DataError."""
    with opened(path) as (container, stream):
        packets, whole = _packets(container, stream)
        if not packets:
            raise DataError(f"{path} holds no frame that can be read; it may be cut off: copy it again")
        first = _first_frame(path)
        counted = any(pts is None for pts, _, _ in packets)
        promised = int(stream.frames) or 0
        rate = float(stream.average_rate or stream.guessed_rate or 25)
        tick = float(stream.time_base or 1 / rate)
    if counted:
        pts = np.arange(_decodable(path), dtype=np.int64)
        keys = np.zeros((1, 2), np.int64)
        tick = 1 / rate
    else:
        pts = np.unique(np.array([one[0] for one in packets], np.int64))
        keys = np.array(sorted((one[0], one[0] if one[1] is None else one[1]) for one in packets if one[2]) or [(pts[0], pts[0])], np.int64)
        if not whole or len(pts) < promised:
            pts = _without_broken_end(path, pts, keys)
    if not len(pts):
        raise DataError(f"{path} holds no frame that can be decoded; copy it again, or convert it with ffmpeg")
    lacking = promised - len(pts)
    notes = (f"{path.name} is cut off: {len(pts)} of its {promised} frames can be played; copy it again for the rest",) if lacking > 0 else ()
    if not whole and not notes:
        notes = (f"{path.name} is damaged after frame {len(pts) - 1}; what comes before can be played",)
    return VideoIndex(pts, keys[:, 0].copy(), keys[:, 1].copy(), tick, _rate(pts, tick, rate), first, counted, notes)


@contextmanager
def opened(path: Path) -> Iterator[tuple[InputContainer, VideoStream]]:
    """The file and its first stream of moving pictures, closed afterwards. Raises DataError."""
    container, stream = open_container(path)
    try:
        yield container, stream
    finally:
        container.close()


def open_container(path: Path) -> tuple[InputContainer, VideoStream]:
    """Like `opened`, for those who close it themselves."""
    import av

    try:
        container = av.open(str(path), metadata_errors="ignore")
    except (av.error.FFmpegError, OSError) as error:
        raise DataError(f"{path} is no video that can be played: {_why(path, error)}") from error
    moving = [stream for stream in container.streams.video if not stream.disposition & av.stream.Disposition.attached_pic]
    if any(word in container.format.name for word in _STILLS):
        moving = []
    if not moving or not moving[0].codec_context:
        sounds = bool(container.streams.audio)
        container.close()
        raise DataError(f"{path} holds {'sound only' if sounds else 'no moving pictures'}; choose a file with a video track")
    moving[0].thread_type = "AUTO"
    return container, moving[0]


def _packets(container: InputContainer, stream: VideoStream) -> tuple[list[tuple[int | None, int | None, bool]], bool]:
    """(pts, dts, key) of every packet that is shown, and whether the file could be read to its end."""
    import av

    found: list[tuple[int | None, int | None, bool]] = []
    whole = True
    try:
        for packet in container.demux(stream):
            whole = whole and not packet.is_corrupt
            if packet.size and not packet.is_discard:
                found.append((packet.pts, packet.dts, packet.is_keyframe))
    except av.error.FFmpegError:
        whole = False
    return found, whole


def _first_frame(path: Path) -> tuple[int, int]:
    """(height, width) as shown: the header may lie, and a phone's film may lie on its side."""
    for frame in decoded(path):
        return (frame.width, frame.height) if frame.rotation % 180 else (frame.height, frame.width)
    raise DataError(f"{path} holds no frame that can be decoded; copy it again, or convert it with ffmpeg")


def decoded(path: Path, at: int | None = None) -> Iterator[Any]:
    """Every frame that can be decoded, from the start or from the key frame at the time `at`; damaged packets are left out."""
    import av

    with opened(path) as (container, stream):
        if at is not None:
            container.seek(int(at), stream=stream)
        packets = container.demux(stream)
        while True:
            try:
                packet = next(packets)
                frames = packet.decode()
            except StopIteration:
                return
            except av.error.EOFError:
                return
            except av.error.InvalidDataError:
                continue
            except av.error.FFmpegError:
                return
            yield from frames


def _decodable(path: Path) -> int:
    return sum(1 for _ in decoded(path))


def _without_broken_end(path: Path, pts: NDArray[np.int64], keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """Leaves out the frames after the last key frame that do not come out of the decoder."""
    for key, dts in keys[::-1]:
        shown = [frame.pts for frame in decoded(path, min(key, dts)) if frame.pts is not None and not frame.is_corrupt]
        if shown:
            return pts[pts <= max(shown)]
    return pts[:0]


def _rate(pts: NDArray[np.int64], tick: float, said: float) -> float:
    """Frames per second over the whole file; what its header says where there is but one frame."""
    return round((len(pts) - 1) / float((pts[-1] - pts[0]) * tick), 4) if len(pts) > 1 else said


def _why(path: Path, error: Exception) -> str:
    if not path.stat().st_size:
        return "it is empty; copy it again"
    with path.open("rb") as stream:
        head = stream.read(4096)
    if b"\0" not in head:
        try:
            head[:-4].decode("utf-8")
            return "it is a text file; choose another"
        except UnicodeDecodeError:
            pass
    if head[4:8] in (b"ftyp", b"mdat", b"free", b"wide"):
        return "its table of contents is missing, so it was cut off while it was recorded or copied; copy it again"
    return f"{getattr(error, 'strerror', None) or error}; convert it with ffmpeg or choose another".replace("\n", " ")


def _keep(kept: Path, index: VideoIndex) -> None:
    said = {"tick": index.seconds_per_tick, "rate": index.rate, "size": index.size, "counted": index.counted, "notes": index.notes}
    content = io.BytesIO()
    np.savez(content, pts=index.pts, key_pts=index.key_pts, key_dts=index.key_dts, said=np.array(json.dumps(said)))
    atomic.write_bytes(kept, content.getvalue())


def _kept(kept: Path) -> VideoIndex | None:
    try:
        with np.load(kept, allow_pickle=False) as stored:
            said = json.loads(str(stored["said"]))
            pts, key_pts, key_dts = stored["pts"], stored["key_pts"], stored["key_dts"]
            return VideoIndex(
                pts, key_pts, key_dts, float(said["tick"]), float(said["rate"]), tuple(said["size"]), bool(said["counted"]), tuple(said["notes"])
            )
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return None  # not made yet, or damaged: made again
