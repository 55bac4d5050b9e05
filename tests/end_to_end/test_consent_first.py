"""Consent comes first: the place in the queue of an unsubscribe that stands behind 10,000 other records.

`pytest tests/end_to_end/test_consent_first.py -s` prints the places, which docs/delivery.md gives.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import pytest

from consumer.sandbox.faults import FaultPlan
from consumer.sandbox.latencies import FixedLatency
from tests.support.brokers import Message
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually

AHEAD = 10_000
LATENCY = 0.05
IN_FLIGHT = 16
JANE = "jane@example.com"
BY_VALUE = {"path": "customer.first_name", "values": {"stays": "customer_patch", "leaves": "unsubscribe"}}
FORMS = ("a topic of its own", "event.values", "a second route")


def routes_of(form: str, topic: str, consents: str) -> list[dict[str, Any]]:
    """The routes of each form; the records are profiles, whose first name says what the customer does."""
    patch = {"topic": topic, "event": "customer_patch"}
    match form:
        case "a topic of its own":
            return [patch, {"topic": consents, "event": "unsubscribe"}]
        case "event.values":
            return [{"topic": topic, "event": BY_VALUE}]
        case _:
            return [patch, {"topic": topic, "event": "unsubscribe", "when": "customer.first_name == 'leaves'"}]


def customer(email: str, first_name: str) -> dict[str, str]:
    return {"email": email, "first_name": first_name}


@pytest.mark.parametrize("form", FORMS)
def test_an_unsubscribe_passes_what_waits(pipeline: Pipeline, form: str) -> None:
    """It is sent as soon as it is read, and it is read while thousands wait in memory."""
    topic, consents = pipeline.broker.topic(4), pipeline.broker.topic(1)
    profile = pipeline.shop.event("customer_patch", "x@example.com", customer=customer("x@example.com", "stays"))
    messages = [Message(b"customer-%d" % number, profile) for number in range(AHEAD)]
    pipeline.broker.produce(topic, messages)
    leaves = pipeline.shop.event("customer_patch", JANE, customer=customer(JANE, "leaves"))
    pipeline.sandbox.faults.apply(FaultPlan(latency=FixedLatency(kind="fixed", seconds=LATENCY)))

    def place() -> int | None:
        events = sorted(pipeline.sandbox.events(outcome="accepted"), key=lambda event: event.number)
        return next((number for number, event in enumerate(events) if event.event == "unsubscribe"), None)

    with pipeline.service(routes_of(form, topic, consents), delivery={"max_in_flight": IN_FLIGHT}):
        pipeline.accepted(200)
        pipeline.broker.produce(consents if form == FORMS[0] else topic, [Message(JANE.encode(), leaves)])
        before = pipeline.sandbox.counts.accepted
        started = time.monotonic()
        eventually(lambda: place() is not None, 60, "the unsubscribe")
        seconds = time.monotonic() - started

    found = place()
    assert found is not None
    sys.stdout.write(f"\n{form}: {found - before} of the {AHEAD - before} ahead of it went first, {seconds:.1f} s\n")
    # Where the memory was full when it was written, a tenth of that goes first.
    assert found - before < AHEAD // 8
