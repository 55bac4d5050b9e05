"""Which way the next try goes, how far, and when."""

from __future__ import annotations

from dataclasses import dataclass

_WIDEST = 1.0


@dataclass(frozen=True, slots=True)
class PacePolicy:
    """Strides are shares of the limit, pauses rounds.

    `finest`: below this stride a search is over; `cost`: the share of the throughput that trying may take;
    `pauses`: the shortest between two tries and the longest, also for what they cost; `down_every`: of so many tries
    one goes down, though nothing speaks for it.
    """

    finest: float = 0.06
    cost: float = 0.01
    pauses: tuple[int, int, int] = (8, 32, 128)
    down_every: int = 4


class Pace:
    """Wide strides that double while they find more, and halve, the other way round, where they do not.

    When the finest have found nothing, tries are made now and then: the dearer, the rarer.
    """

    def __init__(self, policy: PacePolicy) -> None:
        self._policy = policy
        self._pause = policy.pauses[0]
        self._wait = 0
        self._refused = 0
        self._tries = 0
        self.stride = _WIDEST
        self.upwards = True

    def due(self) -> bool:
        """Asked once a round."""
        self._wait -= 1
        return self._wait <= 0

    def widened(self, finest: float) -> float:
        """The stride of a try that is about to begin; the answers' noise hides what is finer than `finest`."""
        self.stride = min(_WIDEST, max(self.stride, finest, self._policy.finest))
        return self.stride

    def accepted(self, *, up: bool) -> None:
        self.upwards = up
        self._refused = 0
        self.stride = min(_WIDEST, self.stride * 2)
        self._pause = self._policy.pauses[0]
        self._wait = 0

    def refused(self, finest: float, *, up: bool, dear: float) -> None:
        """`finest`: the finest stride that can be told from none; `dear`: the rounds of throughput that it took."""
        self._refused += 1
        self.stride /= 2
        if self.stride >= max(finest, self._policy.finest) or self._refused == 1:
            self.upwards = not up
            self._wait = 0
        else:
            self._rest(dear)

    def undecided(self, dear: float) -> None:
        """The noise was too much: next time farther."""
        self.stride = min(_WIDEST, self.stride * 1.5)
        self._rest(dear)

    def skipped(self) -> None:
        """There was nowhere to go."""
        self.stride /= 2
        self._rest(0.0)

    def pushed_back(self, stride: float, pause: int) -> None:
        """After a short while, up again by as much."""
        self.stride = min(_WIDEST, stride)
        self.upwards = True
        self._wait = pause
        self._pause = self._policy.pauses[0]

    def _rest(self, dear: float) -> None:
        _, longest, longest_for_cost = self._policy.pauses
        self._wait = max(self._pause, min(longest_for_cost, int(dear / self._policy.cost)))
        self._pause = min(longest, self._pause * 2)
        self._tries += 1
        self.upwards = self._tries % self._policy.down_every != 0
