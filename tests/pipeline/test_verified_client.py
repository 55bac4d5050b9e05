"""Consents that Bluecore has taken are handed on, and everything else passes as it is."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from prometheus_client import CollectorRegistry

from consumer.bluecore.consent_reader import Reading
from consumer.clock import SystemClock
from consumer.pipeline.verification import Verification
from consumer.pipeline.verified_client import VerifiedClient
from consumer.records import Answer, NoAnswer
from consumer.telemetry.metrics import Metrics


class Client:
    """Answers all that was sent with `answer`."""

    def __init__(self) -> None:
        self.answer = Answer(202)
        self.sent: list[tuple[Any, ...]] = []
        self.closed = False

    @property
    def in_flight(self) -> int:
        return len(self.sent)

    def send(self, *request: Any) -> None:
        self.sent.append(request)

    def wait(self, seconds: float) -> list[tuple[int, Answer]]:
        return [(ticket, self.answer) for ticket, *_ in self.sent] if seconds else []

    def close(self) -> None:
        self.closed = True


def nobody(_destination: str, _customer: str) -> Reading:
    raise AssertionError("nothing is due")


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def verification() -> Verification:
    return Verification({"": 1}, nobody, Metrics(CollectorRegistry()), SystemClock(), name_of=str)


def body(event: str) -> bytes:
    if event == "state":
        return orjson.dumps({"id": {"email": "jane@example.com"}, "state": {"event": "OPTIN"}})
    properties = {"token": "t", "distinct_id": "jane@example.com", "customer": {"email": "jane@example.com"}}
    return orjson.dumps({"event": event, "properties": properties})


@pytest.mark.parametrize(
    ("event", "destination", "answer", "waiting"),
    [
        ("optin", "", Answer(202), 1),
        ("unsubscribe", "", Answer(200), 1),
        ("customer_patch", "", Answer(202), 0),
        ("optin", "outlet", Answer(202), 0),  # which has no verify_share
        ("optin", "", Answer(422), 0),
        ("state", "/eligibility", Answer(200), 1),
        ("state", "/eligibility", Answer(200, unapplied="Bluecore has UNSUBSCRIBED"), 0),  # it is told already
        ("state", "outlet/eligibility", Answer(200), 0),
        ("customer_patch", "/customers", Answer(200), 0),
        ("optin", "", Answer(None, NoAnswer.TIMEOUT), 0),
    ],
)
def test_what_is_delivered_of_consents_is_handed_on(  # noqa: PLR0913, PLR0917 - what there is, and what comes of it
    client: Client, verification: Verification, event: str, destination: str, answer: Answer, waiting: int
) -> None:
    client.answer = answer
    verified = VerifiedClient(client, verification)
    verified.send(7, body(event), "key", None, destination)
    assert client.sent == [(7, body(event), "key", None, destination)]
    assert verified.in_flight == 1
    assert verified.wait(0) == []
    assert (len(verification), verified.wait(1)) == (0, [(7, answer)])
    assert len(verification) == waiting


def test_it_closes_the_client(client: Client, verification: Verification) -> None:
    VerifiedClient(client, verification).close()
    assert client.closed
