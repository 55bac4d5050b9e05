"""Bluecore in its bad hours: the sandbox, told to fail, taken from the network and put back."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Final

from consumer.sandbox.faults import FaultPlan, make_plan
from consumer.sandbox.latencies import LogNormalLatency
from consumer.sandbox.received import Received
from consumer.sandbox.sandbox import Sandbox
from consumer.sandbox.serve import serve
from consumer.sandbox.settings import SandboxSettings
from consumer.sandbox.store import Filter
from tests.chaos.ledger import Place, place_of
from tests.chaos.plan import Fault, What, customer
from tests.chaos.spans import Span, now_ms
from tests.support.waiting import free_port

NAMESPACE: Final = "chaos"
_KEPT: Final = 60_000
_BIND_SECONDS: Final = 30.0
_LATENCY: Final = LogNormalLatency(kind="lognormal", median_seconds=0.02)
_STEPS: Final = {What.HANG: "hang", What.RESET: "reset", What.UNAUTHORISED: 401, What.UNAVAILABLE: 503}

_UNLUCKY: Final = (500,) * 6
"""More than the attempts that a record has before it is put off, fewer than those that it has in all."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event that Bluecore accepted: when (ms since the epoch), whose, its number, and which process sent it."""

    at_ms: int
    key: str
    customer: str
    number: int
    sender: str


class Endpoint:
    """One sandbox on one port; what arrived stays known while it is away.

    `reached`: the highest offset that arrived, by partition. `troubled`: when it did not simply answer.
    """

    def __init__(self, customers: int) -> None:
        self._customers = customers
        self.sandbox = Sandbox(
            SandboxSettings(namespace=NAMESPACE, strict=True, keep_events=_KEPT, faults=FaultPlan(latency=_LATENCY))
        )
        self.port = free_port()
        self.arrivals: list[Arrival] = []
        self.arrived: set[str] = set()
        self.reached: dict[Place, int] = {}
        self.troubled: list[Span] = []
        self._read = 0
        self._serving = ExitStack()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.sandbox.settings.path}"

    @contextmanager
    def running(self) -> Iterator[None]:
        """Serve it until the block ends."""
        self._start()
        try:
            yield
        finally:
            self._stop()

    def carry_out(self, fault: Fault, stopped: threading.Event) -> None:
        """Misbehave for as long as the fault says, or until `stopped` is set."""
        begin = now_ms()
        if fault.what is What.REFUSE:
            self._stop()
            stopped.wait(fault.seconds)
            self._start()
        else:
            self.sandbox.faults.apply(self._plan(fault))
            stopped.wait(fault.seconds)
            self.sandbox.faults.apply(FaultPlan(latency=_LATENCY))
        self.troubled.append(Span(begin, now_ms()))

    def collect(self) -> None:
        """Note what was accepted since the last time."""
        for received in self.sandbox.store.newest(Filter(outcome="accepted"), _KEPT, self._read):
            self._read = received.number
            self.arrivals.append(_arrival(received))
            self.arrived.add(received.idempotency_key)
            place, offset = place_of(received.idempotency_key)
            self.reached[place] = max(offset, self.reached.get(place, -1))

    def _plan(self, fault: Fault) -> FaultPlan:
        if fault.what is What.FLAKY:
            unlucky = {customer(number): _UNLUCKY for number in range(0, self._customers, 5)}
            faults: dict[str, object] = {"rates": {500: 0.05, "reset": 0.02}, "scripts": {"distinct_id": unlucky}}
        elif fault.what is What.THROTTLE:
            # Fewer than are written; the headers tell to the second when to come back.
            faults = {"rate_limit": {"per_second": 20, "per_minute": 0}}
        else:
            faults = {"outage": {"seconds": fault.seconds, "step": _STEPS[fault.what]}}
        return make_plan({"latency": _LATENCY, **faults})

    def _start(self) -> None:
        """Another program's connection may have the port for a moment."""
        self.sandbox.closing = False
        deadline = time.monotonic() + _BIND_SECONDS
        while True:
            try:
                self._serving.enter_context(serve(self.sandbox, port=self.port))
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)  # nothing tells when a port is free again
            else:
                return

    def _stop(self) -> None:
        self.sandbox.close()
        self._serving.close()


def _arrival(received: Received) -> Arrival:
    properties = received.document["properties"]
    sender = next((value for name, value in received.headers if name == b"authorization"), b"")
    return Arrival(
        received.at_ms,
        received.idempotency_key,
        received.distinct_id,
        int(properties["device"]),
        sender.decode().removeprefix("Bearer "),
    )
