"""What the requests would do to profiles: attributes that Bluecore creates for good, ids that nothing links."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from consumer.commands.rehearse.tally import Row
from consumer.mapping.contract import DEFAULT_ATTRIBUTES
from consumer.mapping.said import properties_of
from consumer.records import EventRequest

_MOST_IDS: Final = 1_000_000
_KNOWN: Final = frozenset(("email", "phone_number", *DEFAULT_ATTRIBUTES))
_TYPES: Final = {bool: "boolean", int: "number", float: "number", str: "text", list: "list", dict: "object"}


@dataclass(slots=True)
class Attribute:
    """A customer attribute beyond the default ones: in how many requests, with which types, and of which rows."""

    filled: int = 0
    types: set[str] = field(default_factory=set)
    rows: dict[int, Row] = field(default_factory=dict)

    @property
    def share(self) -> float:
        """How often it is filled, from 0 to 1: of the profiles of those routes and events in which it is at all."""
        return self.filled / sum(row.profiles for row in self.rows.values())


@dataclass(slots=True)
class Customers:
    """Of up to a million ids; `truncated`: there were more."""

    attributes: dict[str, Attribute] = field(default_factory=dict)
    truncated: bool = False
    _sent: set[int] = field(default_factory=set)
    _linked: set[int] = field(default_factory=set)

    def add(self, request: EventRequest, row: Row) -> None:
        """A request of that row."""
        properties = properties_of(request)
        customer = properties.get("customer")
        identifier = str(properties.get("distinct_id", ""))
        if customer:
            row.profiles += 1
            for name, value in customer.items():
                if name not in _KNOWN:
                    attribute = self.attributes.setdefault(name, Attribute())
                    attribute.filled += 1
                    attribute.rows[id(row)] = row
                    attribute.types.add(_TYPES.get(type(value), "null"))
        if "@" not in identifier and not request.api:  # a REST API knows a customer by a phone number, too
            ids = self._linked if request.event == "identify" else self._sent
            self._remember(ids, (request.destination, identifier))

    @property
    def unlinked(self) -> int:
        """Ids that are no e-mail and that no identify in these records links: their events reach no profile."""
        return len(self._sent - self._linked)

    def _remember(self, ids: set[int], identifier: tuple[str, str]) -> None:
        """An id that is linked in one namespace is not in the others."""
        if len(ids) >= _MOST_IDS:
            self.truncated = True
        else:
            ids.add(hash(identifier))
