"""A gate that is open to one probe at a time, with growing waits, until a probe passes."""

from __future__ import annotations

from consumer.backoff import Backoff


class ProbeGate:
    """Closed, everything may go. Tripped, one task at a time does: the probe, named by its task's number."""

    def __init__(self, waits: Backoff) -> None:
        self._waits = waits
        self._probes = 0
        self._probe: int | None = None
        self._probe_at = 0.0
        self.cause = ""
        """Why it holds back; empty while it does not."""
        self.open = False
        """Open as a circuit is: nothing but probes may go. Asked for every event."""

    def trip(self, task: int, now: float, cause: str) -> None:
        """Opens it; when it is open and `task` was the probe, the next waits longer.

        The results of tasks that went before it opened change nothing.
        """
        if not self.open:
            self._probes = 0
        elif task != self._probe:
            return
        self.cause, self.open, self._probe = cause, True, None
        self._probes += 1
        # At least half of the wait: a jitter near zero would let the probes of an outage become a hammer.
        longest = min(self._waits.max_seconds, self._waits.initial_seconds * 2.0 ** min(self._probes - 1, 60))
        self._probe_at = now + longest / 2 + min(longest / 2, self._waits.seconds(self._probes))

    def close_by(self, task: int) -> None:
        """Closes it if `task` is the probe."""
        if self.open and task == self._probe:
            self.cause, self.open, self._probe = "", False, None

    def probing(self, task: int) -> None:
        """`task` goes as the probe."""
        self._probe = task

    def release_probe(self, task: int, now: float) -> None:
        """The probe ended without saying anything: the next may go at once."""
        if task == self._probe:
            self._probe, self._probe_at = None, now

    def probe_passed(self, task: int, now: float) -> None:
        """The probe passed, which is not enough to close it: the next may go at once, and waits begin anew."""
        if task == self._probe:
            self._probes = 0
            self.release_probe(task, now)

    def hurry(self, now: float) -> None:
        """What it was opened for may be over: the next probe goes at once, and waits begin anew."""
        self._probes, self._probe_at = 0, now

    def may_pass(self, now: float) -> bool:
        """Closed, or open with a probe due."""
        return not self.open or (self._probe is None and now >= self._probe_at)

    @property
    def probe_at(self) -> float:
        """When the next probe is due; infinity while it is closed or a probe is on its way."""
        return self._probe_at if self.open and self._probe is None else float("inf")
