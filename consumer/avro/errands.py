"""Calls that may take long, made by a thread of their own, each again until it is done."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from threading import Condition, Thread
from typing import Generic, TypeVar

_K = TypeVar("_K", bound=Hashable)


class Errands(Generic[_K]):
    """What is wanted, and when each is due. They are run one after the other, and nobody waits for them."""

    def __init__(
        self, run: Callable[[_K], float | None], name: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Start the thread.

        Args:
            run: runs one, and gives the seconds until it is to be run again; None: it is done. It raises nothing.
            name: the thread's.
            clock: seconds that only ever grow.
        """
        self._run = run
        self._clock = clock
        self._due: dict[_K, float] = {}
        self._changed = Condition()
        self._closed = False
        self._thread = Thread(target=self._run_all, name=name, daemon=True)
        self._thread.start()

    def want(self, key: _K) -> None:
        """Have it run at once; one that is wanted already is run when it is due."""
        with self._changed:
            if self._due.setdefault(key, self._clock()) <= self._clock():
                self._changed.notify()

    def close(self) -> None:
        """Run no more. One under way ends by itself."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def ended(self, seconds: float) -> bool:
        """Whether the thread has ended, once it was closed; waits for it up to so long."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run_all(self) -> None:
        while True:
            with self._changed:
                if (key := self._next()) is None:
                    return
            again = self._run(key)
            with self._changed:
                if again is None:
                    del self._due[key]
                else:
                    self._due[key] = self._clock() + again

    def _next(self) -> _K | None:
        """The next one that is due; None once it is closed."""
        while not self._closed:
            key = min(self._due, key=self._due.__getitem__, default=None)
            left = None if key is None else self._due[key] - self._clock()
            if left is not None and left <= 0:
                return key
            self._changed.wait(left)
        return None
