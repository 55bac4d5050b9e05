"""Carries out a plan's steps, each once all has recovered from the one before."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from tests.chaos.brokers import Brokers
from tests.chaos.endpoint import Endpoint
from tests.chaos.fleet import Fleet
from tests.chaos.ledger import Ledger
from tests.chaos.plan import BROKERS, INSTANCES, Fault, Step
from tests.chaos.spans import Span, now_ms
from tests.support.waiting import eventually

RECOVERY_SECONDS: Final = 180.0
"""The longest that any partition, or any instance, may take to be back."""
_CALM_SECONDS: Final = 3.0


@dataclass(frozen=True, slots=True)
class Done:
    """A step, and what follows is put down to it for as long as `span`: up to the next step."""

    step: Step
    span: Span


class Conductor:
    """`done` has the steps so far."""

    def __init__(
        self, ledger: Ledger, endpoint: Endpoint, fleet: Fleet, brokers: Brokers, tell: Callable[[str], None]
    ) -> None:
        self.done: list[Done] = []
        self._ledger, self._endpoint, self._fleet, self._brokers = ledger, endpoint, fleet, brokers
        self._tell = tell

    def carry_out(self, steps: Sequence[Step], stopped: threading.Event) -> None:
        """Return when all have been made and recovered from, or soon after `stopped` is set.

        Raises:
            AssertionError: a broker did not come back, or a partition or an instance did not recover.
        """
        for step in steps:
            if stopped.is_set():
                return
            begin = now_ms()
            self._make(step, stopped)
            over = time.monotonic()
            self._recover(step, stopped)
            self._tell(f"{step.name}: all flows again {time.monotonic() - over:.1f} s after it")
            stopped.wait(_CALM_SECONDS)
            self.done.append(Done(step, Span(begin, now_ms())))

    def _make(self, step: Step, stopped: threading.Event) -> None:
        stopped.wait(step.seconds)
        began = time.monotonic()
        # One worker each, or one that waits for its time would hold up another.
        with ThreadPoolExecutor(max(1, len(step.faults))) as pool:
            made = [pool.submit(self._fault, fault, began, stopped) for fault in step.faults]
        for each in made:
            each.result()

    def _fault(self, fault: Fault, began: float, stopped: threading.Event) -> None:
        if stopped.wait(max(0.0, began + fault.at - time.monotonic())):
            return
        self._tell(f"{fault.what}, {fault.seconds:.1f} s")
        if fault.what in INSTANCES:
            self._fleet.carry_out(fault, stopped)
        elif fault.what in BROKERS:
            self._brokers.carry_out(fault, stopped)
        else:
            self._endpoint.carry_out(fault, stopped)

    def _recover(self, step: Step, stopped: threading.Event) -> None:
        ends = dict(self._ledger.ends)

        def flows() -> bool:
            """Of each partition something has arrived that was written after the fault."""
            reached = self._endpoint.reached
            return stopped.is_set() or (
                all(reached.get(place, -1) >= end for place, end in ends.items()) and self._fleet.ready
            )

        eventually(
            flows, RECOVERY_SECONDS, f"every partition to flow and every instance to be ready after: {step.name}"
        )
