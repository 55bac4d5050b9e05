"""What was measured at one limit, and how sure that is."""

from __future__ import annotations

import math
from dataclasses import dataclass

_NOVICE = 4  # rounds that the first estimate of the noise counts for


@dataclass(slots=True)
class Arm:
    """The mean latency at one limit, over the answers of the rounds that were measured there."""

    limit: int
    mean: float = 0.0
    answers: float = 0.0
    rounds: int = 0

    def add(self, latency: float, answers: int, memory: float) -> None:
        """One more round; the oldest fade when more than `memory` answers are in the mean."""
        self.rounds += 1
        self.answers = min(self.answers, memory) + answers
        self.mean += (latency - self.mean) * answers / self.answers

    def forget(self) -> None:
        """The endpoint has changed: what was measured before says nothing of now."""
        self.mean, self.answers, self.rounds = 0.0, 0.0, 0


class Noise:
    """By how much a mean of some answers is off, learnt while the limit stays.

    It is the variance of one answer, relative to the mean: within a round, or from one round to the next where that
    is more, for the answers of a queue rise and fall together.
    """

    def __init__(self, least: float, alpha: float) -> None:
        self._least = least
        self._alpha = alpha
        self._within = 0.0
        self._between = least
        self._rounds = 0

    @property
    def variance(self) -> float:
        return max(self._within, self._between)

    def learn(self, variance: float) -> None:
        """The relative variance within one round."""
        self._rounds += 1
        self._within += max(self._alpha, 1 / self._rounds) * (variance - self._within)

    def off(self, arm: Arm, latency: float, answers: int) -> float:
        """By how many deviations a round's mean is off those before it at the same limit, which is learnt from."""
        share = 1 / answers + 1 / arm.answers
        difference = math.log(latency / arm.mean)
        deviations = abs(difference) / math.sqrt(self.variance * share)
        # A change of the endpoint's is no noise: one difference counts for no more than three times what is usual.
        seen = min(difference * difference / share, 9 * self.variance)
        alpha = max(self._alpha, 1 / (self._rounds + _NOVICE))
        self._between = max(self._least, self._between + alpha * (seen - self._between))
        return deviations

    def deviation(self, *arms: Arm) -> float:
        """The relative deviation of an arm's mean, or of the difference of two."""
        return math.sqrt(self.variance * sum(1 / arm.answers for arm in arms))

    def after(self, answers: float) -> float:
        """The relative deviation of the difference of two means of so many answers each."""
        return math.sqrt(2 * self.variance / answers)
