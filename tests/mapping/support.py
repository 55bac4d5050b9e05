"""What the tests of the mapping share: routes in short, and tables of records with what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest

from consumer.config.route import RouteConfig
from consumer.mapping.router import compile_routes
from consumer.records import Mapped, Reason, Reject, Send, Stage
from consumer.sandbox.contract.checks import check_event

TOKEN = "acme"
EMAIL = "jane@example.com"
PROFILE = {
    "email": EMAIL,
    "first_name": "Jane",
    "last_name": "Doe",
    "phone": "+14155550100",
    "city": "Boston",
    "state": "MA",
    "zip": "02101",
    "country": "US",
    "gender": "FEMALE",
    "birthday": "1990-05-17",
}
"""The ten default attributes, each with a value."""
NOW_MS = 1_800_000_000_000


def route(event: object, **keys: Any) -> RouteConfig:
    return RouteConfig.model_validate({"topic": "shop.events", "event": event, **keys})


def map_one(config: RouteConfig, record: Mapping[str, Any]) -> Mapped:
    return compile_routes([config], token=TOKEN).map("shop.events", None, record, NOW_MS, NOW_MS)


def documents(outcome: Mapped) -> list[dict[str, Any]]:
    """The JSON documents of what is sent, each of which a real Bluecore would take."""
    assert isinstance(outcome, Send), outcome
    sent = [orjson.loads(request.body) for request in outcome.requests]
    assert [request.event for request in outcome.requests] == [document["event"] for document in sent]
    for document in sent:
        assert check_event(document) == []
    return sent


@dataclass(frozen=True)
class Row:
    """One row of a table: a record, and either the `properties` of each request or the refusal."""

    shows: str
    record: dict[str, Any]
    properties: list[dict[str, Any]] = field(default_factory=list)
    refused: tuple[Reason, str] | None = None
    options: dict[str, Any] = field(default_factory=dict)

    def holds_for(self, event: str, chosen_by: object = None) -> None:
        """Check the row of this event type; `chosen_by` is what a route says of a value that chooses it."""
        outcome = map_one(route(chosen_by or event, **self.options), self.record)
        if self.refused is not None:
            assert isinstance(outcome, Reject), outcome
            assert (outcome.reason, outcome.field) == self.refused
            assert outcome.stage is Stage.MAP
            assert self.refused[1] in outcome.message
            assert EMAIL not in outcome.message
            return
        expected = [{"event": event, "properties": {"token": TOKEN, **each}} for each in self.properties]
        assert documents(outcome) == expected


def sends(shows: str, record: dict[str, Any], *properties: dict[str, Any], **options: Any) -> Any:
    """A row whose record is sent, with these properties beside the token; `options` are the route's."""
    return pytest.param(Row(shows, record, list(properties), None, options), id=shows)


def refuses(shows: str, record: dict[str, Any], reason: Reason, name: str, **options: Any) -> Any:
    """A row whose record is refused, for this reason and field."""
    return pytest.param(Row(shows, record, [], (reason, name), options), id=shows)
