"""Whether the process lives and is ready, as the probes of Kubernetes ask it.

Alive: the main loop ticks. Ready: the group has taken the process in and nothing drains. An outage of Bluecore, of
the registry or of Kafka changes neither: restarting pods would not heal it, and who waits for it needs no rollout to
hang on it. Such conditions are shown in the answer as details. Not ready is who has no token for Kafka that is good:
that is this pod's own identity, and a rollout with a wrong one is to stop. Nor who reads nothing while its partitions
grow: it is of no use, and is not to be counted as one that works.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

STALL_SECONDS = 360.0
_BEYOND_KAFKA_SECONDS = 60.0

Detail = str | int | float | bool


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """The answer to a probe."""

    ok: bool
    body: dict[str, object] = field(default_factory=dict)


def stall_seconds(max_poll_seconds: float) -> float:
    """How long the loop may stand still under this `max.poll.interval.ms`, in seconds: longer than Kafka bears it."""
    return max(STALL_SECONDS, max_poll_seconds + _BEYOND_KAFKA_SECONDS)


class Health:
    """Told by the main loop, asked by the server's threads."""

    def __init__(self, clock: Callable[[], float], stall_seconds: float = STALL_SECONDS) -> None:
        """Begin alive and not ready.

        Args:
            clock: seconds; `tick` takes a time of it that the loop has read already.
            stall_seconds: how long the loop may stand still. It must lie above Kafka's `max.poll.interval.ms`: a loop
                that Kafka still bears is not dead.
        """
        self._clock = clock
        self._stall_seconds = stall_seconds
        self._ticked = clock()
        self._ready = (False, "starting")
        self._details: dict[str, Detail] = {}

    def tick(self, now: float) -> None:
        """The main loop is alive at `now`."""
        self._ticked = now

    def ready(self, ready: bool, reason: str = "") -> None:  # noqa: FBT001 - the value is the message
        """Report readiness from now on; `reason` says why not, for the person who reads the probe."""
        self._ready = (ready, reason)

    def detail(self, name: str, value: Detail) -> None:
        """Show a condition in the answers without any effect on them."""
        # Replaced and not changed, as another thread may be reading it.
        self._details = {**self._details, name: value}

    def liveness(self) -> ProbeResult:
        age = max(0.0, self._clock() - self._ticked)
        body: dict[str, object] = {
            "status": "ok",
            "tick_age_seconds": round(age, 3),
            "details": self._details,
        }
        if age <= self._stall_seconds:
            return ProbeResult(ok=True, body=body)
        reason = f"the main loop has not ticked for {age:.0f} s (limit {self._stall_seconds:.0f} s)"
        return ProbeResult(ok=False, body={**body, "status": "stalled", "reason": reason})

    def readiness(self) -> ProbeResult:
        ready, reason = self._ready
        if ready:
            return ProbeResult(ok=True, body={"status": "ready", "details": self._details})
        return ProbeResult(ok=False, body={"status": "not ready", "reason": reason, "details": self._details})
