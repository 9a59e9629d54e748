"""How much work one street frame is: clicks, keys and seconds from scratch, with borders shared, and with the network's first draft to mend.

    python tests/bench/bench_labelling.py [--seed 991] [--size 512x1024] [--shots DIR]

A scripted user labels a street of a seed that the student has never seen, with the page's own tools and real mouse and key events (see
scripted_labeller.py for the model behind the seconds). What is to be drawn is the truth's outlines, thinned out until a person could have clicked
them, all regions of 30 pixels and more, the largest first. Three times: each vertex a click; stretches that a neighbour has already taken over from
it by Shift+click; and the bundled student's draft kept, then mended: what of a region shows another class, where it is 3 pixels wide and 30 large, is
drawn over, or the whole region where that is fewer vertices. The picture is shown at 200 %, small regions larger. The user never slips and never
looks for anything: what is compared is the work that the tools ask for. The student knows 7 classes, and was trained on
other streets of the same make: real streets it would draft worse.
Fails where sharing borders or a draft costs more than drawing all, or ends with less of the pixels right than 97 %.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]
SMALLEST = 30
THINNED = 2.0
ENOUGH = 0.97
Pixel = tuple[int, int]


@dataclass(frozen=True)
class Drawn:
    """A region of the truth: its label, its outline, and its pixels (H, W)."""

    label: str
    outline: list[Pixel]
    pixels: np.ndarray


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=991)
    parser.add_argument("--size", default="512x1024")
    parser.add_argument("--shots", type=Path, default=None, help="where to leave a picture of each result")
    wanted = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # larger than most displays
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"ROADSCOPE_HOME": f"{folder}/home", "ROADSCOPE_CACHE": f"{folder}/cache", "XDG_CONFIG_HOME": f"{folder}/config"}
        return compared(Path(folder), wanted)


def compared(folder: Path, wanted: argparse.Namespace) -> int:
    from PySide6.QtWidgets import QApplication

    from engine import images, labels, places
    from gui import app as window_app
    from gui.settings import Settings

    image, truth, instances = scene(folder, wanted.seed, wanted.size)
    space = labels.space("cityscapes")
    names = {label.id: label.name for label in space.labels}
    regions = regions_of(truth, instances, names)
    print(f"one frame of {truth.shape[1]}×{truth.shape[0]}: {len(regions)} regions, {sum(len(one.outline) for one in regions)} vertices")
    app = QApplication([])
    window = window_app.make(app, Settings(folder / "window.ini"))
    window.resize(2 * truth.shape[1] + 500, 2 * truth.shape[0] + 300)
    window.show()
    window.start(None, "annotate", places.STUDENT)
    rows = []
    for number, how in enumerate(("from scratch", "borders shared", "first draft mended")):
        images.write_png(folder / f"work{number}" / "frame.png", image)
        rows.append((how, *labelled(app, window, folder / f"work{number}", regions, truth, how, names=names)))
        if wanted.shots is not None:
            wanted.shots.mkdir(parents=True, exist_ok=True)
            window.grab().save(str(wanted.shots / f"{number}.png"))
    window.jobs.cancel_all()
    _until(app, lambda: not window.jobs.running)
    window.close()
    window_app.dispose(window)
    return told(rows)


def told(rows: list) -> int:  # type: ignore[type-arg]
    """Prints the table; 1 where a way is more work than drawing all, or ends with too little right."""
    print(f"{'':20}{'clicks':>8}{'keys':>8}{'drags':>8}{'outlines':>9}{'minutes':>9}{'pixels right':>14}{'mean IoU':>10}")
    for how, effort, right, iou in rows:
        print(f"{how:20}{effort.clicks:8}{effort.keys:8}{effort.drags:8}{effort.outlines:9}{effort.seconds / 60:9.1f}{right:14.3f}{iou:10.3f}")
    whole = rows[0][1].seconds
    for how, effort, *_ in rows[1:]:
        print(f"{how}: {100 * effort.seconds / whole:.0f} % of the time from scratch, {100 * effort.clicks / rows[0][1].clicks:.0f} % of the clicks")
    return int(any(effort.seconds > whole or right < ENOUGH for _, effort, right, _ in rows))


def labelled(app, window, folder: Path, regions: list[Drawn], truth: np.ndarray, how: str, *, names: dict[int, str]):  # type: ignore[no-untyped-def]
    """What it took to label the frame in this way, the number of regions drawn, and how much of it is right."""
    from PySide6.QtCore import Qt

    from scripted_labeller import Hands

    window.opening.open(folder)
    page = window.host.pages["annotate"]
    _until(app, lambda: page.labelling.now is not None and Path(page.player.frames.drive.path).resolve() == folder.resolve())
    page.canvas.zoom(2.0)
    _until(app, lambda: page.canvas.view.scale == 2.0)
    assert page.canvas.view.left >= 0 and page.canvas.view.top >= 0, "the picture has to be in sight"
    page.canvas.setFocus()
    hands = Hands(app, page)
    places = {label.name: place for place, label in enumerate(page.labelling.now.picture.space.labels)}
    if how == "first draft mended":
        draft(app, window, page, hands)
    hands.key(Qt.Key.Key_P)
    if how == "first draft mended":
        kept = scored(page.labelling.picture.index, truth, places, names)
        print(f"the draft: {len(page.labelling.committed.regions)} regions, {kept[0]:.3f} of the pixels right, mean IoU {kept[1]:.3f}")
    for region in regions:
        missing = region.pixels & (page.labelling.picture.index != places[region.label])
        outlines = [region.outline] if how != "first draft mended" else mended(region, missing)
        for outline in outlines:
            hands.choose(region.label)
            before = len(page.labelling.committed.regions)
            hands.outline(outline, follow=how != "from scratch")
            assert len(page.labelling.committed.regions) == before + 1, f"an outline of {region.label} was not taken: {outline}"
        app.processEvents()
    return hands.effort, *scored(page.labelling.picture.index, truth, places, names)


def mended(region: Drawn, missing: np.ndarray) -> list[list[Pixel]]:
    """The outlines that mend a region: of the patches that it lacks, or its own where that is less work."""
    import cv2
    import shapely

    core = cv2.morphologyEx(missing.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, found = cv2.connectedComponents(core, connectivity=4)
    patches = []
    for number in range(1, count):
        patch = found == number
        if patch.sum() >= SMALLEST:
            patches.append(_ring(shapely.simplify(_cracks(patch), THINNED / 2), missing.shape))
    patches = [one for one in patches if len(one) > 2]
    lost = not patches and missing.sum() > region.pixels.sum() / 2  # too thin for patches
    return [region.outline] if lost or sum(map(len, patches)) > len(region.outline) else patches


def draft(app, window, page, hands) -> None:  # type: ignore[no-untyped-def]
    """G, a look at what is proposed, Enter."""
    from PySide6.QtCore import Qt

    from gui.label_draft import Draft

    part = next(one for one in page.parts if isinstance(one, Draft))
    _until(app, lambda: window.session.card is not None and page.player.masks.active)
    start = time.perf_counter()
    hands.key(Qt.Key.Key_G)
    _until(app, lambda: part.proposal is not None, seconds=120)
    hands.effort.waited_s += time.perf_counter() - start
    hands.effort.thoughts += 1
    hands.key(Qt.Key.Key_Return)
    _until(app, lambda: bool(page.labelling.committed.regions))


def scored(index: np.ndarray, truth: np.ndarray, places: dict[str, int], names: dict[int, str]) -> tuple[float, float]:
    """The share of the labelled pixels that are right, and the mean IoU of the classes that are there."""
    asked = np.isin(truth, [id for id, name in names.items() if id > 0])
    wanted = np.full(truth.shape, 255, np.uint8)
    for id in np.unique(truth[asked]):
        wanted[truth == id] = places[names[int(id)]]
    overlaps = []
    for place in np.unique(wanted[asked]):
        mine, other = (index == place) & asked, wanted == place
        overlaps.append((mine & other).sum() / (mine | other).sum())
    return float((index == wanted)[asked].mean()), float(np.mean(overlaps))


def scene(folder: Path, seed: int, size: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A street's picture, its ids and its instance ids, as `main.py world` writes them."""
    from engine import images

    command = [sys.executable, str(ROOT / "main.py"), "world", str(folder / "world"), "--only", "training", "--scenes", "8", "--training-size", size, "--seed", str(seed)]
    subprocess.run(command, check=True, capture_output=True)
    picture = sorted((folder / "world").rglob("val/*/*_leftImg8bit.png"))[0]
    name = picture.name.removesuffix("_leftImg8bit.png")
    found = {kind: images.read_ids(next((folder / "world").rglob(f"{name}_gtFine_{kind}.png"))) for kind in ("labelIds", "instanceIds")}
    return images.read_rgb(picture), found["labelIds"], found["instanceIds"]


