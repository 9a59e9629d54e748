"""The editor of a size progression: its stages on one line."""

from __future__ import annotations

import re
from typing import Any

from gui.widgets.editors import Text

_STAGE = re.compile(
    r"(?P<height>\d+)\s*[×x*]\s*(?P<width>\d+)[\s,]+(?P<epochs>\d+)\s*epochs?[\s,]+batch\s*(?P<batch>\d+)"
    r"(?:[\s,]+split\s+(?P<split>[^\s,]+))?(?:[\s,]+layout\s+(?P<layout>[^\s,]+))?(?P<fill>[\s,]+fill\s+void)?",
    re.IGNORECASE,
)


class Stages(Text):
    """Stages as `120×160 4 epochs batch 16; 240×320 6 epochs batch 8`, where wanted with `split NAME`, `layout NAME`, `fill void`; empty for none."""

    def __init__(self) -> None:
        super().__init__()
        self.line.setPlaceholderText("120×160 4 epochs batch 16; 240×320 …")

    def get(self) -> Any:
        return [_read(part.strip()) for part in self.line.text().split(";") if part.strip()]

    def _spelled(self, value: Any) -> str:
        return "; ".join(map(_written, value))


def _read(part: str) -> dict[str, Any]:
    found = _STAGE.fullmatch(part)
    if found is None:
        raise ValueError(f"has {part!r}; write each stage as 240×320 6 epochs batch 8, with a semicolon between two")
    return {
        "size": [int(found["height"]), int(found["width"])],
        "epochs": int(found["epochs"]),
        "batch": int(found["batch"]),
        "split": found["split"] or "",
        "layout": found["layout"] or "",
        "fill_void": bool(found["fill"]),
    }


def _written(stage: dict[str, Any]) -> str:
    height, width = stage["size"]
    words = f"{height}×{width} {stage['epochs']} epoch{'s' if stage['epochs'] != 1 else ''} batch {stage['batch']}"
    words += "".join(f" {key} {stage[key]}" for key in ("split", "layout") if stage[key])
    return words + (" fill void" if stage["fill_void"] else "")
