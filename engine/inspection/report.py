"""What an inspection found, as records and as the plain values that JSON and events carry.

    {"path", "kind", "title",           what it is: `kind` is a dataset layout (camvid …), a drive's kind (kitti_raw, video …),
                                        image, scan, or collection
     "frames": int,                     in all parts together
     "parts": [{"name", "frames", "labelled", "scans", "size": [height, width] of the first image or null, "sizes": how many different}],
     "facts": {name: text},             such as length, calibration, points a scan
     "label_space": str or null,
     "classes": [{"id", "name", "colour": [r, g, b], "pixels", "share": 0…1 of all of its space but void, "masks": how many hold it,
                  "void": bool, "space": its label space, "unit": "pixels", or "points" where scans are labelled}],
     "masks_counted", "masks": int,     how many masks were looked into, those that couldn't be read among them, of how many
     "problems": [{"file", "kind", "text"}],
     "below": [the same for each thing a collection holds],
     "stopped": bool}                   it was stopped early and speaks of what it saw until then
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from engine.datasets import Problem
from engine.labels import Colour

COLLECTION = "collection"


@dataclass(frozen=True, slots=True)
class Part:
    """A split of a dataset, or a drive."""

    name: str
    frames: int
    labelled: int = 0
    scans: int = 0
    size: tuple[int, int] | None = None
    sizes: int = 0


@dataclass(frozen=True, slots=True)
class ClassShare:
    """One class of the label space in the masks that were counted."""

    id: int
    name: str
    colour: Colour
    pixels: int
    share: float
    masks: int
    void: bool = False
    space: str = ""
    unit: str = "pixels"


@dataclass(frozen=True, slots=True)
class Report:
    """See the module's head for what the fields hold."""

    path: str
    kind: str
    title: str
    parts: tuple[Part, ...] = ()
    facts: dict[str, str] = field(default_factory=dict)
    label_space: str | None = None
    classes: tuple[ClassShare, ...] = ()
    masks_counted: int = 0
    masks: int = 0
    problems: tuple[Problem, ...] = ()
    below: tuple[Report, ...] = ()
    stopped: bool = False

    @property
    def frames(self) -> int:
        return sum(part.frames for part in self.parts) + sum(report.frames for report in self.below)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as JSON holds them."""
        values = asdict(self)
        values["frames"] = self.frames
        values["problems"] = [{"file": str(one.file), "kind": one.kind, "text": one.text} for one in self.problems]
        values["below"] = [report.to_dict() for report in self.below]
        values["parts"] = [{**part, "size": part["size"] and list(part["size"])} for part in values["parts"]]
        values["classes"] = [{**one, "colour": list(one["colour"])} for one in values["classes"]]
        return values
