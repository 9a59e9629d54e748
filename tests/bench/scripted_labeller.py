"""Somebody who labels: real mouse and key events for the Annotate page, counted, and the seconds that a practised person would need for them.

The seconds are those of the Keystroke-Level Model (Card, Moran & Newell, "The keystroke-level model for user performance time with interactive
systems", CACM 23(7), 1980): 0.28 s a key (average typist), 1.1 s to point at something, 0.1 s to press or to let go of the button, 1.35 s to think
before each region. One hand is on the mouse, one on the keys, so neither moves to and fro. Waiting for the network is added as measured.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

KEY_S, POINT_S, BUTTON_S, THINK_S = 0.28, 1.1, 0.1, 1.35
GRAB = 9.0
"""Pixels of the screen within which the pointer takes hold of something."""
Pixel = tuple[int, int]
_NONE, _SHIFT, _CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@dataclass
class Effort:
    """What it took so far."""

    clicks: int = 0
    keys: int = 0
    drags: int = 0
    outlines: int = 0
    thoughts: int = 0
    waited_s: float = 0.0
    _held: object = field(default=_NONE, repr=False)

    @property
    def seconds(self) -> float:
        """By the model."""
        return (self.clicks + self.drags) * (POINT_S + 2 * BUTTON_S) + self.drags * POINT_S + self.keys * KEY_S + self.thoughts * THINK_S + self.waited_s


class Hands:
    """Draws on a page whose picture is wholly in sight. A modifier that is held over several clicks is one key."""

    def __init__(self, app, page) -> None:  # type: ignore[no-untyped-def]
        self.effort = Effort()
        self._app, self._page = app, page

    def key(self, key: Qt.Key, held: Qt.KeyboardModifier = _NONE) -> None:
        """One key, and one more for a modifier."""
        self._hold(_NONE)
        QTest.keyClick(self._page.canvas, key, held)
        self.effort.keys += 1 + (held != _NONE)

    def click(self, pixel: Pixel, held: Qt.KeyboardModifier = _NONE) -> None:
        """Points at a pixel and clicks."""
        self._hold(held)
        at = self._at(pixel)
        QTest.mouseClick(self._page.canvas, Qt.MouseButton.LeftButton, held, at)
        self.effort.clicks += 1

    def choose(self, label: str) -> None:
        """The class of the next region: a digit where there is one, else by the letters that it takes to find it."""
        page = self._page
        if page.labelling.settings.label == label:
            return
        digit = next((number for number in range(10) if page.classes.digit(number) == label), None)
        if digit is not None:
            self.key(Qt.Key(Qt.Key.Key_0 + digit))
        else:
            self._search(label)
        assert page.labelling.settings.label == label, f"{page.labelling.settings.label} is chosen, {label} was wanted"

    def outline(self, points: list[Pixel], *, follow: bool) -> None:
        """A polygon of these vertices with the tool in the hand; with `follow` the stretches that a neighbour has too are taken over from it."""
        self.effort.outlines += 1
        self.effort.thoughts += 1
        canvas, first = self._page.canvas, points[0]
        before = canvas.view
        room = min((max(abs(x - first[0]), abs(y - first[1])) for x, y in points[1:]), default=0)
        closer = next((scale for scale in (before.scale, 4.0, 8.0, 16.0) if room > GRAB / scale), 16.0)
        if closer != before.scale:
            self.effort.keys += 2  # the wheel, there and back
            self._look_at(first, closer)
        points = [first, *(one for one in points[1:] if max(abs(one[0] - first[0]), abs(one[1] - first[1])) > GRAB / closer)]
        place = 0
        self.click(first, _NONE if follow and self._snaps(first) else _CTRL)
        while place + 1 < len(points):
            end = self._followed(points, place) if follow else None
            place = place + 1 if end is None else end
            self.click(points[place], _CTRL if end is None else _SHIFT)
        self.key(Qt.Key.Key_Return)
        canvas.view = before

    def _look_at(self, pixel: Pixel, scale: float) -> None:
        canvas = self._page.canvas
        canvas.zoom(scale)
        view = canvas.view
        canvas.view = view.moved(view.view_width / 2 - (view.scale * pixel[0] + view.left), view.view_height / 2 - (view.scale * pixel[1] + view.top))

    def _search(self, label: str) -> None:
        classes = self._page.classes
        self.key(Qt.Key.Key_E, _CTRL)
        names = [classes.digit(number) for number in range(10)]
        known = [one.name for one in self._page.labelling.now.picture.space.labels]
        letters = next((label[:count] for count in range(1, len(label)) if [name for name in known if label[:count] in name] == [label]), label)
        assert label not in names
        for letter in letters:
            QTest.keyClicks(classes.search, letter)
            self.effort.keys += 1
        QTest.keyClick(classes.search, Qt.Key.Key_Return)
        self.effort.keys += 1

    def _followed(self, points: list[Pixel], place: int) -> int | None:
        """The farthest vertex to which the neighbour's border leads the way that is to be drawn: the page shows that way before the click."""
        from gui import label_edits

        start, labelling = points[place], self._page.labelling
        if not self._snaps(start):
            return None
        run = place
        while run + 1 < len(points) and self._snaps(points[run + 1]):
            run += 1
        while run > place + 2:
            way = label_edits.followed(labelling, start, points[run])
            if list(way) == points[place + 1 : run]:
                return run
            run = place + max(2, (run - place) // 2) if run - place > 4 else run - 1
        return None

    def _snaps(self, pixel: Pixel) -> bool:
        """Whether a neighbour has a vertex right here, and the pointer snaps to it."""
        from gui import label_edits

        labelling = self._page.labelling
        near = labelling.outlines.nearest_vertex(pixel, within=0.1)
        return near is not None and label_edits.snapped(labelling, pixel, within=GRAB / self._page.canvas.view.scale) == pixel

    def _hold(self, held: Qt.KeyboardModifier) -> None:
        if held != self.effort._held and held != _NONE:
            self.effort.keys += 1
        self.effort._held = held

    def _at(self, pixel: Pixel) -> QPoint:
        view, ratio = self._page.canvas.view, self._page.canvas.devicePixelRatioF()
        return QPoint(int((view.scale * (pixel[0] + 0.5) + view.left) / ratio), int((view.scale * (pixel[1] + 0.5) + view.top) / ratio))
