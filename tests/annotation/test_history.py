"""What was undone can be done again, until something else is done."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.annotation.changes import applied, difference
from engine.annotation.document import Document, Polygon
from engine.annotation.history import History, Kind, Step


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(("do", "do", "undo", "redo")), max_size=30))
def test_to_undo_what_was_done_changes_nothing(steps: list[str]) -> None:
    history, past, future = History(), [Document(10, 10)], []
    followed: list[tuple[Kind, Step]] = []
    for number, step in enumerate(steps):
        if step == "do":
            after = past[-1].added("car", Polygon(((number, 0), (5, 5), (0, 5))))
            change = difference(past[-1], after, f"draw {number}")
            history.do(change)
            past.append(after)
            future.clear()
        else:
            change = history.undo() if step == "undo" else history.redo()
            if change is None:
                assert len(past) == 1 if step == "undo" else not future
                continue
            assert applied(change, past[-1]).regions == (past[-2] if step == "undo" else future[-1]).regions
            future.append(past.pop()) if step == "undo" else past.append(future.pop())
        followed.append((Kind(step), Step(change.what, lambda change=change, step=step: change.inverse if step == "undo" else change)))
        assert history.depth == (len(past) - 1, len(future))
        assert (history.can_undo, history.can_redo) == (len(past) > 1, bool(future))
    whole, half = History(followed), History(followed[len(followed) // 2 :])
    taken = list(iter(history.undo, None))
    assert list(iter(whole.undo, None)) == taken, "as it was told what had been done"
    later = list(iter(half.undo, None))
    assert later == taken[: len(later)], "as far back as it was told"


def test_what_cannot_be_undone_has_no_name() -> None:
    history = History()
    assert history.undo() is None and history.redo() is None and history.undo_name is None and history.redo_name is None
    history.do(difference(Document(5, 5), Document(5, 5).added("car", Polygon(())), "draw a car"))
    assert history.undo_name == "draw a car"
    history.undo()
    assert history.undo_name is None and history.redo_name == "draw a car"
