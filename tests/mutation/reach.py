"""Which tests call which functions of a folder: no other test can see a fault in one."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType

from tests.mutation.planting import Place, place_of


@dataclass(frozen=True)
class Reach:
    """What a test calls of the folder's functions, and how many seconds it takes."""

    seconds: float
    places: frozenset[Place]


class Watch:
    """Notes the functions that are called, in every thread that begins meanwhile."""

    def __init__(self, folder: Path) -> None:
        self._within = f"{folder}/"
        self._seen: set[CodeType] = set()

    def _called(self, frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            self._seen.add(frame.f_code)

    @contextmanager
    def called(self) -> Iterator[set[Place]]:
        """Fills the set at the end."""
        found: set[Place] = set()
        self._seen = set()
        threading.setprofile(self._called)
        sys.setprofile(self._called)
        try:
            yield found
        finally:
            sys.setprofile(None)
            threading.setprofile(None)
            found |= {place_of(code) for code in self._seen.copy() if code.co_filename.startswith(self._within)}


@contextmanager
def timed() -> Iterator[list[float]]:
    """Seconds of the clock, for what waits waits again."""
    took: list[float] = []
    began = time.monotonic()
    try:
        yield took
    finally:
        took.append(time.monotonic() - began)
