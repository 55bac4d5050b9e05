"""tenacity's waits as numbers, for those who wait by their own clock and cannot block in its loop."""

from __future__ import annotations

from typing import Any

from tenacity import RetryCallState
from tenacity.wait import wait_base


def seconds_after(failures: int, wait: wait_base) -> float:
    """How long `wait` waits after so many failures in a row (1: the first)."""
    nothing: Any = None
    state = RetryCallState(retry_object=nothing, fn=None, args=(), kwargs={})
    state.attempt_number = failures
    return wait(state)
