"""Bad input, end to end: every verb answers with exit code 1 and one sentence that names what is at fault, and leaves nothing half-written."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from engine import places, verbs
from engine.drives.movie import MovieWriter
from tests import doubles, layouts

Arguments = list[object]
GARBAGE = bytes(range(128, 256)) * 4
SMALL = ("data.size=[32,64]", "augment.crop=[0,0]", "model.encoder=mobilenet_v3_small", "epochs=1", "batch=2", "device=cpu")


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Knows CamVid's classes."""
    return doubles.tiny_checkpoint(tmp_path_factory.mktemp("checkpoint"), size=(32, 64))


@pytest.fixture
def refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Runs a verb that has to fail, and gives its one sentence."""

    def run(*argv: object) -> str:
        before = _files(tmp_path)
        code = verbs.run(list(map(str, argv)))
        said = capsys.readouterr().err.splitlines()
        assert code == 1 and len(said) == 1, (code, said)
        assert said[0].startswith("roadscope: ") and "itself failed" not in said[0], said[0]
        assert _files(tmp_path) == before, "something was left behind"
        assert not list(places.runs().glob("*")), "a run that never began was left behind"
        return said[0]

    return run


def _files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def _fuse(drive: Path, *, out: str = "out") -> Arguments:
    """Fuses with given masks: no network is needed to see that a drive is damaged."""
    masks = drive.parents[1] / "masks"
    if not masks.exists():
        for number in range(3):
            layouts.mask(masks / f"{number:010d}.png", (7, 26))
    return ["fuse", drive, "--masks", masks, "--out", drive.parents[1] / out]


def truncated_scan(root: Path) -> Path:
    return layouts.cut(layouts.kitti_raw(root) / "velodyne_points" / "data" / "0000000000.bin", 0.45)


def empty_scan(root: Path) -> Path:
    return layouts.cut(layouts.kitti_raw(root) / "velodyne_points" / "data" / "0000000000.bin", 0)


def calibration_without_rectification(root: Path) -> Path:
    path = layouts.kitti_raw(root).parent / "calib_cam_to_cam.txt"
    path.write_text(layouts.CAM_TO_CAM.replace("R_rect_00", "R_rect_07"), encoding="utf-8")
    return path


def garbage_in_the_calibration(root: Path) -> Path:
    path = layouts.kitti_raw(root).parent / "calib_velo_to_cam.txt"
    path.write_bytes(GARBAGE)
    return path


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (truncated_scan, "truncated"),
        (empty_scan, "empty"),
        (calibration_without_rectification, "R_rect_00"),
        (garbage_in_the_calibration, "no calibration"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_a_damaged_drive_is_not_fused_and_inspect_lists_the_file(
    damage: Callable[[Path], Path], words: str, tmp_path: Path, refused: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    broken = damage(tmp_path)
    drive = tmp_path / "2011_09_26" / "2011_09_26_drive_0001_sync"
    sentence = refused(*_fuse(drive))
    assert str(broken) in sentence and words in sentence and "copy" in sentence
    assert verbs.run(["inspect", str(drive)]) == 0
    assert broken.name in capsys.readouterr().out


@pytest.mark.parametrize(
    ("ids", "size", "words"), [((7,), (5, 5), "5×5"), ((7, 200), layouts.SIZE, "id 200"), (None, layouts.SIZE, "0000000000.png")], ids=["size", "id", "missing"]
)
def test_a_given_mask_that_does_not_fit_is_not_fused(ids: tuple[int, ...] | None, size: tuple[int, int], words: str, tmp_path: Path, refused: Callable[..., str]) -> None:
    arguments = _fuse(layouts.kitti_raw(tmp_path))
    mask = tmp_path / "masks" / "0000000000.png"
    mask.unlink()
    if ids is not None:
        layouts.mask(mask, ids, size)
    sentence = refused(*arguments)
    assert mask.name in sentence and words in sentence


def wrong_size(path: Path) -> None:
    layouts.mask(path, (3, 8), (5, 7))


def unknown_id(path: Path) -> None:
    layouts.mask(path, (3, 99))


def cut_off(path: Path) -> None:
    layouts.cut(path)


@pytest.mark.parametrize(("damage", "words"), [(wrong_size, "7×5"), (unknown_id, "99"), (cut_off, "cut off")], ids=lambda one: getattr(one, "__name__", ""))
def test_a_mask_that_is_wrong_is_neither_scored_nor_trained_on(
    damage: Callable[[Path], None], words: str, checkpoint: Path, tmp_path: Path, refused: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    root = layouts.camvid(tmp_path / "camvid")
    for mask in (root / "valannot" / "val_00000.png", *(root / "trainannot").iterdir()):
        damage(mask)
    sentence = refused("evaluate", checkpoint, "--data", root, "--json", tmp_path / "scores.json", "--device", "cpu")
    assert "val_00000.png" in sentence and words in sentence
    sentence = refused("train", places.CONFIGS / "camvid_fpn_mobilenet_v2.yaml", *_settings(f"data.root={root}", *SMALL))
    assert "trainannot" in sentence and words in sentence
    assert verbs.run(["inspect", str(root)]) == 0
    assert "val_00000.png" in capsys.readouterr().out


def _settings(*settings: str) -> list[str]:
    return [word for setting in settings for word in ("--set", setting)]


def test_a_checkpoint_of_other_classes_is_not_scored(checkpoint: Path, tmp_path: Path, refused: Callable[..., str]) -> None:
    root = layouts.cityscapes(tmp_path / "cityscapes")
    sentence = refused("evaluate", checkpoint, "--data", root)
    assert str(root) in sentence and str(checkpoint) in sentence and "camvid" in sentence and "choose" in sentence


@pytest.fixture(params=["empty folder", "text.mp4", "empty.mp4", "nowhere"])
def nothing(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A path with nothing to work on."""
    path: Path = tmp_path / request.param
    match request.param:
        case "empty folder":
            path.mkdir()
        case "text.mp4":
            path.write_text("Not a movie, just a letter.\n", encoding="utf-8")
        case "empty.mp4":
            path.touch()
    return path


