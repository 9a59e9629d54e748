"""A scripted editing session in a process of its own, to be killed: says each edit once it is committed.

    python tests/annotation/editing_session.py DOCUMENT SEED
"""

from __future__ import annotations

import hashlib
import random
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np  # noqa: E402

from engine.annotation.changes import difference  # noqa: E402
from engine.annotation.document import Document, Painted, Polygon  # noqa: E402
from engine.annotation.store import Store  # noqa: E402

SIZE = 320, 240


def digest(document: Document) -> str:
    """The same for documents of the same regions with the same keys."""
    return hashlib.sha256(repr([(one.key, one.label, one.shape.points if isinstance(one.shape, Polygon) else (one.shape.box, one.shape.bits)) for one in document.regions]).encode()).hexdigest()


def edited(document: Document, chance: random.Random) -> Document:
    """The document after one edit."""
    kind = chance.choice("ppmmsdr")
    if kind == "p" or not document.regions:
        x, y = chance.randrange(SIZE[0]), chance.randrange(SIZE[1])
        return document.added(chance.choice(("road", "car", "sky")), Polygon(((x, y), (x + chance.randrange(3, 60), y), (x, y + chance.randrange(3, 60)))))
    region = chance.choice(document.regions)
    if kind == "s":
        mask = np.frombuffer(chance.randbytes(30 * 40), np.uint8).reshape(30, 40) > 90
        shape = Painted.of(mask, chance.randrange(200), chance.randrange(200))
        assert shape is not None
        return document.added("person", shape)
    if kind == "d" and len(document.regions) > 3:
        return document.without(region.key)
    if kind == "r":
        return document.with_regions([*(one for one in document.regions if one.key != region.key), region])
    if isinstance(region.shape, Polygon):
        points = list(region.shape.points)
        points[chance.randrange(len(points))] = (chance.randrange(SIZE[0]), chance.randrange(SIZE[1]))
        return document.replaced(region.changed(shape=Polygon(tuple(points))))
    return document.replaced(region.changed(label="rider"))


def main() -> None:
    chance = random.Random(int(sys.argv[2]))
    store = Store.open(Path(sys.argv[1]), new=lambda: Document(*SIZE))
    print("open", store.recovered, digest(store.document), flush=True)
    saving: threading.Thread | None = None
    while True:
        what = chance.random()
        if what < 0.12:
            store.undo()
        elif what < 0.18:
            store.redo()
        else:
            after = edited(store.document, chance)
            store.commit(difference(store.document, after, "edit"))
        print("done", digest(store.document), flush=True)
        if chance.random() < 0.15 and (saving is None or not saving.is_alive()):
            saving = threading.Thread(target=store.save)
            saving.start()


if __name__ == "__main__":
    main()
