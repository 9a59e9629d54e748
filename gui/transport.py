"""The actions of playing a drive, for every page that shows one."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from gui.actions import Action
from gui.player import Player
from gui.session import Session
from gui.widgets.timeline import Timeline

_MENU = "Play"


def rows(page: str, session: Session, player: Player, timeline: Timeline, *, home: bool = True) -> list[Action]:
    """Play, steps, jumps, loop and speed, scoped to `page`. `home` leaves Home and End to the frames."""

    def can() -> bool:
        return session.drive is not None

    def row(id: str, text: str, keys: str | tuple[str, ...], icon: str, call, help: str = "") -> Action:  # type: ignore[no-untyped-def]
        return Action(f"{page}.{id}", text, keys, page, icon, call, enabled=can, help=help, menu=_MENU)

    def step(frames: int) -> None:
        session.show_frame(session.frame + frames)

    def jump(seconds: float) -> None:
        session.show_frame(frame_after(player.playback.times, session.frame, seconds))

    playback = player.playback
    return [
        row("play", "Play or pause", "Space", "play", playback.toggle),
        row("back", "One frame back", "Left", "step-back", lambda: step(-1)),
        row("on", "One frame on", "Right", "step-forward", lambda: step(1)),
        row("second_back", "One second back", "Shift+Left", "", lambda: jump(-1)),
        row("second_on", "One second on", "Shift+Right", "", lambda: jump(1)),
        row("ten_back", "Ten seconds back", "PgUp", "", lambda: jump(-10)),
        row("ten_on", "Ten seconds on", "PgDown", "", lambda: jump(10)),
        row("first", "First frame", "Home" if home else "Ctrl+Home", "first", lambda: session.show_frame(0)),
        row("last", "Last frame", "End" if home else "Ctrl+End", "last", lambda: session.show_frame(10**9)),
        row("where", "Go to…", "Ctrl+G", "", timeline.ask_where, "A frame's number, or a time such as 1:02.5"),
        row("loop_in", "Loop from here", "I", "", lambda: set_loop(player, first=session.frame)),
        row("loop_out", "Loop to here", "O", "", lambda: set_loop(player, last=session.frame)),
        row("loop", "Loop on or off", "Shift+L", "loop", lambda: playback.set_loop(None if playback.loop else (0, 10**9))),
        row("slower", "Slower", "<", "", lambda: playback.faster(-1), "0.1, 0.25, 0.5, 1, 2 or 4 times"),
        row("faster", "Faster", ">", "speed", lambda: playback.faster(1), "0.1, 0.25, 0.5, 1, 2 or 4 times"),
    ]


def set_loop(player: Player, *, first: int | None = None, last: int | None = None) -> None:
    """Sets one end of the loop; the other stays where it makes sense, else it goes to the end of the drive."""
    playback, end = player.playback, len(player.playback.times) - 1
    begin, finish = playback.loop or (0, end)
    if first is not None:
        playback.set_loop((first, finish if finish > first else end))
    if last is not None:
        playback.set_loop((begin if begin < last else 0, last))


def frame_after(times: list[float], frame: int, seconds: float) -> int:
    """The frame that is shown `seconds` after (or, negative, before) the frame; always another one where there is one."""
    if not times:
        return 0
    wanted = times[frame] + seconds
    if seconds > 0:
        return min(len(times) - 1, max(frame + 1, bisect_right(times, wanted + 1e-6) - 1))
    return max(0, min(frame - 1, bisect_left(times, wanted - 1e-6)))
