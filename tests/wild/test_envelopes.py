"""Debezium's changes, through a route as users write it: what changed is sent, deletions and tombstones are not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from consumer.mapping.router import compile_routes
from consumer.mapping.translate import Translator
from consumer.records import Mapped, Partition, Record, Send, Skip
from tests.mapping.support import NOW_MS, TOKEN, route
from tests.wild.producers import producers
from tests.wild.reading import decoder

RECORDS = producers()["debezium-connect"].records
ENVELOPES = route(
    "customer_patch",
    when="op == 'c' || op == 'u' || op == 'r'",
    fields={"email": "after.email"},
    attributes={
        "birthday": "after.birthday",
        "spent": {"path": "after.spent", "as": "number"},
        "changed_at": "after.changed_at",
    },
)
ROWS = route(
    "customer_patch",
    when="__deleted != 'true'",
    attributes={"birthday": "birthday", "spent": {"path": "spent", "as": "number"}, "changed_at": "changed_at"},
)
SENT = {
    "email": "jane@example.com",
    "birthday": "1969-07-20",
    "spent": -0.01,
    "changed_at": "2025-11-29T13:14:15.123456Z",
}


def outcome(name: str, config: Any) -> Mapped:
    recorded = RECORDS[name]
    value = None if recorded["value"] is None else bytes.fromhex(recorded["value"])
    reading = decoder(recorded, recorded.get("schema", '{"type": "record", "name": "None", "fields": []}'))
    translator = Translator(compile_routes([config], token=TOKEN), lambda _: reading)
    return translator.translate(Record(Partition("shop.events", 0), 1, b"7", value, NOW_MS), NOW_MS)


def customer(found: Mapped) -> Any:
    assert isinstance(found, Send), found
    (request,) = found.requests
    return json.loads(request.body)["properties"]["customer"]


@pytest.mark.parametrize("operation", ["create", "read", "update"])
def test_an_envelope_is_its_row_after_the_change(operation: str) -> None:
    assert customer(outcome(f"envelope-{operation}", ENVELOPES)) == SENT


@pytest.mark.parametrize("operation", ["delete", "truncate"])
def test_what_is_gone_is_skipped_by_the_condition(operation: str) -> None:
    assert outcome(f"envelope-{operation}", ENVELOPES) == Skip("when")


def test_an_unwrapped_row_needs_no_paths() -> None:
    assert customer(outcome("unwrapped-update", ROWS)) == SENT


def test_and_says_itself_that_it_is_deleted() -> None:
    assert outcome("unwrapped-delete", ROWS) == Skip("when")


@pytest.mark.parametrize("config", [ENVELOPES, ROWS])
def test_a_tombstone_is_skipped(config: Any) -> None:
    assert outcome("tombstone", config) == Skip("tombstone")
