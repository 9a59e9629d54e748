"""What the preview of the augmentation shows: which frame, which draw, whose settings, which weather, and the masks over it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QComboBox, QGridLayout, QHBoxLayout, QLabel, QSlider, QSpinBox, QToolButton, QWidget

from engine.config import WeatherConfig
from gui.augment_feed import Choice
from gui.presets import Preset
from gui.session import Session
from gui.settings import Settings

DRAWS = 100
_MANY = 9
_AS_DRAWN = "As drawn"


class AugmentControls(QWidget):
    """`changed` fires when other views are wanted, `look_changed` when the masks are shown otherwise; the opacity is the session's.

    `like` is laid out by whoever shows the controls.
    """

    changed = Signal()
    look_changed = Signal()

    def __init__(self, session: Session, settings: Settings, presets: Sequence[Preset], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._settings = session, settings
        self._make_places()
        self._make_weather()
        self._make_look()
        self.like = QComboBox()
        self.like.setAccessibleName("Settings to preview")
        self.like.setToolTip("The augmentation and weather of another preset, on the frames of the form; the form stays as it is")
        self.like.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.like.setMinimumContentsLength(18)
        self.like.addItem("As in the form")
        for preset in presets:
            self.like.addItem(preset.title, preset.config)
            self.like.setItemData(self.like.count() - 1, preset.about, Qt.ItemDataRole.ToolTipRole)
        self._lay_out()
        self._connect()

    @property
    def masks_shown(self) -> bool:
        """Whether masks lie over both pictures."""
        return self.masks.isChecked()

    @property
    def choice(self) -> Choice:
        """What shall be shown."""
        many = _MANY if self.many.isChecked() else 1
        return Choice(self.frame.value(), self.draw.value(), many, self.effect, self.strength.value() / 100, self.like.currentData())

    @property
    def effect(self) -> str:
        """The weather that falls on every view; "" where it is drawn."""
        return next(str(button.property("effect")) for button in self._effects.buttons() if button.isChecked())

    def choose(self, effect: str) -> None:
        """Lets this weather fall on every view, or what is drawn for ""."""
        next(button for button in self._effects.buttons() if button.property("effect") == effect).click()

    def show_count(self, count: int) -> None:
        """There are so many frames."""
        for widget, first in ((self.frame, 0), (self.number, 1)):
            with QSignalBlocker(widget):
                widget.setRange(first, count - 1 + first)
        self._of.setText(f"of {count:,}".replace(",", "\u202f"))

    def show_alone(self, draw: int) -> None:
        """One draw instead of nine."""
        with QSignalBlocker(self.many):
            self.many.setChecked(False)
        with QSignalBlocker(self.draw):
            self.draw.setValue(draw)
        with QSignalBlocker(self.drawn):
            self.drawn.setValue(self.draw.value())
        self.changed.emit()

    def step(self, by: int) -> None:
        """To the next draw, or the one before."""
        self.draw.setValue(self.draw.value() + by)

    def _make_places(self) -> None:
        self.frame, self.draw = _slider("Frame", 0), _slider("Draw", DRAWS - 1)
        self.frame.setToolTip("Any frame of the training split")
        self.draw.setToolTip("Random draws: draw 0 is what the run sees of this frame in its first pass, draw 1 in its second (Left, Right)")
        self.number, self.drawn = QSpinBox(), QSpinBox()
        self.number.setRange(1, 1)
        self.number.setAccessibleName("Number of the frame")
        self.drawn.setRange(0, DRAWS - 1)
        self.drawn.setAccessibleName("Number of the draw")
        self._of = QLabel()
        self._of.setObjectName("muted")
        self.many = QCheckBox("Nine at once")
        self.many.setToolTip("This draw and the eight after it; a click on one shows it alone")

    def _make_weather(self) -> None:
        self._effects = QButtonGroup(self)
        for name in ("", *(one.name for one in fields(WeatherConfig) if one.name != "together")):
            button = QToolButton()
            button.setObjectName("choice")
            button.setText(name.capitalize() or _AS_DRAWN)
            button.setToolTip(f"Every view with {name}, at the strength chosen here" if name else "By the probabilities and strengths of the settings")
            button.setCheckable(True)
            button.setChecked(not name)
            button.setProperty("effect", name)
            self._effects.addButton(button)
        self.strength = _slider("Strength", 100)
        self.strength.setPageStep(10)
        self.strength.setValue(50)
        self._strength_words = QLabel("Strength")
        self._strength_value = QLabel("0.50")
        self._show_strength()

    def _make_look(self) -> None:
        self.masks = QCheckBox("Masks")
        self.masks.setToolTip("Lay the masks over both pictures; what is void or beyond the frame is hatched (H)")
        self.masks.setChecked(self._settings.flag("train/preview_masks", False))
        self.opacity = _slider("Opacity", 100)
        self.opacity.setToolTip("Opacity of the masks")
        self._percent = QLabel()

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 4, 12, 10)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for row, (words, slider, box, more) in enumerate((("Frame", self.frame, self.number, self._of), ("Draw", self.draw, self.drawn, self.many))):
            label = QLabel(words)
            label.setBuddy(box)
            for column, widget in enumerate((label, slider, box, more)):
                grid.addWidget(widget, row, column)
        grid.addWidget(QLabel("Weather"), 2, 0)
        effects = QHBoxLayout()
        effects.setSpacing(4)
        for button in self._effects.buttons():
            effects.addWidget(button)
        effects.addStretch(1)
        grid.addLayout(effects, 2, 1, 1, 3)
        for row, members in enumerate(((self._strength_words, self.strength, self._strength_value), (self.masks, self.opacity, self._percent)), 3):
            for column, widget in enumerate(members):
                grid.addWidget(widget, row, column)

    def _connect(self) -> None:
        self.frame.valueChanged.connect(lambda value: self.number.setValue(value + 1))
        self.number.valueChanged.connect(lambda value: self.frame.setValue(value - 1))
        self.draw.valueChanged.connect(self.drawn.setValue)
        self.drawn.valueChanged.connect(self.draw.setValue)
        self._effects.buttonClicked.connect(self._on_effect)
        self.strength.valueChanged.connect(lambda value: self._strength_value.setText(f"{value / 100:.2f}"))
        for edited in (self.frame.valueChanged, self.draw.valueChanged, self.many.toggled, self.strength.valueChanged, self.like.activated):
            edited.connect(lambda _: self.changed.emit())
        self.masks.toggled.connect(self._on_masks)
        self.opacity.valueChanged.connect(lambda value: self._session.set_opacity(value / 100))
        self._session.opacity_changed.connect(self._on_opacity)
        self._session.hidden_changed.connect(lambda _: self.look_changed.emit())
        self._on_opacity(self._session.opacity)
        self.opacity.setEnabled(self.masks_shown)

    def _show_strength(self) -> None:
        for widget in (self._strength_words, self.strength, self._strength_value):
            widget.setEnabled(bool(self.effect))

    def _on_effect(self) -> None:
        self._show_strength()
        self.changed.emit()

    def _on_masks(self, shown: bool) -> None:
        self._settings.set("train/preview_masks", shown)
        self.opacity.setEnabled(shown)
        self.look_changed.emit()

    def _on_opacity(self, value: float) -> None:
        with QSignalBlocker(self.opacity):
            self.opacity.setValue(round(value * 100))
        self._percent.setText(f"{value:.0%}".replace("%", " %"))
        self.look_changed.emit()


def _slider(name: str, most: int) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(0, most)
    slider.setPageStep(10)
    slider.setMinimumWidth(60)
    slider.setAccessibleName(name)
    return slider

