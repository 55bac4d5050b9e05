"""The gate in front of the endpoint: open when the fault is everyone's.

While it is open nothing is sent but one probe at a time, with growing waits; a probe that passes closes it. It opens
at once for a fault that says nothing of the record (401, refused connections), after several records in a row
for one that may (5xx, time-outs), and for a flood of dead letters, which would otherwise empty a topic into the
dead-letter topic.

A key whose record failed while another's passed is a suspect: its failures speak of itself, and are no sign of an
outage, until one of its records passes.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from consumer.backoff import Backoff

FLOOD = "dead_letter_flood"
"""The cause that is not the endpoint's: most of what is taken goes to the dead-letter topic."""

_MOST_SUSPECTS = 1000


@dataclass(frozen=True, slots=True)
class BreakerPolicy:
    """`failures`: different keys failing in a row, none passing between, that make an outage.

    `window_seconds`: how long a success is evidence that the endpoint works.
    """

    failures: int = 5
    window_seconds: float = 60
    probes: Backoff = Backoff(1, 60)


class Breaker:
    def __init__(self, policy: BreakerPolicy) -> None:
        self._policy = policy
        self._failing: set[Hashable] = set()
        self._suspects: dict[Hashable, None] = {}
        self._last_success = float("-inf")
        self._probes = 0
        self._probe: int | None = None
        self._probe_at = 0.0
        self.cause = ""
        """Why it is open; empty while it is closed."""

    @property
    def open(self) -> bool:
        return bool(self.cause)

    def others_pass(self, now: float) -> bool:
        """Whether a record has passed within the policy's window: what still fails is then at fault itself."""
        return not self.open and now - self._last_success <= self._policy.window_seconds

    def failed(self, task: int, key: Hashable, now: float, cause: str) -> None:
        """A record failed in a way that may be its own fault or the endpoint's."""
        if self.open:
            self.trip(task, now, cause)
        else:
            self._failing.add(key)
            if len(self._failing) >= self._policy.failures:
                self.trip(task, now, cause)

    def suspects(self, key: Hashable) -> bool:
        """Whether a record of this key failed while others passed, and none of its own since."""
        return key in self._suspects

    def trip(self, task: int, now: float, cause: str) -> None:
        """The endpoint is at fault, or (`FLOOD`) the mapping. Answers to older requests change nothing."""
        floods_now = cause == FLOOD != self.cause
        if not self.open:
            self._probes = 0
            self._failing.clear()
        elif task != self._probe and not floods_now:
            return
        self.cause, self._probe = cause, None
        self._probes += 1
        # At least half of the wait: a jitter near zero would let the probes of an outage become a hammer.
        wait = self._policy.probes
        longest = min(wait.max_seconds, wait.initial_seconds * 2.0 ** min(self._probes - 1, 60))
        self._probe_at = now + longest / 2 + min(longest / 2, wait.seconds(self._probes))

    def passed(self, task: int, key: Hashable, now: float) -> None:
        """A record passed. While the breaker is open only the probe's success closes it."""
        self._last_success = now
        self._suspects.pop(key, None)
        if self._failing:
            self._failing.discard(key)
            self._suspects.update(dict.fromkeys(self._failing))
            self._failing.clear()
            while len(self._suspects) > _MOST_SUSPECTS:
                del self._suspects[next(iter(self._suspects))]
        if self.open and task == self._probe:
            self.cause, self._probe = "", None

    def probing(self, task: int) -> None:
        self._probe = task

    def doubt(self, task: int) -> None:
        """The probe was a suspect, since nothing else was there to send, and failed: that is no sign of an outage.

        The breaker closes, not to stay open for ever where nothing but suspects is left.
        """
        if task == self._probe:
            self.cause, self._probe = "", None

    def forget_probe(self, task: int, now: float) -> None:
        """The probe ended without saying anything of the endpoint: the next may go at once."""
        if task == self._probe:
            self._probe, self._probe_at = None, now

    def may_send(self, now: float) -> bool:
        """Closed, or open with a probe due."""
        return not self.open or (self._probe is None and now >= self._probe_at)

    @property
    def probe_at(self) -> float:
        """When the next probe is due; infinity while it is closed or a probe is out."""
        return self._probe_at if self.open and self._probe is None else float("inf")
