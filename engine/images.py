"""Reading and writing pictures and masks: RGB in memory, whatever the file says."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine import atomic
from engine.errors import DataError

cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # a damaged picture is told once, in the words of a DataError
SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp", ".ppm"})
_PNG, _PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"


def read_rgb(path: Path) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 RGB. Raises DataError."""
    picture = _decode(path, cv2.IMREAD_COLOR)
    return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)


def read_reduced(path: Path, longest: int) -> NDArray[np.uint8]:
    """(h, w, 3) uint8 RGB whose longer side is at most `longest`; JPEG is decoded at a fraction of its size."""
    picture = _decode(path, cv2.IMREAD_REDUCED_COLOR_4 if path.suffix.lower() in (".jpg", ".jpeg") and longest <= 256 else cv2.IMREAD_COLOR)
    height, width = picture.shape[:2]
    factor = min(1.0, longest / max(height, width))
    if factor < 1:
        picture = cv2.resize(picture, (max(1, round(width * factor)), max(1, round(height * factor))), interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)


def read_ids(path: Path) -> NDArray[np.integer]:
    """(H, W) as stored, 8 or 16 bits; a palette image gives its indices. Raises DataError where the picture is coloured."""
    stored = _grey_png(path)
    if stored is None:
        stored = _palette_indices(path)
    picture: NDArray[np.integer] = _decode(path, cv2.IMREAD_UNCHANGED) if stored is None else stored
    if picture.ndim != 2:
        raise DataError(f"{path} is a coloured picture where a mask of ids is needed; give the colours a palette file or export ids")
    return picture


def write_png(path: Path, picture: NDArray[np.integer]) -> None:
    """(H, W) ids, 8 or 16 bits, or (H, W, 3) uint8 RGB or (H, W, 4) RGBA, in one step. Raises OutputError."""
    atomic.write_bytes(path, png(picture))


def png(picture: NDArray[np.integer]) -> bytes:
    """What a PNG file of (H, W) ids, 8 or 16 bits, or of (H, W, 3) uint8 RGB or (H, W, 4) RGBA holds."""
    order = {3: cv2.COLOR_RGB2BGR, 4: cv2.COLOR_RGBA2BGRA}
    stored = cv2.cvtColor(picture, order[picture.shape[2]]) if picture.ndim == 3 else picture
    done, encoded = cv2.imencode(".png", stored, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    assert done
    return encoded.tobytes()


def size(path: Path) -> tuple[int, int]:
    """(height, width) read from the header alone. Raises DataError."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as picture:
            return picture.height, picture.width
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError) as error:
        raise DataError(f"{path} can't be read as a picture; it may be cut off: copy it again or leave it out") from error


def cut_off(path: Path) -> bool:
    """Whether a PNG or JPEG lacks its end, seen without decoding all of it. Raises DataError where it can't be opened."""
    ends = {".png": _PNG_END, ".jpg": b"\xff\xd9", ".jpeg": b"\xff\xd9"}
    end = ends.get(path.suffix.lower())
    if end is None:
        return False
    try:
        with path.open("rb") as stream:
            length = stream.seek(0, 2)
            stream.seek(max(0, length - 4096))
            tail = stream.read()
    except OSError as error:
        raise DataError(f"{path} can't be opened ({error.strerror}); check that it exists and may be read") from error
    return end not in tail and not _loads(path)


def _loads(path: Path) -> bool:
    """Whether a picture can be decoded to its end: some writers leave out or pad the end mark."""
    from PIL import Image

    try:
        with Image.open(path) as picture:
            picture.load()
    except (OSError, SyntaxError, ValueError):
        return False
    return True


def _grey_png(path: Path) -> NDArray[np.integer] | None:
    """A whole grey PNG of 8 or 16 bits, which FFmpeg decodes twice as fast as OpenCV; None for any other file and for a damaged one."""
    try:
        content = path.read_bytes()
    except OSError:
        return None  # `_decode` says what is wrong
    if content[:8] != _PNG or content[24:26] not in (b"\x08\0", b"\x10\0") or _PNG_END not in content[-64:]:
        return None
    import av  # takes a tenth of a second: not before a mask is read

    decoder = av.CodecContext.create("png", "r")
    decoder.thread_count = 1
    decoder.options = {"err_detect": "crccheck+bitstream+buffer+explode"}  # never a guess at what a damaged file held
    try:
        frames = decoder.decode(av.Packet(content))
    except av.error.FFmpegError:
        return None
    if len(frames) != 1 or frames[0].format.name not in ("gray", "gray16be"):  # there is a transparent id, for one
        return None
    plane, deep = frames[0].planes[0], frames[0].format.name == "gray16be"
    rows = np.frombuffer(plane, ">u2" if deep else np.uint8).reshape(plane.height, -1)[:, : plane.width]  # type: ignore[call-overload]
    return rows.astype(np.uint16 if deep else np.uint8)


def _decode(path: Path, how: int) -> NDArray[np.integer]:
    try:
        content = np.fromfile(path, np.uint8)
    except OSError as error:
        raise DataError(f"{path} can't be opened ({error.strerror}); check that it exists and may be read") from error
    picture = cv2.imdecode(content, how) if content.size else None
    if picture is None:
        raise DataError(f"{path} can't be read as a picture; it may be cut off: copy it again or leave it out")
    return picture


def _palette_indices(path: Path) -> NDArray[np.uint8] | None:
    """Indices of a PNG with a palette, which OpenCV would turn to colours; None for any other file."""
    try:
        with path.open("rb") as stream:
            head = stream.read(26)
    except OSError:
        return None  # `_decode` says what is wrong
    if len(head) < 26 or head[:8] != _PNG or head[25] != 3:
        return None
    from PIL import Image

    try:
        with Image.open(path) as picture:
            return np.array(picture)
    except (OSError, SyntaxError, ValueError) as error:
        raise DataError(f"{path} can't be read as a picture; it may be cut off: copy it again or leave it out") from error
