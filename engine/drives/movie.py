"""Writing H.264 movies that play everywhere: MP4, 4:2:0, even sizes, the table of contents in front."""

from __future__ import annotations

from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import cv2
import numpy as np

from engine import atomic
from engine.errors import OutputError
from engine.sample import Image

SUFFIXES = (".mp4", ".m4v", ".mov", ".mkv")
ENCODERS = ("libx264", "libopenh264", "h264_videotoolbox", "h264_mf", "mpeg4")
"""In the order of preference; all but the last write H.264."""
_BT709 = 1
_OPTIONS = {"libx264": {"preset": "veryfast", "crf": "20"}, "mpeg4": {"qscale": "3"}}


def encoder() -> str:
    """The best encoder of this machine's FFmpeg. Raises OutputError where there is none."""
    import av

    for name in ENCODERS:
        if name in av.codecs_available:
            try:
                av.codec.Codec(name, "w")
            except (av.error.FFmpegError, ValueError):
                continue
            return name
    raise OutputError("this machine's PyAV has no encoder for movies; reinstall it with: pip install --force-reinstall av")


class MovieWriter:
    """Pictures in, a movie out when the `with` block ends well; nothing is left behind when it doesn't.

    with MovieWriter(path, fps=25) as movie:
        movie.add(picture)
    """

    def __init__(self, path: Path, *, fps: float, codec: str = "") -> None:
        """Raises OutputError for an ending that is no movie's, and within the block where `path` can't be written."""
        self.path = Path(path)
        if self.path.suffix.lower() not in SUFFIXES:
            raise OutputError(f"{path} must end in {', '.join(SUFFIXES)} to become a movie; name it {self.path.stem or 'movie'}.mp4")
        if self.path.is_dir():
            raise OutputError(f"{path} is a folder; give the movie another name")
        self.codec = codec or encoder()
        self.count = 0
        self._rate = Fraction(fps if fps > 0 else 25).limit_denominator(1001)
        self._undo = ExitStack()
        self._container: Any = None
        self._stream: Any = None
        self._size = (0, 0)

    def __enter__(self) -> MovieWriter:
        import av

        temporary = self._undo.enter_context(atomic.replacing(self.path))
        options = {"movflags": "faststart"} if self.path.suffix.lower() != ".mkv" else {}
        try:
            self._container = av.open(str(temporary), "w", options=options)
        except av.error.FFmpegError as error:
            self._undo.close()
            raise OutputError(f"{self.path} can't be written ({error.strerror}); choose another folder") from error
        return self

    def add(self, picture: Image) -> None:
        """(H, W, 3) uint8 RGB; the first one gives the size, an odd side is made even by repeating its border. Raises OutputError."""
        import av

        height, width = picture.shape[:2]
        if self._stream is None:
            self._begin(height + height % 2, width + width % 2)
        if (height + height % 2, width + width % 2) != self._size:
            picture = cv2.resize(picture, self._size[::-1], interpolation=cv2.INTER_AREA)
        elif (height, width) != self._size:
            picture = cv2.copyMakeBorder(picture, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
        frame = frame.reformat(format="yuv420p", dst_colorspace="ITU709")
        frame.pts, frame.time_base = self.count, 1 / self._rate
        self._mux(frame)
        self.count += 1

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        import av

        if error is None:
            try:
                if self._stream is None:
                    raise OutputError(f"{self.path} would be a movie without a picture; choose a drive with images")
                self._mux(None)
                self._container.close()
            except av.error.FFmpegError as late:
                error = OutputError(f"{self.path} can't be written to its end ({late.strerror}); free some space or choose another folder")
                error.__cause__ = late
            except OutputError as late:
                error = late
            if error is not None:
                self._abandon(error)
                raise error
            self._undo.close()
            return
        self._abandon(error)

    def _begin(self, height: int, width: int) -> None:
        self._size = (height, width)
        self._stream = self._container.add_stream(self.codec, rate=self._rate, options=_OPTIONS.get(self.codec, {}))
        self._stream.width, self._stream.height, self._stream.pix_fmt = width, height, "yuv420p"
        context = self._stream.codec_context
        context.colorspace = context.color_primaries = context.color_trc = context.color_range = _BT709  # 1 is limited range as well
        if self.codec not in _OPTIONS:
            context.bit_rate = int(width * height * float(self._rate) * 0.12)

    def _mux(self, frame: Any) -> None:
        import av

        try:
            self._container.mux(self._stream.encode(frame))
        except av.error.FFmpegError as error:
            raise OutputError(f"{self.path} can't be written further ({error.strerror}); free some space or choose another folder") from error

    def _abandon(self, error: BaseException) -> None:
        import av

        try:
            self._container.close()
        except (av.error.FFmpegError, OSError):
            pass  # the file is thrown away
        self._undo.__exit__(type(error), error, error.__traceback__)