@pytest.mark.parametrize("verb", ["inspect", "predict", "movie", "fuse", "evaluate", "train"])
def test_nothing_to_work_on_is_said_by_every_verb(verb: str, nothing: Path, checkpoint: Path, tmp_path: Path, refused: Callable[..., str]) -> None:
    arguments: dict[str, Arguments] = {
        "inspect": [nothing],
        "predict": [checkpoint, nothing, "--out", tmp_path / "out"],
        "movie": [checkpoint, nothing, "--out", tmp_path / "out.mp4"],
        "fuse": [nothing, "--checkpoint", checkpoint, "--out", tmp_path / "out"],
        "evaluate": [checkpoint, "--data", nothing, "--json", tmp_path / "scores.json"],
        "train": [places.CONFIGS / "camvid_fpn_mobilenet_v2.yaml", *_settings(f"data.root={nothing}")],
    }
    assert str(nothing) in refused(verb, *arguments[verb])


def test_a_video_cut_in_the_middle_is_played_to_there_with_a_warning(checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = tmp_path / "drive.mp4"
    with MovieWriter(whole, fps=25) as movie:
        for number in range(48):
            movie.add(np.random.default_rng(number).integers(0, 256, (48, 64, 3), dtype=np.uint8))
    layouts.cut(whole)
    assert verbs.run(["predict", str(checkpoint), str(whole), "--out", str(tmp_path / "out"), "--device", "cpu"]) == 0
    shown = capsys.readouterr().out
    assert "warning: " in shown and "drive.mp4" in shown and "copy it again" in shown
    assert 0 < len(list((tmp_path / "out").iterdir())) < 48


def _foreign(folder: Path) -> Path:
    from safetensors.numpy import save_file

    save_file({"weight": np.zeros(3, np.float32)}, path := folder / "foreign.safetensors", {"format": "pt"})
    return path


def _pickled(folder: Path) -> Path:
    import torch

    torch.save({"weight": torch.zeros(3)}, path := folder / "model.pt")
    return path


def _garbage(folder: Path) -> Path:
    (path := folder / "garbage.safetensors").write_bytes(GARBAGE)
    return path


def _half(folder: Path) -> Path:
    return layouts.cut(doubles.tiny_checkpoint(folder, name="half.safetensors"))


def _run_without(folder: Path) -> Path:
    (path := folder / "run").mkdir()
    return path


@pytest.mark.parametrize("made", [_foreign, _pickled, _garbage, _half, _run_without], ids=lambda one: one.__name__.strip("_"))
@pytest.mark.parametrize("verb", ["predict", "movie", "fuse", "evaluate"])
def test_what_is_no_checkpoint_is_refused_by_every_verb(verb: str, made: Callable[[Path], Path], tmp_path: Path, refused: Callable[..., str]) -> None:
    bad = made(tmp_path)
    drive = layouts.kitti_raw(tmp_path)
    arguments: dict[str, Arguments] = {
        "predict": [bad, drive, "--out", tmp_path / "out"],
        "movie": [bad, drive, "--out", tmp_path / "out.mp4"],
        "fuse": [drive, "--checkpoint", bad, "--out", tmp_path / "out"],
        "evaluate": [bad, "--data", layouts.camvid(tmp_path / "camvid"), "--json", tmp_path / "scores.json"],
    }
    assert str(bad) in (sentence := refused(verb, *arguments[verb])) and ("choose" in sentence or "give" in sentence)


def _writing(verb: str, checkpoint: Path, tmp_path: Path, out: Path) -> Arguments:
    """A verb's smallest job that writes below `out`."""
    given: dict[str, Callable[[], Arguments]] = {
        "predict": lambda: [checkpoint, layouts.kitti_raw(tmp_path), "--out", out, "--device", "cpu"],
        "movie": lambda: [checkpoint, layouts.kitti_raw(tmp_path), "--out", out / "movie.mp4", "--device", "cpu"],
        "fuse": lambda: _fuse(layouts.kitti_raw(tmp_path))[1:-1] + [out],
        "evaluate": lambda: [checkpoint, "--data", layouts.camvid(tmp_path / "camvid"), "--json", out / "scores.json", "--device", "cpu"],
        "world": lambda: [out, "--frames", 1, "--only", "drive", "--size", "32x64"],
        "train": lambda: [
            places.CONFIGS / "camvid_fpn_mobilenet_v2.yaml", "--run", out, *_settings(f"data.root={layouts.camvid(tmp_path / 'camvid')}", *SMALL)
        ],
    }  # fmt: skip
    return [verb, *given[verb]()]


@pytest.mark.parametrize("place", ["letter.txt", "/proc"])
@pytest.mark.parametrize("verb", ["predict", "movie", "fuse", "evaluate", "world", "train"])
def test_where_nothing_can_be_written_is_said_by_every_verb(verb: str, place: str, checkpoint: Path, tmp_path: Path, refused: Callable[..., str]) -> None:
    out = tmp_path / place / "out"
    if place == "/proc" and not Path(place).is_dir():
        pytest.skip("this system has no /proc, the folder that not even root may write to")
    if not out.parent.is_dir():
        out.parent.touch()
    sentence = refused(*_writing(verb, checkpoint, tmp_path, out))
    assert str(out) in sentence and "choose another" in sentence


@contextmanager
def full_disk() -> Iterator[None]:
    """Makes every write beyond some bytes of a file fail, as a full disk would; of the test runner's own files as well."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("verb", ["predict", "movie", "fuse", "evaluate", "world"])
def test_a_disk_that_takes_no_more_is_said_and_nothing_half_stays(
    verb: str, checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    argv = _writing(verb, checkpoint, tmp_path, out)
    with full_disk():
        code = verbs.run(list(map(str, argv)))
    said = capsys.readouterr().err.splitlines()
    assert code == 1 and len(said) == 1 and str(out) in said[0] and "choose another" in said[0], said
    assert not _files(out)


@pytest.mark.parametrize(
    ("text", "settings", "words"),
    [
        ("epoks: 3", [], ["unknown key epoks", "did you mean epochs"]),
        ("data: {rooot: x}", [], ["data.rooot", "root"]),
        ("epochs: many", [], ["epochs", "'many'", "whole number"]),
        ("epochs: 0", [], ["epochs is 0", "at least 1"]),
        ("model: 5", [], ["model"]),
        ("model: {architecture: vgg}", ["data.root={root}"], ["model.architecture", "fpn"]),
        ("device: tpu", [], ["device", "auto"]),
        ("classes: {select: [road, dragon]}", ["data.root={root}"], ["dragon"]),
        ("epochs: [1,\n  b: }", [], ["not valid YAML", "line 2"]),
        ("just words", [], ["holds no settings"]),
        ("epochs: 1", [], ["data.root"]),
        ("epochs: 1", ["nonsense"], ["nonsense", "key=value"]),
        ("epochs: 1", ["epochs=["], ["epochs=["]),
        ("epochs: 1", ["data.size=[]"], ["data.size"]),
    ],
)  # fmt: skip
def test_a_wrong_config_is_named_by_its_key(text: str, settings: list[str], words: list[str], tmp_path: Path, refused: Callable[..., str]) -> None:
    path = tmp_path / "experiment.yaml"
    path.write_text(text, encoding="utf-8")
    root = layouts.camvid(tmp_path / "camvid")
    sentence = refused("train", path, *_settings(*(one.format(root=root) for one in settings)))
    assert all(word in sentence for word in words), sentence


@pytest.mark.parametrize(
    "argv",
    [
        ["inspect"],
        ["fuse", "drive", "--out", "out"],
        ["movie", "a", "b", "--out", "c.mp4", "--opacity", "7"],
        ["world", "out", "--size", "wide"],
        ["predict", "a", "b", "--out", "c", "--format", "gif"],
    ],
    ids=" ".join,
)
def test_a_wrong_call_is_a_usage_error(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        verbs.run(argv)
    assert left.value.code == 2 and "error: " in capsys.readouterr().err


def test_names_with_spaces_umlauts_and_foreign_bytes_are_read_and_written(checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "Straße nach Köln"
    layouts.picture(folder / "Bäume im März.png")
    foreign = Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.png"))
    foreign.write_bytes((folder / "Bäume im März.png").read_bytes())
    assert verbs.run(["predict", str(checkpoint), str(folder), "--out", str(tmp_path / "Masken für Köln"), "--device", "cpu"]) == 0
    assert {path.name for path in (tmp_path / "Masken für Köln").iterdir()} == {"Bäume im März.png", foreign.name}
    assert verbs.run(["inspect", str(folder)]) == 0
    assert "2 frames" in capsys.readouterr().out
