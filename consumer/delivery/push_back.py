"""Push-back: which of it is the load's doing, and the limit that it was met at."""

from __future__ import annotations

import math
from dataclasses import dataclass

_CERTAIN = 3.0  # deviations: the limit was lowered because many failed, so a few of them are chance


@dataclass(frozen=True, slots=True)
class PushBackPolicy:
    """`ceiling_seconds`: for how long a limit that was pushed back is not tried again: at first, and at most.

    The rest is for failures that have nothing to do with the load, such as one event in fifty that the endpoint
    answers with a 500. `lowered`: the share of the limit at which as many must still fail; `failures`: how many must
    have; `burst`: how many may at once; `most`: the share of failures that is never usual; `memory`: the answers that
    the share is measured over.
    """

    ceiling_seconds: tuple[float, float] = (2.0, 120.0)
    lowered: float = 0.75
    failures: int = 5
    burst: int = 8
    most: float = 0.1
    memory: int = 2000


class Ceiling:
    """The lowest limit that was pushed back, for a time that doubles whenever it is met again."""

    def __init__(self, policy: PushBackPolicy) -> None:
        self._shortest, self._longest = policy.ceiling_seconds
        self._seconds = self._shortest
        self._until = 0.0
        self.limit: int | None = None

    def below(self, wanted: int, base: int, maximum: int, now: float) -> int:
        """The limit to try instead of the wanted one: halfway to what was pushed back, rather than against it."""
        highest = maximum
        if self.limit is not None:
            highest = max(base, min(maximum, self.limit if now >= self._until else self.limit - 1))
        if wanted <= highest:
            return wanted
        return maximum if highest == maximum else (base + highest + 1) // 2

    def met(self, limit: int, now: float, *, trying: bool) -> None:
        """Pushed back at this limit; `trying`: while a higher one was tried."""
        again = trying and self.limit is not None and limit >= self.limit
        self._seconds = min(self._longest, self._seconds * 2) if again else self._shortest
        self._until = now + self._seconds
        # Where even one is too many, two say nothing new.
        self.limit = max(2, limit)

    def passed(self, limit: int) -> None:
        """At this limit all went well."""
        if self.limit is not None and limit >= self.limit:
            self.limit = None


class Usual:
    """Failures that a lower limit does not make fewer are not the load's: so many are borne from then on.

    Each answer earns a part of a failure; one that was not earned is push-back.
    """

    def __init__(self, policy: PushBackPolicy) -> None:
        self._policy = policy
        self._share = 0.0
        self._borne = 0.0
        self._credit = 0.0
        self._origin = 0
        self._high = [0, 0]
        self._low = [0, 0]

    def unusual(self) -> bool:
        """Asked at each failure."""
        self._credit -= 1
        return self._credit < 0

    def lowered(self, limit: int) -> None:
        """For push-back the limit is about to be lowered from here."""
        self._credit = 0.0
        if not self._origin and limit > 1:
            self._origin, self._high, self._low = limit, [0, 0], [0, 0]

    def counted(self, limit: int, answers: int, failures: int, *, trying: bool) -> int:
        """So many answers at this limit; returns the limit to go back to when lowering it was of no use, or 0."""
        policy = self._policy
        self._share += (failures - self._share * answers) / max(policy.memory, answers)
        self._borne = min(self._borne, 2 * self._share)
        self._credit = min(policy.burst, self._credit + self._borne * answers)
        if not self._origin or not answers or trying:
            return 0
        counts = self._low if limit <= policy.lowered * self._origin else self._high
        counts[0] += answers
        counts[1] += failures
        return self._concluded(limit)

    def _concluded(self, limit: int) -> int:
        policy, origin = self._policy, self._origin
        answers, failures = self._low
        share = failures / answers if answers else 0.0
        if failures >= policy.failures and share <= policy.most:
            if not self._more_before(share):
                self._share, self._borne, self._credit = share, 2 * share, float(policy.burst)
                self._origin = 0
                return origin
            # It was of use so far, or the few answers before had bad luck: whether still less is, shows anew.
            self._origin, self._high, self._low = limit + 1, self._low, [0, 0]
            return 0
        if limit >= origin or answers > policy.memory:
            self._origin = 0
        return 0

    def _more_before(self, share: float) -> bool:
        """Whether clearly more failed before the limit was lowered: twice as many, and not by chance."""
        answers, failures = self._high
        failures = max(0, failures - 1)  # the one that it began with is no sample
        expected = share * answers
        return failures > max(2 * expected, expected + _CERTAIN * math.sqrt(expected))
