"""How long Bluecore's REST APIs take for what lies in the topics, and whether they keep up with what is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from consumer.bluecore.read_pace import DOCUMENTED
from consumer.commands.rehearse.paces import shown
from consumer.commands.rehearse.tally import Tally
from consumer.commands.status.durations import spelt
from consumer.config.endpoints import EVENTS, endpoint_of, parted
from consumer.config.model import Config

_QUOTA: Final = min(DOCUMENTED, key=lambda window: window.limit / window.seconds)
"""The smaller of the documented windows in the long run: 1,000 in a minute, for the whole account."""
PER_SECOND: Final = _QUOTA.limit / _QUOTA.seconds


@dataclass(slots=True)
class Load:
    """What one REST API of a destination would get.

    Attributes:
        requests: of the records that were read.
        in_all: of all that the topics hold, if the rest is as what was read.
        per_second: requests a second, at the topics' real pace.
    """

    requests: int = 0
    in_all: float = 0.0
    per_second: float = 0.0

    @property
    def seconds(self) -> float:
        """For all that the topics hold, at least."""
        return self.in_all / PER_SECOND

    @property
    def exceeds(self) -> bool:
        """Whether the API would fall ever further behind what is written."""
        return self.per_second > PER_SECOND

    def as_json(self) -> dict[str, Any]:
        """For the summary."""
        return {
            "requests": self.requests,
            "requests_of_all_records": round(self.in_all),
            "first_load_seconds": round(self.seconds, 1),
            "requests_per_second": round(self.per_second, 3),
            "quota_per_minute": _QUOTA.limit,
            "exceeds_quota": self.exceeds,
        }

    def in_words(self, endpoint: str) -> str:
        """A sentence, with the name of the API."""
        destination, api = parted(endpoint)
        whose = f" of {shown(destination)}" if destination else ""
        words = (
            f"The {api} API{whose} would get {self.in_all:,.0f} requests for all that the topics hold: at least "
            f"{spelt(self.seconds)}, as the documented quota is {_QUOTA.limit:,} a minute for the whole account"
        )
        if not self.exceeds:
            return f"{words}."
        a_minute = 60 * self.per_second
        return f"{words}. The topics' real pace is {a_minute:,.0f} a minute: it would fall ever further behind."


def loads(tally: Tally, config: Config) -> Mapping[str, Load]:
    """By REST API of a destination, as `consumer.config.endpoints` names them; none where no route sends by one."""
    found: dict[str, Load] = {}
    for key, row in tally.rows.items():
        if key.route is None or key.destination is None or config.routes[key.route].api == EVENTS:
            continue
        load = found.setdefault(endpoint_of(key.destination, config.routes[key.route].api), Load())
        span = tally.spans[key.topic]
        load.requests += row.requests
        load.in_all += row.requests * max(1.0, span.held / span.read if span.read else 1.0)
        if not row.paused:
            load.per_second += tally.pace(key, row)
    return found
