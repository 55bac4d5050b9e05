"""The gate in front of the endpoint: open when the fault is everyone's.

It opens at once for a fault that says nothing of the record (401, refused connections), and after several records in
a row for one that may (5xx, time-outs).

A key whose record failed, or was turned away, while another's passed is a suspect: its failures speak of itself, and
are no sign of an outage, until one of its records passes.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from consumer.backoff import Backoff
from consumer.delivery.probe_gate import ProbeGate

_MOST_SUSPECTS = 1000


@dataclass(frozen=True, slots=True)
class BreakerPolicy:
    """`failures`: different keys failing in a row, none passing between, that make an outage.

    `window_seconds`: how long a success is evidence that the endpoint works.
    """

    failures: int = 5
    window_seconds: float = 60
    probes: Backoff = Backoff(1, 60)


class Breaker(ProbeGate):
    """Learns from each result whose fault it is; a key is the ordering key of the record."""

    def __init__(self, policy: BreakerPolicy) -> None:
        super().__init__(policy.probes)
        self._policy = policy
        self._failing: set[Hashable] = set()
        self._turned_away: dict[Hashable, None] = {}
        self._suspects: dict[Hashable, None] = {}
        self._last_success = float("-inf")
        self.doubtful = False
        """Whether it was opened by one record alone, others having just passed, and no probe has confirmed it yet."""

    def others_pass(self, now: float) -> bool:
        """Whether a record has passed within the policy's window: what still fails is then at fault itself."""
        return not self.open and now - self._last_success <= self._policy.window_seconds

    def passed_since(self, then: float) -> bool:
        """Whether a record has passed at this time or later: answers that come together are read at one time."""
        return self._last_success >= then

    def suspects(self, key: Hashable) -> bool:
        """Whether a record of this key failed while others passed, and none of its own since."""
        return key in self._suspects

    def failed(self, task: int, key: Hashable, now: float, cause: str) -> None:
        """A record failed in a way that may be its own fault or the endpoint's."""
        if self.open:
            self.trip(task, now, cause)
        else:
            self._failing.add(key)
            if len(self._failing) >= self._policy.failures:
                self.trip(task, now, cause)

    def turned_away(self, key: Hashable) -> None:
        """A record was answered as if the endpoint were at fault; whether it is, what becomes of others can tell."""
        self._turned_away[key] = None
        _bound(self._turned_away)

    def trip(self, task: int, now: float, cause: str) -> None:
        """The endpoint is at fault."""
        if not self.open:
            self._failing.clear()
        if not self.open or task == self._probe:
            self.doubtful = False
        super().trip(task, now, cause)

    def refused(self, task: int, now: float, cause: str) -> None:
        """A record was refused in a way that says nothing of it.

        If others have just passed, the first probe goes at once: it is another key's, and tells the two apart.
        """
        alone = self.others_pass(now)
        self.trip(task, now, cause)
        if alone:
            self._probe_at = now
            self.doubtful = True

    @property
    def knows_keys(self) -> bool:
        """Whether it matters of which key a record is that passes: else it need not be worked out."""
        return bool(self._suspects or self._failing or self._turned_away)

    def passed(self, task: int, key: Hashable, now: float) -> None:
        """A record passed. While the breaker is open only the probe's success closes it."""
        self._last_success = now
        if self._suspects or self._failing or self._turned_away:
            self._suspects.pop(key, None)
            self._failing.discard(key)
            self._turned_away.pop(key, None)
            self._suspects.update(dict.fromkeys(self._failing))
            self._suspects.update(self._turned_away)
            self._failing.clear()
            self._turned_away.clear()
            _bound(self._suspects)
        if self.open:
            self.close_by(task)


def _bound(keys: dict[Hashable, None]) -> None:
    """The oldest are forgotten first."""
    while len(keys) > _MOST_SUSPECTS:
        del keys[next(iter(keys))]
