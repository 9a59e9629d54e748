"""The street as geometry: what stands where, the same each time, and seen alike by camera and lidar."""

from __future__ import annotations

import numpy as np
import pytest

from engine import geometry, labels
from engine.world import plan as plans
from engine.world import vehicles, weather
from engine.world.layout import build
from engine.world.materials import INDEX
from engine.world.mesh import ball, boxes, join, pose, tube
from engine.world.shoot import Drive, single

SIZE = (128, 256)
IDS = {label.name: label.id for label in labels.space("cityscapes").labels}


@pytest.fixture(scope="module")
def ride() -> Drive:
    return Drive.prepared(6, 3, SIZE, "clear")


@pytest.mark.parametrize(
    "mesh",
    [ball((0, 0, 0), (1, 2, 3), 0, (1, 1, 1)), boxes((-1, -1, -1), (1, 2, 3), 0, (1, 1, 1)), tube((0, 0, 0), (1, 1, 1), 0.5, 0, (1, 1, 1))],
    ids=["ball", "box", "tube"],
)
def test_solid_shapes_face_outwards(mesh) -> None:  # type: ignore[no-untyped-def]
    middle = mesh.points.reshape(-1, 3).mean(0)
    flat = np.cross(mesh.points[:, 1] - mesh.points[:, 0], mesh.points[:, 2] - mesh.points[:, 0])
    outward = mesh.points.mean(1) - middle
    area = np.linalg.norm(flat, axis=1)
    assert (np.einsum("ij,ij->i", flat, outward)[area > 1e-6] > 0).all()
    assert np.allclose(np.linalg.norm(mesh.normals, axis=2)[area > 1e-6], 1, atol=1e-4)


def test_a_moved_mesh_keeps_unit_normals_under_scale() -> None:
    moved = join([vehicles.car("suv")]).moved(pose(3, 4, 5, yaw=1.0, scale=1.4))
    assert np.allclose(np.linalg.norm(moved.normals, axis=2), np.linalg.norm(vehicles.car("suv").normals, axis=2), atol=1e-4)


@pytest.mark.parametrize("kind", vehicles.CARS)
def test_cars_stand_on_the_ground_on_round_wheels_with_glass_and_lights(kind: str) -> None:
    car = vehicles.car(kind)
    height = car.points[..., 2]
    assert -0.05 < height.min() < 0.02 and 1.3 < height.max() < 2.2
    for material in ("glass", "lamp", "rubber", "metal", "paint"):
        assert (car.material == INDEX[material]).any(), material


@pytest.mark.parametrize("seed", range(6))
def test_streets_are_laid_out_whole(seed: int) -> None:
    plan = plans.draw(np.random.default_rng(seed), length=40)
    assert plan.spans[0][0] == plan.start and plan.spans[-1][1] == plan.end
    assert all(low < high for low, high in plan.spans)
    for side in (-1, 1):
        assert 0 < plan.profile.carriage <= plan.profile.kerb(side) < plan.profile.inner(side) < plan.profile.outer(side)
        zones = [zone for zone in plan.zones if zone.side == side]
        assert all(a.end <= b.start + 1e-6 for a, b in zip(zones, zones[1:], strict=False))


def test_every_instance_is_one_thing_of_its_class() -> None:
    scene, _ = build(np.random.default_rng(1))
    things = scene.frozen().still
    counted = things.instance >= 1000
    assert (things.instance[counted] // 1000 == things.label[counted]).all()
    assert (things.instance[~counted] == things.label[~counted]).all()
    names = {label.id for label in labels.space("cityscapes").labels if label.instances}
    assert set(np.unique(things.label[counted])) <= names


def test_streets_have_what_a_street_has() -> None:
    seen: set[int] = set()
    for seed in range(5):
        scene, _ = build(np.random.default_rng(seed))
        seen |= set(np.unique(scene.frozen().still.label).tolist())
    wanted = "road sidewalk building wall fence pole vegetation terrain person rider car truck bus bicycle".split() + [
        "traffic light",
        "traffic sign",
    ]
    assert not [name for name in wanted if IDS[name] not in seen]


def test_pictures_repeat_to_the_byte_for_a_seed_and_differ_between_seeds() -> None:
    one, again, other = (single(np.random.default_rng([seed, 1]), SIZE) for seed in (4, 4, 5))
    assert np.array_equal(one.image, again.image) and np.array_equal(one.instances, again.instances)
    assert not np.array_equal(one.image, other.image)


def test_a_frame_of_a_drive_depends_on_nothing_but_its_number(ride: Drive) -> None:
    before = ride.frame(2)
    ride.frame(5)
    after = ride.frame(2)
    assert np.array_equal(before[0].image, after[0].image)
    assert np.array_equal(before[1].points, after[1].points) and np.array_equal(before[2], after[2])


def test_scan_and_picture_agree_on_the_class_of_what_both_see(ride: Drive) -> None:
    shot, scan, point_labels = ride.frame(1)
    world = geometry.transform(scan.points.astype(np.float64), ride.world_from_lidar(1))
    view = ride.rig.view(ride.world_from_lidar(1))
    camera = geometry.transform(world, geometry.inverse(view.world_from_camera))
    pixels, depth = geometry.project(camera, np.hstack([view.intrinsics, np.zeros((3, 1))]))
    column, row = np.round(pixels[depth > 0]).astype(int).T
    inside = (column >= 0) & (column < SIZE[1]) & (row >= 0) & (row < SIZE[0])
    column, row, z, ids = column[inside], row[inside], depth[depth > 0][inside], (point_labels[depth > 0] & 0xFFFF)[inside]
    table = np.zeros(256, int)
    for label in labels.space("cityscapes").labels:
        table[label.id] = label.semantic_kitti
    visible = np.abs(shot.depth[row, column] - z) < 0.02 * z + 0.05
    assert visible.sum() > 5000
    assert (table[shot.ids[row, column]] == ids)[visible].mean() > 0.985


def test_depth_and_class_are_those_of_the_pixel_centre(ride: Drive) -> None:
    shot, _, _ = ride.frame(0)
    assert shot.image.shape == (*SIZE, 3) and shot.image.dtype == np.uint8
    assert (np.isinf(shot.depth) == (shot.ids == IDS["sky"])).all()
    assert np.array_equal(np.where(shot.instances >= 1000, shot.instances // 1000, shot.instances), shot.ids)
    assert 5 < np.unique(shot.ids).size and shot.image.std() > 20


def test_a_static_point_stays_put_between_frames_and_traffic_does_not(ride: Drive) -> None:
    assert np.linalg.norm(ride.world_from_lidar(1)[:3, 3] - ride.world_from_lidar(0)[:3, 3]) == pytest.approx(0.75, abs=0.08)
    now, later = ride.scene.moving(0.0), ride.scene.moving(0.5)
    assert not np.allclose(now.mesh.points.mean(), later.mesh.points.mean())


@pytest.mark.parametrize("kind", weather.KINDS)
def test_every_weather_gives_light_a_camera_can_take(kind: str) -> None:
    air = weather.weather(np.random.default_rng(2), kind)
    up = np.float32([[0, 1, 0], [0, 0, 1], [1, 0, 0]])
    light = weather.sky(up, air)
    assert light.shape == (3, 3) and np.isfinite(light).all() and (light > 0).all()
    assert np.linalg.norm(air.sun) == pytest.approx(1, abs=1e-5) and air.sun[2] > 0.1
