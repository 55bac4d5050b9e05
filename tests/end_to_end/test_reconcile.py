"""Consents go through the service to Bluecore; `reconcile` finds each that is another one there, and repairs it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner, Result

from consumer.cli import main
from consumer.commands.reconcile.reading import ConsentTopics, Place, Topics
from consumer.records import Record
from consumer.sandbox.faults import FaultPlan, Scripts
from tests.support.brokers import Message
from tests.support.pipeline import NAMESPACE, Pipeline
from tests.support.processes import ServiceProcess
from tests.support.rest_api import CLIENT_ID, CLIENT_SECRET
from tests.support.waiting import eventually

pytestmark = pytest.mark.kafka

CUSTOMERS = [f"customer-{number}@example.com" for number in range(60)]
GONE = CUSTOMERS[:20]


class Shopfront:
    """A running service of consents, and the sandbox's REST APIs beside it."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.topic = pipeline.broker.topic(4)
        base = pipeline.bluecore_url.removesuffix(pipeline.sandbox.settings.path)
        self._rest = f"{base}/api/namespaces/{NAMESPACE}"
        self._token_url = f"{base}/oauth/token"
        self.rest_api = {
            "url": f"{base}/api",
            "token_url": self._token_url,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
        }

    def service(self, api: str = "events") -> ServiceProcess:
        """The service, whose consents go by this API."""
        records = {"optin": "com.shop.events.OptIn", "unsubscribe": "com.shop.events.Unsubscribe"}
        routes = [
            {"topic": self.topic, "event": event, "record": record, "api": api} for event, record in records.items()
        ]
        return self.pipeline.service(routes, bluecore={"rest_api": self.rest_api})

    @property
    def file(self) -> Path:
        """The configuration of the service."""
        return self.pipeline.folder / "config.yaml"

    def say(self, event: str, emails: list[str]) -> None:
        shop = self.pipeline.shop
        self.pipeline.broker.produce(
            self.topic, [Message(email.encode(), shop.event(event, email)) for email in emails]
        )

    def change_there(self, event: str, emails: list[str]) -> None:
        """Somebody else says it to Bluecore: not by the topics."""
        body = {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "audience": "https://a.bluecore.com",
            "grant_type": "client_credentials",
        }
        token = requests.post(self._token_url, json=body, timeout=30).json()["access_token"]
        for email in emails:
            said = {"id": {"email": email}, "state": {"event": event}}
            headers = {"Authorization": f"Bearer {token}"}
            requests.post(
                f"{self._rest}/eligibility_events", json=said, headers=headers, timeout=30
            ).raise_for_status()

    def status(self, email: str) -> str:
        profile = self.pipeline.sandbox.store.profiles.find(email, NAMESPACE)
        assert profile is not None
        found = profile.subscriptions.find(email)
        return "" if found is None else found.status

    def reconcile(self, file: Path, *arguments: str) -> tuple[Result, list[dict[str, Any]], dict[str, Any]]:
        result = CliRunner().invoke(main, ["reconcile", "--config", str(file), "--show-values", *arguments])
        assert result.stdout, result.output
        *rows, last = map(json.loads, result.stdout.splitlines())
        return result, rows, last["summary"]


