"""The Lidar page: colours, hidden classes, what is said of a point, empty states, export."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine import labels
from engine.drives import open_drive
from engine.inspection.opening import Opened
from engine.lidar.scan import Scan
from engine.sample import Prediction
from gui.clouds import Cloud, Look, _fused, coloured
from gui.cloud_export import frame_job
from gui.frames import Frames
from gui.pages.lidar import LidarPage
from gui.player import Picture, Player

ROAD, CAR = 3, 8
"""Train ids of CamVid."""


@pytest.fixture
def page(qtbot, session, jobs, settings, tmp_path, monkeypatch):
    monkeypatch.setenv("ROADSCOPE_CACHE", str(tmp_path / "cache"))
    page = LidarPage(session, jobs, settings)
    page.resize(900, 700)
    qtbot.addWidget(page)
    page.activate()
    yield page
    page.shutdown()


@pytest.fixture
def kitti(shared_data: Path):
    return open_drive(shared_data / "kitti_raw" / "2011_09_26" / "2011_09_26_drive_0005_sync")


def opened(session, drive) -> None:
    session.set_source(Opened(drive.name, drive.kind, None, drive))


def halves(drive) -> Picture:
    """Frame 0 whose left half is road, whose right half is car."""
    image = drive.image(0)
    mask = np.full(image.shape[:2], ROAD, np.uint8)
    mask[:, image.shape[1] // 2 :] = CAR
    return Picture(0, image, [], Prediction(mask, np.full(mask.shape, 0.8, np.float32)))


def cloud_of(drive, look: Look, picture: Picture | None = None) -> Cloud:
    picture = picture or halves(drive)
    return coloured(0, *_fused(Frames(drive), picture, look.truth), look)


def test_points_take_the_class_of_their_pixel_and_hidden_classes_leave_everywhere(kitti) -> None:
    classes = labels.class_set(labels.space("camvid"))
    whole = cloud_of(kitti, Look("class", classes))
    hidden = cloud_of(kitti, Look("class", classes, frozenset({"car"})))
    assert whole.colouring == "class" and len(whole.rows) == len(whole.fused)
    assert not (hidden.fused.train_id[hidden.rows] == CAR).any()
    assert len(hidden.dots.pixel) < len(whole.dots.pixel)
    assert len(whole.rows) - len(hidden.rows) == int((whole.fused.train_id == CAR).sum())


def test_only_what_the_camera_sees_leaves_the_rest_out(kitti) -> None:
    cloud = cloud_of(kitti, Look("height", only_seen=True))
    assert cloud.fused.seen[cloud.rows].all()
    assert 15_000 < len(cloud.rows) < 21_000


def test_without_classes_a_cloud_is_coloured_by_height(kitti) -> None:
    image = kitti.image(0)
    assert cloud_of(kitti, Look("class"), Picture(0, image, [])).colouring == "height"


def test_a_point_is_described_by_class_confidence_and_distance(kitti) -> None:
    cloud = cloud_of(kitti, Look("class", labels.class_set(labels.space("camvid"))))
    row = int(np.flatnonzero(cloud.fused.train_id == ROAD)[0])
    assert cloud.words(row).startswith("road   ·   80 %")
    assert " m" in cloud.words(row)
    x, y = cloud.fused.pixel[row] + 0.5
    assert cloud.distance_at(x, y) == pytest.approx(np.linalg.norm(cloud.fused.points[row]), abs=1e-3)


def test_a_scan_without_image_takes_classes_from_its_labels(shared_data) -> None:
    drive = open_drive(shared_data / "semantickitti" / "sequences" / "00")
    cloud = cloud_of(drive, Look("class", truth=True), Picture(0, None, []))
    assert cloud.colouring == "class"
    assert {"road", "building"} <= {name for name, share in cloud.shares().items() if share > 0.01}


def test_every_moving_label_counts_as_what_it_is() -> None:
    from gui.clouds import _table, _truth_classes

    classes = _truth_classes()
    table = _table(classes)
    assert classes.names[table[258]] == "truck" and classes.names[table[252]] == "car"


def test_the_page_shows_the_frame_of_the_session(page, session, qtbot, kitti) -> None:
    opened(session, kitti)
    session.show_frame(2)
    qtbot.waitUntil(lambda: page.view.shown is not None and page.view.shown.frame == 2, timeout=20_000)
    assert page._stack.currentIndex() == 2
    assert page.view.shown.colouring == "height"
    assert "without a checkpoint" in page._controls._note.text()
    session.set_colouring("intensity")
    qtbot.waitUntil(lambda: page.view.shown.colouring == "intensity")


def test_a_drive_without_scans_says_what_to_do(page, session, shared_data) -> None:
    opened(session, open_drive(shared_data / "video" / "solidWhiteRight.mp4"))
    assert page._stack.currentIndex() == 1


def test_without_a_drive_the_page_says_what_to_do(page) -> None:
    assert page._stack.currentIndex() == 0 and len(page._nothing.buttons) == 2


def test_a_click_in_the_image_aims_the_cloud_at_that_point(page, session, qtbot, kitti) -> None:
    opened(session, kitti)
    qtbot.waitUntil(lambda: page.view.shown is not None, timeout=20_000)
    cloud = page.view.shown
    row = int(np.flatnonzero(cloud.fused.seen)[1000])
    page.view.image.picked.emit(row)
    assert page.view.cloud.orbit.target == pytest.approx(tuple(cloud.fused.points[row]), abs=1e-5)


def test_f_over_a_point_labels_the_picture_at_that_points_place(page, session, qtbot, kitti) -> None:
    opened(session, kitti)
    qtbot.waitUntil(lambda: page.view.shown is not None, timeout=20_000)
    cloud = page.view.shown
    at = int(np.flatnonzero(cloud.fused.seen[cloud.rows])[1000])
    page.view.cloud.hovered.emit(at)
    fix = next(row for row in page.actions() if row.id == "lidar.fix")
    with qtbot.waitSignal(page.wants_page) as sent:
        fix.call()
    view, (x, y) = session.view, cloud.fused.pixel[cloud.rows[at]]
    assert sent.args == ["annotate"] and session.came_from == "lidar" and fix.keys == ("F",)
    assert view.picture_point(view.view_width / 2, view.view_height / 2) == pytest.approx((x, y)) and view.scale >= 2


def test_every_key_of_the_page_means_one_thing(page) -> None:
    from gui import actions

    assert actions.conflicts(page.actions()) == []


def test_clouds_cannot_be_exported_without_classes(page, session, qtbot, kitti) -> None:
    opened(session, kitti)
    qtbot.waitUntil(lambda: page.view.shown is not None, timeout=20_000)
    page._exports.this_frame(page.view.shown)
    assert "Choose a checkpoint first" in page.messages.text


def test_one_cloud_is_exported_in_every_format(qtbot, jobs, kitti, tmp_path) -> None:
    classes = labels.class_set(labels.space("camvid"))
    job = jobs.run(frame_job(cloud_of(kitti, Look("class", classes)).fused, classes, "0000000060", tmp_path))
    with qtbot.waitSignal(job.ended, timeout=20_000):
        pass
    assert job.failure is None
    assert {path.suffix for path in tmp_path.iterdir()} == {".label", ".ply", ".npz"}


def test_a_frame_without_scan_is_said_and_shows_nothing(page, session, qtbot) -> None:
    cloud = coloured(3, None, None, Look())
    page.view.show_frame(Picture(3, None, []), cloud, grid=True)
    assert page.view._status.text() == "This frame has no scan"


def test_no_scan_point_is_lost_or_made_up_on_the_way(kitti) -> None:
    scan = kitti.scan(0)
    assert isinstance(scan, Scan)
    cloud = cloud_of(kitti, Look("depth"))
    assert np.array_equal(cloud.points, scan.points)


def test_both_pages_share_one_player(session) -> None:
    assert Player.of(session) is Player.of(session)
