"""What surfaces are made of: one row a material, known to the shading and to the lidar."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Material(NamedTuple):
    """`texture` names a tile of the atlas that spans `metres`; `gloss`, `reflectance` (lidar) 0…1; `glow` is light given off."""

    texture: str
    metres: float
    gloss: float = 0.0
    reflectance: float = 0.3
    glow: float = 0.0


TABLE: dict[str, Material] = {
    "asphalt": Material("asphalt", 5.0, 0.0, 0.16),
    "paving": Material("paving", 3.2, 0.0, 0.30),
    "kerb": Material("kerb", 4.0, 0.0, 0.36),
    "marking": Material("marking", 3.0, 0.0, 0.85),
    "grass": Material("grass", 5.0, 0.0, 0.42),
    "soil": Material("soil", 3.0, 0.0, 0.25),
    "brick": Material("brick", 2.4, 0.0, 0.32),
    "plaster": Material("plaster", 6.0, 0.0, 0.45),
    "concrete": Material("concrete", 6.0, 0.0, 0.38),
    "front_sash": Material("front_sash", 12.0, 0.0, 0.33),
    "front_plaster": Material("front_plaster", 12.0, 0.0, 0.44),
    "front_modern": Material("front_modern", 12.0, 0.0, 0.30),
    "front_shop": Material("front_shop", 14.4, 0.0, 0.30),
    "roof": Material("roof", 3.0, 0.0, 0.25),
    "leaf": Material("leaf", 1.5, 0.0, 0.45),
    "hedge": Material("leaf", 1.6, 0.0, 0.45),
    "bark": Material("bark", 1.2, 0.0, 0.28),
    "wood": Material("wood", 1.6, 0.0, 0.35),
    "paint": Material("plain", 4.0, 0.75, 0.30),
    "glass": Material("plain", 4.0, 1.0, 0.06),
    "rubber": Material("plain", 1.0, 0.0, 0.06),
    "metal": Material("plain", 2.0, 0.35, 0.40),
    "cloth": Material("cloth", 1.0, 0.0, 0.35),
    "trousers": Material("cloth", 1.0, 0.0, 0.28),
    "skin": Material("plain", 1.0, 0.05, 0.45),
    "hair": Material("cloth", 0.6, 0.0, 0.15),
    "leather": Material("plain", 1.0, 0.15, 0.15),
    "lamp": Material("plain", 1.0, 0.3, 0.70, 1.0),
    "signal": Material("plain", 1.0, 0.0, 0.60, 3.0),
    "plate": Material("plain", 3.0, 0.10, 1.00),
    "tarpaulin": Material("tarpaulin", 3.0, 0.08, 0.45),
}
NAMES = tuple(TABLE)
INDEX = {name: number for number, name in enumerate(NAMES)}


def column(field: str) -> NDArray[np.float32]:
    """(M,) one number of every material, in the order of `INDEX`."""
    return np.array([getattr(material, field) for material in TABLE.values()], np.float32)