def regions_of(truth: np.ndarray, instances: np.ndarray, names: dict[int, str]) -> list[Drawn]:
    """The connected parts of each thing and of each class, the largest first, with outlines that neighbours share."""
    import cv2
    import shapely

    parts: list[tuple[str, np.ndarray]] = []
    for value in np.unique(instances):
        name = names.get(int(value if value < 1000 else value // 1000), "")
        if not name or name in ("unlabeled", "ego vehicle", "rectification border", "out of roi"):
            continue
        count, found = cv2.connectedComponents((instances == value).astype(np.uint8), connectivity=4)
        parts += [(name, found == number) for number in range(1, count)]
    parts = sorted([one for one in parts if one[1].sum() >= SMALLEST], key=lambda one: -int(one[1].sum()))
    thinned = shapely.coverage_simplify(np.array([_cracks(pixels) for _, pixels in parts]), THINNED)
    made = []
    for (name, pixels), shape in zip(parts, thinned):
        points = _ring(shape, truth.shape)
        if len(points) > 2:
            made.append(Drawn(name, points, pixels))
    return made


def _cracks(pixels: np.ndarray):  # type: ignore[no-untyped-def]
    """What the pixels cover, with a vertex at each corner of a pixel on the border, so that neighbours have the same ones."""
    import shapely

    rows = np.diff(np.pad(pixels, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    tops, lefts = np.nonzero(rows == 1)
    _, rights = np.nonzero(rows == -1)
    whole = shapely.union_all(shapely.box(lefts, tops, rights, tops + 1))
    return shapely.transform(shapely.segmentize(whole, 1.0), np.rint)


def _ring(shape, size: tuple[int, ...]) -> list[Pixel]:  # type: ignore[no-untyped-def]
    """The outer outline of the largest part, in pixels."""
    import shapely

    ring = shapely.get_coordinates(shapely.get_exterior_ring(max(shapely.get_parts(shape), key=shapely.area)))[:-1]
    inside = np.minimum(np.rint(ring), (size[1] - 1, size[0] - 1)).astype(int).tolist()
    points = [(x, y) for number, (x, y) in enumerate(inside) if [x, y] != inside[number - 1]]
    return _from_a_corner(points) if len(points) > 2 else []


def _from_a_corner(points: list[Pixel]) -> list[Pixel]:
    """The same outline, begun where the most room is around a vertex: a click near the first one would close it."""
    places = np.array(points, float)
    away = np.abs(places[:, None] - places[None]).max(axis=2) + np.eye(len(points)) * 1e9
    first = int(away.min(axis=1).argmax())
    return points[first:] + points[:first]


def _until(app, ready, seconds: float = 60) -> None:  # type: ignore[no-untyped-def]
    end = time.perf_counter() + seconds
    while not ready():
        app.processEvents()
        if time.perf_counter() > end:
            sys.exit("the page did not answer in time")
        time.sleep(0.002)


if __name__ == "__main__":
    sys.exit(main())
