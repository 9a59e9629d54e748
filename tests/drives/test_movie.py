"""Movies: H.264 that plays everywhere, whole or not at all."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from engine.drives import movie
from engine.drives.movie import MovieWriter
from engine.errors import OutputError

ROOT = Path(__file__).resolve().parents[2]


def pictures(count: int = 10, size: tuple[int, int] = (50, 80)) -> list[np.ndarray]:
    return [np.full((*size, 3), (200, 25 * number, 40), np.uint8) for number in range(count)]


def write(path: Path, shown: list[np.ndarray], fps: float = 12.5, codec: str = "") -> Path:
    with MovieWriter(path, fps=fps, codec=codec) as writer:
        for picture in shown:
            writer.add(picture)
    return path


def test_a_movie_has_the_frames_the_rate_and_the_colours_it_was_given(tmp_path: Path) -> None:
    with av.open(str(write(tmp_path / "a.mp4", pictures()))) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt, stream.average_rate, stream.frames) == ("h264", "yuv420p", 12.5, 10)
        decoded = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    for picture, shown in zip(decoded, pictures()):
        np.testing.assert_allclose(picture.mean(axis=(0, 1)), shown[0, 0], atol=5)


def test_the_table_of_contents_stands_in_front(tmp_path: Path) -> None:
    content = write(tmp_path / "a.mp4", pictures()).read_bytes()
    assert content.find(b"moov") < content.find(b"mdat")


def test_odd_sizes_are_made_even(tmp_path: Path) -> None:
    with av.open(str(write(tmp_path / "a.mp4", pictures(2, (51, 79))))) as container:
        assert (container.streams.video[0].height, container.streams.video[0].width) == (52, 80)


def test_without_h264_the_movie_is_mpeg4(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(movie, "ENCODERS", ("no_such_encoder", "mpeg4"))
    assert movie.encoder() == "mpeg4"
    with av.open(str(write(tmp_path / "a.mp4", pictures()))) as container:
        assert container.streams.video[0].codec_context.name == "mpeg4"


def test_a_movie_that_fails_in_the_middle_leaves_nothing_and_the_old_one_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"the old one")
    with pytest.raises(KeyError), MovieWriter(path, fps=10) as writer:
        writer.add(pictures()[0])
        raise KeyError
    assert path.read_bytes() == b"the old one" and list(tmp_path.iterdir()) == [path]


def test_a_movie_without_a_picture_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="without a picture"):
        write(tmp_path / "a.mp4", [])
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_no_movies_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"name it a\.mp4"):
        MovieWriter(tmp_path / "a.png", fps=10)


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"a\.mp4 can't be written: a file stands where a folder is needed"):
        write(tmp_path / "file" / "a.mp4", pictures(1))


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="needs a limit on the size of files, as on Linux")
def test_a_full_disk_is_one_sentence_and_leaves_no_half_movie(tmp_path: Path) -> None:
    code = """
import resource, signal, sys
import numpy as np
from pathlib import Path
from engine.drives.movie import MovieWriter
from engine.errors import OutputError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (60000, 60000))
random = np.random.default_rng(0)
try:
    with MovieWriter(Path(sys.argv[1]), fps=10) as writer:
        for _ in range(60):
            writer.add(random.integers(0, 255, (120, 160, 3), np.uint8))
except OutputError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "a.mp4")], capture_output=True, text=True, cwd=ROOT, check=True)
    assert "a.mp4 can't be written" in done.stdout and done.stdout.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
