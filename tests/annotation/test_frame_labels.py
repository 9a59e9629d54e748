"""A frame's document and the masks that are trained on stay in step, whatever comes between."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine import atomic, images, labels
from engine.annotation import cityscapes_json, frame_labels, masks
from engine.annotation.changes import difference
from engine.annotation.document import Document, Polygon
from engine.annotation.store import Store
from engine.errors import DataError

SPACE = labels.space("cityscapes")
SIZE = 40, 24


class Killed(BaseException):
    """Stands for the end of the process."""


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ROADSCOPE_HOME", str(tmp_path / "home"))
    return tmp_path / "frame_polygons.json"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    store = opened(path)
    yield store
    store.close()


def opened(path: Path) -> Store:
    return Store.open(path, new=lambda: Document(*SIZE))


def draw(store: Store, label: str, left: int) -> None:
    after = store.document.added(label, Polygon(((left, 2), (left + 8, 2), (left + 8, 12), (left, 12))))
    store.commit(difference(store.document, after, "draw"))


def save(store: Store) -> None:
    frame_labels.save(store, frame_labels.masks_of(store.path), space=SPACE)


def mask(path: Path) -> np.ndarray:
    return images.read_ids(path.with_name("frame.png"))


@pytest.mark.parametrize("place", ["engine.annotation.export.export", "engine.atomic.write_bytes"])
def test_who_is_killed_before_document_and_mask_are_written_writes_both_when_it_is_opened_next(store: Store, path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    draw(store, "road", 2)
    save(store)
    draw(store, "car", 20)
    write, dead = atomic.write_bytes, []

    def die(*_: object, **__: object) -> None:
        dead.append(True)
        raise Killed

    def write_unless_dead(target: Path, content: bytes) -> None:
        if dead:
            raise Killed
        write(target, content)

    with monkeypatch.context() as patch:
        patch.setattr(atomic, "write_bytes", write_unless_dead)
        patch.setattr(place, die)
        with pytest.raises(Killed):
            save(store)
    store.close()
    again = opened(path)
    try:
        assert again.unsaved and len(again.document.regions) == 2
        save(again)
        np.testing.assert_array_equal(mask(path), masks.label_ids(again.document, SPACE))
        assert len(cityscapes_json.read_file(path).regions) == 2
    finally:
        again.close()


def test_the_mask_is_of_the_document_that_is_written_though_an_edit_comes_meanwhile(store: Store, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draw(store, "road", 2)
    write = atomic.write_bytes

    def slowly(target: Path, content: bytes) -> None:
        draw(store, "car", 20)
        write(target, content)

    monkeypatch.setattr(atomic, "write_bytes", slowly)
    save(store)
    written = cityscapes_json.read_file(path)
    assert [region.label for region in written.regions] == ["road"] and store.unsaved
    np.testing.assert_array_equal(mask(path), masks.label_ids(written, SPACE))


def test_polygons_are_written_also_where_no_mask_can_be_made_of_them(store: Store, path: Path) -> None:
    draw(store, "hovercraft", 2)
    with pytest.raises(DataError, match="hovercraft"):
        save(store)
    assert [region.label for region in cityscapes_json.read_file(path).regions] == ["hovercraft"] and not store.unsaved


def test_what_is_blocked_gets_no_mask(store: Store, path: Path) -> None:
    draw(store, "road", 2)
    save(store)
    second = opened(path)
    assert second.blocked
    path.with_name("frame.png").unlink()
    save(second)
    second.close()
    assert not path.with_name("frame.png").exists()