@pytest.fixture
def front(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> Shopfront:
    monkeypatch.setattr("consumer.commands.reconcile.rewriting.DUE_SECONDS", 2.0)
    monkeypatch.setattr("consumer.commands.reconcile.repairing.SETTLE_SECONDS", 0.5)
    return Shopfront(pipeline)


def test_what_differs_is_found_and_repaired_and_a_later_withdrawal_stands(front: Shopfront) -> None:
    with front.service() as service:
        service.wait_ready()
        front.say("optin", CUSTOMERS)
        front.say("unsubscribe", GONE)
        front.pipeline.committed_to_the_end(front.topic)
        file = front.file
        result, rows, summary = front.reconcile(file)
        assert (result.exit_code, rows, summary["checked"]) == (0, [], len(CUSTOMERS)), result.output

        back, withdrawn = GONE[:3], CUSTOMERS[-2:]
        front.change_there("OPTIN", back)
        front.change_there("UNSUBSCRIBE", withdrawn)
        result, rows, summary = front.reconcile(file, "--repair", "--yes")
        assert result.exit_code == 1
        found = {(row["customer"], row["kind"], row["repairable"]) for row in rows}
        assert found == {(email, "still_subscribed", True) for email in back} | {
            (email, "not_subscribed", False) for email in withdrawn
        }
        assert summary["repair"] == {"sent": 3, "left": {"newer_there": 2}}

        eventually(
            lambda: {front.status(email) for email in back} == {"UNSUBSCRIBED"}, 60, "the words that are said again"
        )
        eventually(lambda: front.reconcile(file)[2]["on_their_way"] == 0, 60, "the retry topic's commits")
        _, rows, _ = front.reconcile(file)
        assert {row["customer"] for row in rows} == set(withdrawn)
        assert {front.status(email) for email in withdrawn} == {"UNSUBSCRIBED"}
        assert service.terminate() == 0


def test_what_bluecore_has_answered_otherwise_is_found_and_repaired(front: Shopfront) -> None:
    """By eligibility: what was not applied is a dead letter, and differs until it is said again."""
    wrong = {*GONE[:2], CUSTOMERS[-1]}
    scripts = Scripts(distinct_id=dict.fromkeys(wrong, ("differs",)))
    front.pipeline.sandbox.faults.apply(FaultPlan(apis={"eligibility": FaultPlan(scripts=scripts)}))
    with front.service("eligibility") as service:
        service.wait_ready()
        front.say("unsubscribe", GONE)
        front.say("optin", CUSTOMERS[20:])
        front.pipeline.committed_to_the_end(front.topic)
        file = front.file

        result, rows, summary = front.reconcile(file, "--repair", "--yes")
        assert (result.exit_code, {row["customer"] for row in rows}) == (1, wrong), result.output
        assert summary["repair"] == {"sent": 3, "left": {}}
        front.pipeline.committed_to_the_end(front.pipeline.retry_topic, 60)
        result, rows, summary = front.reconcile(file)
        assert (result.exit_code, rows, summary["checked"]) == (0, [], len(CUSTOMERS)), result.output
        assert service.terminate() == 0


def test_what_is_said_before_the_service_knows_of_the_repair_is_the_last_word(
    front: Shopfront, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The customer opts in again after the look behind the writes, while no instance has read those."""
    customer = "jane@example.com"
    later: Callable[[ConsentTopics, Topics, list[str]], Any] = ConsentTopics.later
    looks: list[int] = []

    def interrupted(consents: ConsentTopics, topics: Topics, names: list[str]) -> Any:
        found = later(consents, topics, names)
        looks.append(len(found[0]))
        if len(looks) == 2:  # the first was before the writes
            front.say("optin", [customer])
        return found

    with front.service() as service:
        service.wait_ready()
        front.say("unsubscribe", [customer])
        front.pipeline.committed_to_the_end(front.topic)
        assert service.terminate() == 0
    front.change_there("OPTIN", [customer])
    monkeypatch.setattr(ConsentTopics, "later", interrupted)
    _, _, summary = front.reconcile(front.file, "--repair", "--yes")
    assert (summary["repair"]["sent"], looks) == (1, [0, 0, 1, 0])
    retried = front.pipeline.broker.read(front.pipeline.retry_topic, at_least=2)
    assert [record.key for record in retried] == [customer.encode()] * 2


def test_what_is_said_while_it_is_repaired_is_the_last_word(
    front: Shopfront, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The customer opts in again between the last look and the write: the old withdrawal does not undo that."""
    customer = "jane@example.com"
    at: Callable[[ConsentTopics, set[Place]], Iterator[Record]] = ConsentTopics.at

    def interrupted(consents: ConsentTopics, places: set[Place]) -> Iterator[Record]:
        records = list(at(consents, places))
        front.say("optin", [customer])
        front.pipeline.committed_to_the_end(front.topic)
        yield from records

    with front.service() as service:
        service.wait_ready()
        front.say("unsubscribe", [customer])
        front.pipeline.committed_to_the_end(front.topic)
        front.change_there("OPTIN", [customer])
        monkeypatch.setattr(ConsentTopics, "at", interrupted)
        _, _, summary = front.reconcile(front.file, "--repair", "--yes")
        assert summary["repair"]["sent"] == 1

        retried = front.pipeline.broker.read(front.pipeline.retry_topic, at_least=2)
        assert [record.key for record in retried] == [customer.encode()] * 2
        front.pipeline.committed_to_the_end(front.pipeline.retry_topic, 60)
        assert front.status(customer) == "SUBSCRIBED"
        assert service.terminate() == 0
