"""How many requests a second each destination would get, beside how many it may get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from consumer.commands.rehearse.tally import Tally
from consumer.config.model import Config

DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class Pace:
    """Requests a second at the topics' real pace, and by the rate limit of each instance; 0: there is none."""

    requests: float
    limit: float

    @property
    def exceeds(self) -> bool:
        """Whether one instance would fall ever further behind."""
        return 0 < self.limit < self.requests

    def as_json(self) -> dict[str, Any]:
        """For the summary."""
        return {
            "requests_per_second": round(self.requests, 3),
            "requests_per_day": round(self.requests * DAY),
            "rate_limit_per_second": self.limit,
            "exceeds_rate_limit": self.exceeds,
        }

    def in_words(self) -> str:
        """Such as `3.2 requests a second, 276,480 a day`, and what of its rate limit."""
        words = f"{self.requests:,.1f} requests a second, {self.requests * DAY:,.0f} a day"
        if self.exceeds:
            return f"{words}: more than the {self.limit:g} that rate_limit_per_second allows each instance"
        return f"{words}; its rate_limit_per_second allows {self.limit:g}" if self.limit else words


def paces(tally: Tally, config: Config) -> Mapping[str, Pace]:
    """By destination; none where the configuration has but that of `bluecore`."""
    if not config.destinations:
        return {}
    every = config.every_destination
    return {name: Pace(tally.requests_per_second(name), each.rate_limit) for name, each in every.items()}


def shown(destination: str | None) -> str:
    """A destination as people read it: that of `bluecore` has no name, and one that is not known has none yet."""
    return "?" if destination is None else destination or "bluecore"
