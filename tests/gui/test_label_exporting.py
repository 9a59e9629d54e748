"""Exporting labels from the Annotate page, and what it says of edits that a killed program left."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine import datasets, places
from engine.annotation import masks
from engine.annotation.changes import difference
from engine.annotation.document import Document, Polygon
from engine.annotation.store import Store
from engine.inspection.opening import open_path
from gui import label_recovery
from gui.label_exporting import Exporting
from gui.pages.annotate import AnnotatePage
from gui.widgets.label_export_dialog import LabelExportDialog
from tests import layouts


@pytest.fixture
def page(qtbot, session, jobs, settings, tmp_path: Path):
    """Three plain pictures; the second has a road and a car."""
    for number in range(3):
        layouts.picture(tmp_path / "shots" / f"shot{number}.png", (40, 60))
    page = AnnotatePage(session, jobs, settings)
    qtbot.addWidget(page)
    page.show()
    session.set_source(open_path(tmp_path / "shots"), tmp_path / "shots")
    session.show_frame(1)
    page.activate()
    qtbot.waitUntil(lambda: page.labelling.now is not None and page.labelling.now.frame == 1)
    labelling = page.labelling
    labelling.commit(labelling.committed.added("road", Polygon(((0, 20), (59, 20), (59, 39), (0, 39)))).added("car", Polygon(((10, 15), (30, 15), (30, 30)))), "draw")
    yield page
    page.shutdown()


def answer(act) -> None:
    """Does something in the dialog that is about to be shown."""

    def there() -> None:
        dialog = next((one for one in QApplication.topLevelWidgets() if isinstance(one, LabelExportDialog) and one.isVisible()), None)
        act(dialog) if dialog is not None else QTimer.singleShot(10, there)

    QTimer.singleShot(0, there)


def ask(page: AnnotatePage) -> None:
    next(part for part in page.parts if isinstance(part, Exporting)).ask()


def test_labels_are_exported_with_the_edit_that_was_just_made_and_opened_from_the_message(page, qtbot, tmp_path: Path) -> None:
    def say(dialog: LabelExportDialog) -> None:
        dialog.path.setText(str(tmp_path / "mine"))
        QTest.mouseClick(dialog.start, Qt.MouseButton.LeftButton)

    answer(say)
    ask(page)
    qtbot.waitUntil(lambda: "1 frame are" in page.messages.text or "1 frame" in page.messages.text, timeout=10_000)
    read = datasets.open_dataset(tmp_path / "mine", split="all")
    np.testing.assert_array_equal(read.mask(0), masks.label_ids(page.labelling.committed, page.labelling.picture.space))
    with qtbot.waitSignal(page.opening_wanted) as opened:
        QTest.mouseClick(page.messages._cure_button, Qt.MouseButton.LeftButton)
    assert opened.args == [tmp_path / "mine"]

    def again(dialog: LabelExportDialog) -> None:
        assert dialog.path.text() == str(tmp_path / "mine") and "replaced" in dialog._says.text()
        dialog.reject()

    answer(again)
    ask(page)


def test_what_cannot_be_is_said_in_the_dialog_and_cancel_writes_nothing(page, tmp_path: Path) -> None:
    def nonsense(dialog: LabelExportDialog) -> None:
        dialog.path.setText("")
        assert not dialog.start.isEnabled() and "Choose a folder" in dialog._says.text()
        dialog.path.setText(str(tmp_path / "shots" / "shot0.png"))
        assert not dialog.start.isEnabled() and "is a file" in dialog._says.text()
        dialog.path.setText(str(tmp_path / "never"))
        assert dialog.start.isEnabled()
        QTest.keyClick(dialog, Qt.Key.Key_Escape)

    answer(nonsense)
    ask(page)
    assert not (tmp_path / "never").exists()


def test_a_layout_that_does_not_fit_says_why(qtbot, tmp_path: Path) -> None:
    from engine import labels
    from gui.widgets.label_export_dialog import Wanted

    dialog = LabelExportDialog(labels.space("camvid"), frame=0, before=Wanted("cityscapes", tmp_path / "x", None))
    qtbot.addWidget(dialog)
    assert not dialog.start.isEnabled() and "classes of Cityscapes" in dialog._says.text()
    dialog.frames.setCurrentIndex(1)
    assert dialog.wanted.drawn and dialog.wanted.only is None
    dialog.frames.setCurrentIndex(2)
    dialog.layouts.setCurrentIndex(0)
    assert dialog.start.isEnabled() and dialog.wanted == Wanted("folder", tmp_path / "x", 0)


def test_edits_that_a_killed_program_left_are_told_at_the_next_start(qtbot, session, jobs, settings, tmp_path: Path) -> None:
    for name in ("a", "b"):
        path = places.label_documents() / "shots" / f"{name}_polygons.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        store = Store.open(path, new=lambda: Document(60, 40))
        store.commit(difference(store.document, store.document.added("car", Polygon(((0, 0), (9, 0), (9, 9)))), "draw car"))
        store.close()
    page = AnnotatePage(session, jobs, settings)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: "2 frames have 2 edits" in page.messages.text)
    assert "a, b" in page.messages.text
    for number in range(2):
        layouts.picture(tmp_path / "shots" / f"shot{number}.png", (40, 60))
    session.set_source(open_path(tmp_path / "shots"), tmp_path / "shots")
    page.activate()
    qtbot.waitUntil(lambda: page.labelling.now is not None)
    qtbot.waitUntil(lambda: "2 frames have 2 edits" in page.messages.text)
    page.shutdown()


def test_many_are_named_by_the_first_few() -> None:
    said = label_recovery.told({Path(f"{name}_gtFine_polygons.json"): 1 for name in "abcde"})
    assert said.endswith("a, b, c and 2 more") and said.startswith("5 frames have 5 edits")
    assert label_recovery.told({Path("a_polygons.json"): 1}).startswith("1 frame has 1 edit that")
