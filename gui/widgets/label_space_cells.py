"""The cells of the label space editor's table: names that are checked while they are typed, groups, and ticks."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QEvent, QObject, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QBrush, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QApplication, QComboBox, QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from gui import theme
from gui.widgets.label_space_rows import Index, Role, SpaceRows

_TICK = 15


class Cell(QStyledItemDelegate):
    """The row that is current is raised, not coloured: colours are what the table is about."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        option.state &= ~QStyle.StateFlag.State_HasFocus  # type: ignore[attr-defined]
        if option.state & QStyle.StateFlag.State_Selected:  # type: ignore[attr-defined]
            option.state &= ~QStyle.StateFlag.State_Selected  # type: ignore[attr-defined]
            option.backgroundBrush = QBrush(theme.tokens().colour("hover"))  # type: ignore[attr-defined]


    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self._fill(painter, option, index)
        view = option.widget  # type: ignore[attr-defined]
        if isinstance(view, QAbstractItemView) and view.hasFocus() and index == view.currentIndex():
            painter.setPen(theme.tokens().colour("accent"))
            painter.drawRect(option.rect.adjusted(0, 0, -1, -1))  # type: ignore[attr-defined]

    def _fill(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)


class TickCell(Cell):
    """A click anywhere in the cell, or Space, ticks it."""

    def _fill(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.initStyleOption(option, index)
        option.features &= ~QStyleOptionViewItem.ViewItemFeature.HasCheckIndicator  # type: ignore[attr-defined]
        option.text = ""  # type: ignore[attr-defined]
        (option.widget.style() if option.widget else QApplication.style()).drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)  # type: ignore[attr-defined]
        now, ticked = theme.tokens(), index.data(Role.CheckStateRole) == Qt.CheckState.Checked
        rect: QRect = option.rect  # type: ignore[attr-defined]
        box = QRect(rect.left() + 6, rect.center().y() - _TICK // 2, _TICK, _TICK)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(now.colour("accent" if ticked else "muted"))
        painter.setBrush(now.colour("accent" if ticked else "raised"))
        painter.drawRoundedRect(box, 4, 4)
        painter.restore()
        if ticked:
            theme.icon("check", "on_accent").paint(painter, box.adjusted(1, 1, 0, 0))

    def editorEvent(self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index) -> bool:
        clicked = event.type() == QEvent.Type.MouseButtonRelease and isinstance(event, QMouseEvent) and event.button() == Qt.MouseButton.LeftButton
        if clicked or (event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Space):
            ticked = index.data(Role.CheckStateRole) == Qt.CheckState.Checked
            return model.setData(index, Qt.CheckState.Unchecked if ticked else Qt.CheckState.Checked, Role.CheckStateRole)  # type: ignore[arg-type]
        return event.type() == QEvent.Type.MouseButtonDblClick


class NameCell(Cell):
    """What is typed is checked letter by letter; Esc takes it back."""

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        line = QLineEdit(parent)
        line.setAccessibleName("Name of the class")
        return self._live(line, line, index)

    def _live(self, editor: QWidget, line: QLineEdit, index: Index) -> QWidget:
        model, place = index.model(), QPersistentModelIndex(index)
        editor.setProperty("before", index.data(Role.EditRole))
        line.textEdited.connect(lambda text: model.setData(place, text) if place.isValid() else None)  # type: ignore[arg-type]
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        line = editor.lineEdit() if isinstance(editor, QComboBox) else editor
        if isinstance(line, QLineEdit) and line.text().strip() != index.data(Role.EditRole):
            line.setText(index.data(Role.EditRole))
            line.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        model.setData(index, editor.currentText() if isinstance(editor, QComboBox) else editor.text())  # type: ignore[attr-defined, arg-type]

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            line = editor.lineEdit() if isinstance(editor, QComboBox) else editor
            if isinstance(line, QLineEdit):
                line.textEdited.emit(editor.property("before"))
        return super().eventFilter(editor, event)


class GroupCell(NameCell):
    """A group there is, or a new one that is typed."""

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        box = QComboBox(parent)
        box.setAccessibleName("Group of the class")
        line = QLineEdit()
        line.setPlaceholderText("a new group")
        box.setLineEdit(line)
        model = index.model()
        assert isinstance(model, SpaceRows)
        box.addItems(model.groups)
        box.setCurrentText(index.data(Role.EditRole))
        box.textActivated.connect(line.textEdited)
        return self._live(box, line, index)
