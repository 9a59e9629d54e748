"""Channels times a factor, as a multiple of 8, which processors take best."""

from __future__ import annotations


def scaled(width: int, factor: float) -> int:
    """`width` itself at factor 1; at least 8, or `width` where it is less."""
    return width if factor == 1 else max(min(8, width), round(width * factor / 8) * 8)
