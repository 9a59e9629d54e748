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
