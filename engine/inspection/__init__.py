"""What a path is and what is wrong with it: `inspect`, the job, and `opening`, for showing it at once."""

from __future__ import annotations

from engine.inspection.inspecting import inspect

__all__ = ["inspect"]
