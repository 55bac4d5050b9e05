"""How many requests there were, and what became of them: exact, however many."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from consumer.sandbox.received import Outcome, Received

_MOST_NAMES = 200
OTHER_NAMES = "(other names)"


@dataclass(frozen=True, slots=True)
class Counts:
    """Figures since the start or the last reset.

    Attributes:
        lost: of the faults, the events that were accepted all the same, as only their answer was lost or misshapen.
        duplicates: those accepted though their idempotency key had been before.
        warned: those accepted though Bluecore would silently ignore a part of them.
        by_event: by the event's name, how many had each outcome.
        by_status: how many had each HTTP status; `none` where there was no answer.
        by_api: the same for each API, among them what is no event: `customers_read`, `eligibility_read` and `token`.
    """

    total: int = 0
    accepted: int = 0
    refused: int = 0
    fault: int = 0
    lost: int = 0
    duplicates: int = 0
    warned: int = 0
    by_event: dict[str, dict[str, int]] = field(default_factory=dict)
    by_status: dict[str, int] = field(default_factory=dict)
    by_api: dict[str, dict[str, int]] = field(default_factory=dict)


class Tally:
    """Counts up."""

    def __init__(self) -> None:
        self._by_event: Counter[tuple[str, Outcome]] = Counter()
        self._by_status: Counter[str] = Counter()
        self._by_api: Counter[tuple[str, str]] = Counter()
        self._names: set[str] = set()
        self._lost = self._duplicates = self._warned = 0

    def add(self, received: Received) -> None:
        """Count an event."""
        name = received.event
        if name not in self._names:
            # A label that grows with the data would grow for ever.
            name = name if len(self._names) < _MOST_NAMES else OTHER_NAMES
            self._names.add(name)
        self._by_event[name, received.outcome] += 1
        self._by_status[_written(received.status)] += 1
        self.add_asked(received.api, received.status)
        self._lost += received.accepted and received.outcome is Outcome.FAULT
        self._duplicates += received.duplicate
        self._warned += received.outcome is Outcome.ACCEPTED and bool(received.findings)

    def add_asked(self, what: str, status: int | None) -> None:
        """Count a request of an API alone, be it an event or not."""
        self._by_api[what, _written(status)] += 1

    def counts(self) -> Counts:
        by_event: dict[str, dict[str, int]] = {}
        outcomes: Counter[Outcome] = Counter()
        for (name, outcome), count in self._by_event.items():
            by_event.setdefault(name, dict.fromkeys(map(str, Outcome), 0))[outcome] = count
            outcomes[outcome] += count
        by_api: dict[str, dict[str, int]] = {}
        for (api, status), count in self._by_api.items():
            by_api.setdefault(api, {})[status] = count
        return Counts(
            total=outcomes.total(),
            accepted=outcomes[Outcome.ACCEPTED],
            refused=outcomes[Outcome.REFUSED],
            fault=outcomes[Outcome.FAULT],
            lost=self._lost,
            duplicates=self._duplicates,
            warned=self._warned,
            by_event=by_event,
            by_status=dict(self._by_status),
            by_api=by_api,
        )


def _written(status: int | None) -> str:
    return "none" if status is None else str(status)
