"""What is trained and how: a preset or a past run to start from, every setting as a row, and where the work is done."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from engine import datasets, models, training
from engine.config import TrainConfig
from engine.errors import ConfigError
from engine.run_summary import Summary
from gui import presets
from gui.actions import Action, button
from gui.forms import Form
from gui.presets import Preset
from gui.settings import Settings
from gui.trainer import How
from gui.widgets.rate_editor import Rate
from gui.widgets.teacher_editor import Teacher
from gui.widgets.where_trained import WhereTrained

if TYPE_CHECKING:
    from engine.sample import Dataset

_TITLES = {"data": "Data", "classes": "Classes", "model": "Network", "augment": "Augmentation", "loss": "Loss", "optimiser": "Optimiser", "distill": "Teacher"}


@dataclass(frozen=True, slots=True)
class _Origin:
    """What the form was filled from."""

    title: str
    about: str
    config: TrainConfig


class TrainForm(QWidget):
    """`changed` fires when the user edits or chooses another start. Edits are kept as a start of their own when another is chosen.

    `preview` stands beside the augmentation. `presets` are those that can be started from.
    """

    changed = Signal()

    def __init__(self, settings: Settings, parent: QWidget | None = None, *, preview: Action | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._preview = preview
        self.presets: list[Preset] = presets.found()
        self._dataset: Dataset | None = None
        self._run: _Origin | None = None
        self._edited: TrainConfig | None = None
        self._dirty = False
        self._make()
        self._lay_out()
        self._fill_origins(0)
        self._origins.activated.connect(self._on_chosen)
        self.form.changed.connect(self._on_edited)

    @property
    def how(self) -> How:
        """Where the training runs."""
        return self.where.how

    @property
    def has_data(self) -> bool:
        """Whether a folder is given that exists."""
        root = str(self.form.row("data.root").editor.get())
        return root not in ("", ".") and Path(root).expanduser().is_dir()

    def value(self) -> TrainConfig | None:
        """The experiment; None where something is wrong, which then stands at its row."""
        if self.form.check():
            return None
        try:
            value = self.form.value()
        except ConfigError:
            return None
        return value if isinstance(value, TrainConfig) else None

    def show_dataset(self, dataset: Dataset | None) -> None:
        """Fits the settings to the dataset that is open, from the preset made for it, unless the user has edited them."""
        self._dataset = dataset
        if dataset is None:
            return
        preset = presets.for_dataset(self.presets, dataset)
        if self._dirty or self._run is not None:
            value = self.value()
            if value is not None and self._run is None:
                self.form.set_value(presets.fitted(value, dataset))
            return
        if preset is not None:
            self._choose(self.presets.index(preset))
        else:
            self.form.set_value(presets.fitted(TrainConfig(), dataset))

    def show_run(self, title: str, config: TrainConfig) -> None:
        """Fills in the config of a past run, to train it again with changes."""
        self._keep_edits()
        self._run = _Origin(title, "The settings of the run that is shown", config)
        self._fill_origins(len(self.presets))
        self.form.set_value(config)

    def show_teachers(self, summaries: Sequence[Summary]) -> None:
        """Offers the runs that may teach, the newest first."""
        self.teacher.show_runs([(_teacher(one), one.run.path) for one in summaries if not math.isnan(one.mean_iou)])

    def choose(self, title: str) -> None:
        """Starts from the preset, run or put-aside edits of this title."""
        self._keep_edits()
        titles = [origin.title for origin in self._all()]
        self._choose(titles.index(title))
        self.changed.emit()

    def point_out(self) -> None:
        """Puts the keyboard on the first row that is wrong."""
        for key in self.form.keys:
            row = self.form.row(key)
            if row.error.text():
                row.editor.widget.setFocus()
                return

    def _make(self) -> None:
        self._origins = QComboBox()
        self._origins.setAccessibleName("Start from")
        self._origins.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._about = QLabel()
        self._about.setObjectName("muted")
        self._about.setWordWrap(True)
        self.where = WhereTrained(self._settings)
        choices = {
            "model.architecture": models.architectures(),
            "model.encoder": models.ENCODERS,
            "loss.name": training.loss_names(),
            "data.layout": ("auto", *datasets.layouts()),
        }
        first = self._fitted(self.presets[0].config) if self.presets else TrainConfig()
        self.teacher, self.rate = Teacher(), Rate()
        special = {"distill.teacher": lambda: self.teacher, "optimiser.learning_rate": lambda: self.rate}
        beside = {"augment": _brief(self._preview, "Preview")} if self._preview else {}
        self.form = Form(first, choices=choices, titles=_TITLES, special=special, beside=beside)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for words, widget in (("Start from", self._origins), ("Train", self.where)):
            label = QLabel(words)
            label.setObjectName("formHeading")
            label.setBuddy(widget if widget is not self.where else self.where.kinds)
            column.addWidget(label)
            column.addWidget(widget)
            if widget is self._origins:
                column.addWidget(self._about)
        column.addWidget(self.form)

    def _fill_origins(self, current: int) -> None:
        """Presets, then the run that is shown, then the user's edits that another choice put aside."""
        self._origins.clear()
        for origin in self._all():
            self._origins.addItem(origin.title, origin)
        self._origins.setCurrentIndex(min(current, self._origins.count() - 1))
        self._say_about()

    def _all(self) -> list[_Origin]:
        origins = [_Origin(one.title, one.about, one.config) for one in self.presets]
        origins += [self._run] if self._run else []
        return origins + ([_Origin("My changes", "What you changed before choosing something else", self._edited)] if self._edited else [])

    def _choose(self, at: int) -> None:
        origin = self._all()[at]
        self._fill_origins(at)
        ours = origin.config is self._edited or origin is self._run
        self.form.set_value(origin.config if ours else self._fitted(origin.config))
        self._dirty = False

    def _fitted(self, wanted: TrainConfig) -> TrainConfig:
        return presets.fitted(wanted, self._dataset) if self._dataset is not None else presets.without_missing_data(wanted)

    def _on_chosen(self, at: int) -> None:
        self.choose(self._origins.itemText(at))

    def _on_edited(self) -> None:
        self._dirty = True
        self.changed.emit()

    def _keep_edits(self) -> None:
        if self._dirty and (value := self.value()) is not None:
            self._edited = value
        self._dirty = False

    def _say_about(self) -> None:
        origin = self._origins.currentData()
        self._about.setText(origin.about if isinstance(origin, _Origin) else "")
        self._about.setVisible(bool(self._about.text()))


def _teacher(summary: Summary) -> str:
    return f"{summary.words}, {summary.dataset} {summary.mean_iou:.3f}, {summary.when:%d %b %H:%M:%S}"


def _brief(row: Action, words: str) -> QToolButton:
    """The row's button in fewer words: the form is narrow."""
    made = button(row, words=True)
    made.setText(words)
    return made
