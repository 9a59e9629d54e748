"""What goes wrong, said in one sentence that names the file and the cure."""

from __future__ import annotations


class RoadscopeError(Exception):
    """Base of every error a user may read; its text is the whole message. Anything else that escapes is a bug."""


class DataError(RoadscopeError):
    """A file of the user's cannot be used as it is."""


class ConfigError(RoadscopeError):
    """A setting has a wrong key, type or value; the message names the key."""


class CheckpointError(RoadscopeError):
    """A checkpoint is unreadable, foreign, or does not fit what is asked of it."""


class OutputError(RoadscopeError):
    """A result cannot be written where it was asked for."""


class TrainingError(RoadscopeError):
    """A training run cannot go on."""


class DivergedError(TrainingError):
    """The loss of a step is no longer a number."""
