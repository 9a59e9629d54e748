"""Any video FFmpeg can decode, to the frame: frame n is the same whether it is reached by playing or by a jump."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict, deque
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.drives import _video_index
from engine.drives._video_index import VideoIndex
from engine.drives.drive import Frame, Pose
from engine.errors import DataError
from engine.labels import LabelSpace, Mask
from engine.lidar.calibration import Calibration
from engine.lidar.scan import Scan
from engine.sample import Image

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

KIND = "video"
SUFFIXES = frozenset(".mp4 .m4v .mov .mkv .webm .avi .mpg .mpeg .ts .m2ts .mts .wmv .flv .ogv .3gp .gif .mjpeg .mjpg .h264 .264 .hevc .h265 .y4m".split())
CACHE_BYTES = 128 << 20
"""Decoded frames kept, as the decoder gives them (1.5 bytes a pixel): stepping back needs those before the current one."""
KEPT_BEFORE = 32
"""After a jump so many frames before the one asked for are decoded in full, even where they could be skipped."""
SEEK_COST = 8
"""A jump costs about as much as decoding so many frames."""
_SKIPPABLE = frozenset({"h264", "mpeg4", "mpeg2video"})
"""Codecs in which frames that no other refers to can be left out without changing another."""


def below(path: Path) -> tuple[Path, ...]:
    """`path` itself where it is a file that looks like a video; files of other endings are asked."""
    if not path.is_file():
        return ()
    if path.suffix.lower() not in SUFFIXES:
        try:
            _video_index.open_container(path)[0].close()
        except DataError:
            return ()
    return (path,)


def open(path: Path, at: Path | None = None) -> VideoDrive:
    """Raises DataError where the file is no video, is damaged before its first frame, or holds sound alone."""
    return VideoDrive(path)


class VideoDrive:
    """A video file as a drive: images alone, no truth."""

    kind = KIND
    space: LabelSpace | None = None
    has_images, has_scans = True, False

    def __init__(self, path: Path) -> None:
        index = _video_index.read(path)
        self.name, self.path = path.name, path
        self.size, self.fps, self.notes = index.size, index.rate, index.notes
        self.frames = tuple(Frame(number, time) for number, time in enumerate(index.seconds.tolist()))
        self._decoder = _Decoder(path, index)
        self._lock = threading.RLock()

    def image(self, index: int) -> Image:
        if not 0 <= index < len(self.frames):
            raise DataError(f"{self.name} has the frames 0 … {len(self.frames) - 1}, not {index}")
        with self._lock:
            frame = self._decoder.frame(index)
        picture: Image = frame.to_ndarray(format="rgb24").astype(np.uint8, copy=False)
        if frame.rotation:
            picture = np.ascontiguousarray(np.rot90(picture, round(frame.rotation / 90)))
        return picture

    def scan(self, index: int) -> Scan | None:
        return None

    def calibration(self, index: int) -> Calibration | None:
        return None

    def pose(self, index: int) -> Pose | None:
        return None

    def truth(self, index: int) -> Mask | None:
        return None

    def close(self) -> None:
        with self._lock:
            self._decoder.close()


class _Decoder:
    """Decodes forward from where it stands, or from the last key frame before what is asked; keeps what it saw last."""

    def __init__(self, path: Path, index: VideoIndex) -> None:
        self._path, self._index = path, index
        self._key_numbers = np.searchsorted(index.pts, index.key_pts)
        height, width = index.size
        self._capacity = max(4, int(CACHE_BYTES / (height * width * 1.5)))
        self._kept: OrderedDict[int, VideoFrame] = OrderedDict()
        self._container: Any = None
        self._stream: Any = None
        self._packets: Iterator[Any] = iter(())
        self._ready: deque[tuple[int, VideoFrame]] = deque()
        self._position = -1
        self._after_key = 0
        self._skippable = False
        self.seeks = 0

    def frame(self, number: int) -> VideoFrame:
        """Raises DataError where nothing can be decoded there."""
        if number in self._kept:
            self._kept.move_to_end(number)
            return self._kept[number]
        key = self._key_before(number)
        cost_of_jump = number - int(self._key_numbers[key]) + SEEK_COST
        if self._container is None or self._position >= number or number - self._position > cost_of_jump:
            self._jump(key)
        return self._decode_to(number)

    def close(self) -> None:
        if self._container is not None:
            self._container.close()
        self._container = self._stream = None
        self._packets = iter(())
        self._ready.clear()
        self._kept.clear()

    def _key_before(self, number: int) -> int:
        return max(0, int(np.searchsorted(self._key_numbers, number, side="right")) - 1)

    def _jump(self, key: int) -> None:
        """Stands before the key frame `key`, checked at the packets that come out; an earlier one where the file can't do it."""
        self.seeks += 1
        pts, dts = self._index.key_pts, self._index.key_dts
        targets = [] if self._index.counted else [int(pts[key]), int(dts[key]), *(int(dts[earlier]) for earlier in range(key - 1, -1, -1)[:3])]
        for target in targets:
            if self._begin(target, at_most=int(pts[key])):
                return
        self._reopen()

    def _begin(self, target: int, *, at_most: int) -> bool:
        import av

        if self._container is None:
            self._reopen()
        try:
            self._container.seek(target, stream=self._stream)
            packets = self._container.demux(self._stream)
            first = next(packet for packet in packets if packet.size and packet.is_keyframe)
        except (av.error.FFmpegError, StopIteration):
            return False
        if first.pts is None or first.pts > at_most or first.pts not in self._index.key_pts:
            return False  # times that are no key frame's were guessed by the demuxer, from the middle of a pack
        self._stand(int(np.searchsorted(self._index.pts, first.pts)), _chained(first, packets))
        return True

    def _reopen(self) -> None:
        if self._container is not None:
            self._container.close()
        self._container, self._stream = _video_index.open_container(self._path)
        self._stream.codec_context.thread_count = os.cpu_count() or 1
        self._skippable = self._stream.codec_context.name in _SKIPPABLE and not self._index.counted
        self._stand(0, self._container.demux(self._stream))

    def _stand(self, number: int, packets: Iterator[Any]) -> None:
        self._packets = packets
        self._ready.clear()
        self._position = number - 1
        self._after_key = number

    def _decode_to(self, number: int) -> VideoFrame:
        nearest: VideoFrame | None = self._kept.get(self._position)
        while self._position < number:
            if not self._ready and not self._feed(number):
                break
            if not self._ready:
                continue
            found, frame = self._ready.popleft()
            if found < self._after_key:
                continue  # shown before the key frame that decoding began at, so it may lean on what was not decoded
            if found > number and nearest is not None:
                self._ready.appendleft((found, frame))
                break
            nearest, self._position = frame, found
            self._keep(found, frame)
        if nearest is None:
            raise DataError(f"frame {number} of {self._path.name} can't be decoded; the file is damaged there: copy it again")
        return nearest

    def _feed(self, number: int) -> bool:
        """Decodes one more packet; False at the end of the file."""
        import av

        try:
            packet = next(self._packets)
        except (StopIteration, av.error.FFmpegError):
            return False
        if packet.is_corrupt and packet.pts is not None and packet.pts > self._index.pts[-1]:
            return True  # cut off: a decoder of several threads would lose whole frames over it
        context = self._stream.codec_context
        if self._skippable:
            far = packet.pts is not None and packet.pts < self._index.pts[max(0, number - min(KEPT_BEFORE, self._capacity // 2))]
            context.skip_frame = "NONREF" if far else "DEFAULT"
        try:
            frames = packet.decode()
        except av.error.EOFError:
            return False
        except av.error.FFmpegError:
            return True  # a damaged packet; what follows may be whole
        for frame in frames:
            self._ready.append((self._number_of(frame), frame))
        return True

    def _number_of(self, frame: VideoFrame) -> int:
        if self._index.counted or frame.pts is None:
            before = self._ready[-1][0] if self._ready else self._position
            return before + 1
        return int(np.searchsorted(self._index.pts, frame.pts))

    def _keep(self, number: int, frame: VideoFrame) -> None:
        self._kept[number] = frame
        self._kept.move_to_end(number)
        while len(self._kept) > self._capacity:
            self._kept.popitem(last=False)


def _chained(first: Any, rest: Iterator[Any]) -> Iterator[Any]:
    yield first
    yield from rest
