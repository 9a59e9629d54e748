"""Frame-exact video: by number, whatever the file does with times and references."""

from __future__ import annotations

import random
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from engine.drives import open_drive, recognise
from engine.drives.video import VideoDrive
from engine.errors import DataError

COUNT = 90


def write_video(path: Path, *, count: int = COUNT, times: list[int] | None = None, codec: str = "libx264", options: dict[str, str] | None = None) -> Path:
    """A moving pattern whose frame number can be read from its picture: see `number_in`."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25, options=options or {})
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuvj420p" if codec == "mjpeg" else "yuv420p"
        tick = Fraction(1, 1000) if times else Fraction(1, 25)
        stream.codec_context.time_base = tick
        for number in range(count):
            frame = av.VideoFrame.from_ndarray(pattern(number), format="rgb24")
            frame.pts = times[number] if times else number
            frame.time_base = tick
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def pattern(number: int) -> np.ndarray:
    """Eight blocks, black or white: the number in binary, over moving noise that makes frames lean on each other."""
    noise = np.random.default_rng(7).integers(60, 190, (96, 160, 3), np.uint8)
    picture = np.roll(noise, 2 * number, axis=1)
    for bit in range(8):
        picture[:24, bit * 20 : bit * 20 + 20] = 255 if number >> bit & 1 else 0
    return picture


def number_in(picture: np.ndarray) -> int:
    return sum((1 << bit) * int(picture[4:20, bit * 20 + 4 : bit * 20 + 16].mean() > 128) for bit in range(8))


@pytest.fixture(scope="module")
def b_frames(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_video(tmp_path_factory.mktemp("video") / "b.mp4", options={"bf": "3", "g": "30", "x264-params": "b-pyramid=normal:scenecut=0:open-gop=1"})


def shuffled(count: int) -> list[int]:
    order = list(range(count))
    random.Random(3).shuffle(order)
    return order


def test_frame_n_of_a_file_with_b_frames_is_frame_n_however_it_is_reached(b_frames: Path) -> None:
    drive = open_drive(b_frames)
    in_order = [drive.image(index) for index in range(len(drive.frames))]
    assert [number_in(picture) for picture in in_order] == list(range(COUNT))
    for index in shuffled(COUNT):
        drive.close()  # nothing kept from before: every read is a jump
        np.testing.assert_array_equal(drive.image(index), in_order[index])


def test_playing_in_order_jumps_once_only(b_frames: Path) -> None:
    drive = VideoDrive(b_frames)
    for index in range(COUNT):
        drive.image(index)
    assert drive._decoder.seeks == 1


def test_stepping_back_decodes_a_group_of_pictures_once(b_frames: Path) -> None:
    drive = VideoDrive(b_frames)
    for index in range(COUNT - 1, -1, -1):
        assert number_in(drive.image(index)) == index
    assert drive._decoder.seeks <= 4  # three groups of thirty


def test_scrubbing_with_little_memory_stays_exact(b_frames: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.drives.video.CACHE_BYTES", 0)
    drive = open_drive(b_frames)
    assert [number_in(drive.image(index)) for index in shuffled(COUNT)] == shuffled(COUNT)


def test_a_variable_frame_rate_keeps_every_frame_and_its_time(tmp_path: Path) -> None:
    times = np.cumsum([0] + [(20, 40, 130)[i % 3] for i in range(COUNT - 1)]).tolist()
    drive = open_drive(write_video(tmp_path / "vfr.mkv", times=times, options={"bf": "2", "g": "25"}))
    assert [frame.time for frame in drive.frames] == pytest.approx([time / 1000 for time in times], abs=0.002)
    assert [number_in(drive.image(index)) for index in shuffled(COUNT)] == shuffled(COUNT)


@pytest.mark.parametrize("threads", ["1", "2"])
@pytest.mark.parametrize(("name", "codec"), [("a.avi", "mpeg4"), ("a.ts", "libx264"), ("a.h264", "libx264"), ("a.mpg", "mpeg2video"), ("a.mov", "mjpeg")])
def test_other_containers_are_exact_too(tmp_path: Path, name: str, codec: str, threads: str) -> None:
    """However many threads wrote them: one leaves groups of pictures open that two close."""
    options = {"threads": threads} if codec == "mjpeg" else {"threads": threads, "bf": "2", "g": "12"}
    drive = open_drive(write_video(tmp_path / name, count=50, codec=codec, options=options))
    assert len(drive.frames) == 50
    assert [number_in(drive.image(index)) for index in shuffled(50)] == shuffled(50)


def test_the_index_is_made_once_and_a_damaged_one_is_made_again(b_frames: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = open_drive(b_frames)
    with monkeypatch.context() as patch:
        patch.setattr("engine.drives._video_index.make", lambda path: pytest.fail("made a second time"))
        assert open_drive(b_frames).frames == first.frames
    for kept in (own_home / "cache" / "videos").iterdir():
        kept.write_bytes(kept.read_bytes()[:100])
    assert open_drive(b_frames).frames == first.frames


def test_a_text_file_named_mp4_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "notes.mp4"
    path.write_text("not a film\n" * 99, encoding="utf-8")
    with pytest.raises(DataError, match=r"notes\.mp4 is no video that can be played: it is a text file"):
        open_drive(path)


def test_an_empty_file_named_mp4_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "none.mp4").touch()
    with pytest.raises(DataError, match=r"none\.mp4 .*it is empty"):
        open_drive(tmp_path / "none.mp4")


def test_a_text_file_is_no_drive(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("words\n" * 99, encoding="utf-8")
    assert recognise(tmp_path / "readme.txt") is None


def test_a_video_without_its_ending_is_recognised(b_frames: Path, tmp_path: Path) -> None:
    (tmp_path / "film").write_bytes(b_frames.read_bytes())
    assert recognise(tmp_path / "film") == "video"


@pytest.mark.parametrize("threads", ["1", "2"])
def test_a_video_cut_in_the_middle_plays_what_is_there_and_says_so(tmp_path: Path, threads: str) -> None:
    whole = write_video(tmp_path / "whole.mp4", options={"g": "20", "movflags": "faststart", "threads": threads})
    with av.open(str(whole)) as source, av.open(str(tmp_path / "front.mp4"), "w", options={"movflags": "faststart"}) as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.size:
                packet.stream = stream
                target.mux(packet)
    content = (tmp_path / "front.mp4").read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(content[: int(len(content) * 0.6)])
    drive = open_drive(cut)
    assert 20 < len(drive.frames) < COUNT
    assert [number_in(drive.image(index)) for index in range(len(drive.frames))] == list(range(len(drive.frames)))
    assert f"cut off: {len(drive.frames)} of its {COUNT} frames can be played" in drive.notes[0]


def test_a_video_cut_before_its_table_of_contents_is_one_sentence(b_frames: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(b_frames.read_bytes()[: b_frames.stat().st_size // 2])
    with pytest.raises(DataError, match=r"cut\.mp4 .*its table of contents is missing"):
        open_drive(cut)


def test_a_file_with_sound_alone_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "song.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=48000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 48000
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    with pytest.raises(DataError, match=r"song\.mp4 holds sound only"):
        open_drive(path)


def test_a_frame_that_is_not_there_is_one_sentence(b_frames: Path) -> None:
    with pytest.raises(DataError, match=r"frames 0 … 89, not 90"):
        open_drive(b_frames).image(90)


def test_the_real_video_is_exact_too(shared_data: Path) -> None:
    drive = open_drive(shared_data / "video" / "solidWhiteRight.mp4")
    assert (len(drive.frames), drive.size, drive.fps) == (221, (540, 960), 25.0)
    checks = [0, 1, 29, 30, 31, 119, 120, 219, 220]
    in_order = {}
    for index in range(221):
        picture = drive.image(index)
        if index in checks:
            in_order[index] = picture
    for index in reversed(checks):
        drive.close()
        np.testing.assert_array_equal(drive.image(index), in_order[index])
