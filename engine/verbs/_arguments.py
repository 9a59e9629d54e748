"""Kinds of arguments that several verbs take."""

from __future__ import annotations

import argparse


def share(text: str) -> float:
    """A number from 0 to 1, such as an opacity."""
    try:
        value = float(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no number") from error
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1")
    return value


def stretch(text: str) -> tuple[int, int | None]:
    """`A:B`, `A:`, `:B` or `A` as the first and the last, counted from 1; None for as far as there is."""
    first, colon, last = text.partition(":")
    try:
        start = int(first) if first else 1
        end = (int(last) if last else None) if colon else start
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no stretch of frames; write it as 1:100") from error
    if start < 1 or (end is not None and end < start):
        raise argparse.ArgumentTypeError(f"{text!r} holds no frame; the first is 1, and the last comes after the first")
    return start, end
