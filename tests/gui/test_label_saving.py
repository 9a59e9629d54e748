"""What reads labels from the disk right after an edit reads that edit; polygons and masks are of one state."""

from __future__ import annotations

import threading
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PySide6.QtWidgets import QMessageBox

from engine import images
from engine.annotation import cityscapes_json, export, frame_labels, masks
from engine.annotation.document import Document, Polygon
from gui.label_copying import Copying
from gui.pages.annotate import AnnotatePage
from tests.gui.annotating import HEIGHT, SPACE, WIDTH, opened, regions, street

BOX = Polygon(((60, 10), (80, 10), (80, 30), (60, 30)))


@pytest.fixture
def page(qtbot, session, jobs, settings, tmp_path: Path):
    page = opened(qtbot, session, jobs, settings, street(tmp_path / "street"))
    yield page
    page.shutdown()


def draw(page: AnnotatePage, label: str) -> None:
    page.labelling.commit(page.labelling.committed.added(label, BOX), f"draw {label}")


class Gate:
    """What a module does waits here until it is opened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str) -> None:
        self.reached, self._open, do = threading.Event(), threading.Event(), getattr(module, name)

        def later(*args: object, **options: object) -> object:
            self.reached.set()
            assert self._open.wait(10)
            return do(*args, **options)

        monkeypatch.setattr(module, name, later)

    def open(self) -> None:
        self._open.set()


def test_labels_copied_from_the_frame_before_are_those_it_was_left_with(qtbot, page: AnnotatePage, session, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(monkeypatch, frame_labels, "save")
    draw(page, "car")
    session.show_frame(1)
    qtbot.waitUntil(lambda: page.labelling.now is not None and page.labelling.now.frame == 1 and gate.reached.is_set())
    next(part for part in page.parts if isinstance(part, Copying)).paste_previous()
    qtbot.waitUntil(lambda: page.labelling.saving._thread._work_queue.qsize() > 0)
    gate.open()
    qtbot.waitUntil(lambda: len(regions(page)) > 1)
    assert regions(page) == ["road", "road", "car"]


def test_who_waits_for_what_is_drawn_has_the_edit_that_came_while_the_one_before_was_written(qtbot, page: AnnotatePage, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, store = Gate(monkeypatch, export, "export"), page.labelling.now.store
    draw(page, "car")
    page.labelling.saving.now()
    qtbot.waitUntil(gate.reached.is_set)
    draw(page, "bus")
    page.labelling.saving.now()
    waiting = threading.Thread(target=page.labelling.saving.wait)
    waiting.start()
    gate.open()
    waiting.join(10)
    assert [region.label for region in cityscapes_json.read_file(store.path).regions] == ["road", "car", "bus"]
    qtbot.waitUntil(lambda: page.labelling.saving.state.startswith("Saved"))


def test_another_programs_file_that_is_taken_has_its_mask_too(qtbot, page: AnnotatePage, monkeypatch: pytest.MonkeyPatch) -> None:
    store = page.labelling.now.store
    draw(page, "car")
    with qtbot.waitSignal(page.labelling.saving.saved):
        page.labelling.saving.now()
    theirs = Document(WIDTH, HEIGHT).added("sky", BOX)
    store.path.write_text(cityscapes_json.write(theirs), encoding="utf-8")
    draw(page, "bus")
    page.labelling.saving.now()
    qtbot.waitUntil(lambda: "changed by another program" in page.messages.text)
    monkeypatch.setattr(QMessageBox, "exec", lambda box: None)
    monkeypatch.setattr(QMessageBox, "clickedButton", lambda box: next(button for button in box.buttons() if button.text() == "Take the file"))
    with qtbot.waitSignal(page.labelling.saving.saved):
        page._cure()[1]()
    assert regions(page) == ["sky"] and not store.unsaved
    mask = images.read_ids(store.path.with_name(store.path.name.replace("polygons.json", "labelIds.png")))
    np.testing.assert_array_equal(mask, masks.label_ids(theirs, SPACE))
