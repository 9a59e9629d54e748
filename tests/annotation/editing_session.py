"""Scripted editing sessions in processes of their own, to be killed: each says every edit once it is committed.

    python tests/annotation/editing_session.py      then lines of standard input: [SEED, "DOCUMENT", "HOME"]

Each line forks a session, as importing everything anew would take longer than a session lives; what it says ends with `ended`.
"""

from __future__ import annotations

import hashlib
import json
import os
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


def edit(path: Path, seed: int) -> None:
    """Draws, moves, paints, deletes, steps back and forth and saves, for ever."""
    chance = random.Random(seed)
    store = Store.open(path, new=lambda: Document(*SIZE))
    print("open", digest(store.document), flush=True)
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


def serve() -> None:
    """Forks a session for each line."""
    for line in sys.stdin:
        seed, path, home = json.loads(line)
        session = os.fork()
        if not session:
            print("process", os.getpid(), flush=True)
            os.environ["ROADSCOPE_HOME"] = home
            edit(Path(path), seed)
        os.waitpid(session, 0)
        print("\nended", flush=True)


if __name__ == "__main__":
    serve()
