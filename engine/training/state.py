"""Where a run stands, in one file from which it goes on to the bit: arrays, and plain numbers in the metadata."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

from safetensors import SafetensorError, safe_open

from engine import checkpoints
from engine.errors import CheckpointError
from engine.training.learner import Arrays

_FORMAT = "roadscope-state-1"


@dataclass(frozen=True, slots=True)
class Standing:
    """`step` steps are done in `elapsed` seconds; `best` is the stage's highest validation score so far, NaN before the first.

    `validated` is the step of the last validation: one that was broken off by a stop is made up for. `waiting` validations went
    by without a better score; `calm` is what a plateau has made of the learning rate.
    """

    step: int = 0
    elapsed: float = 0.0
    best: float = math.nan
    validated: int = -1
    waiting: int = 0
    calm: float = 1.0


def write(path: Path, standing: Standing, arrays: Arrays) -> None:
    """Writes the state in one step. Raises OutputError."""
    checkpoints.write_arrays(path, arrays, {"format": _FORMAT, "standing": json.dumps(asdict(standing))})


def read(path: Path) -> tuple[Standing, Arrays]:
    """What `write` wrote. Raises CheckpointError."""
    try:
        with safe_open(path, framework="numpy") as stream:
            metadata = stream.metadata() or {}
            if metadata.get("format") != _FORMAT:
                raise CheckpointError(f"{path} is not the state of a Roadscope run; start the run anew")
            return Standing(**json.loads(metadata["standing"])), {name: stream.get_tensor(name) for name in stream.keys()}
    except FileNotFoundError as error:
        raise CheckpointError(f"{path.parent} has no state to resume from; start the run anew, without --resume") from error
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path} is cut off or damaged; start the run anew, without --resume") from error
