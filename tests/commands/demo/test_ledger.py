"""Where each event of the demo ended, by what the sandbox and the topics themselves hold."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from consumer.commands.demo.ledger import Row, account_for, read_failures
from consumer.config.model import Config
from consumer.records import Partition
from consumer.sandbox.sandbox import Sandbox, running_sandbox
from tests.support.brokers import Broker, Message
from tests.support.configs import SOUND

HOME = Partition("demo.search", 3)
SEARCH = {"event": "search", "properties": {"token": "t", "distinct_id": "jane@example.com", "search_term": "x"}}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """It has accepted offset 0, refused and then accepted offset 1, and refused offset 2."""
    with running_sandbox() as running:
        for offset, accepted in ((0, True), (1, False), (1, True), (2, False)):
            requests.post(
                running.api_url,
                json=SEARCH if accepted else {},
                headers={"Idempotency-Key": f"demo.search:3:{offset}"},
                timeout=5,
            )
        yield running.sandbox


def row(sandbox: Sandbox, offset: int, *, skipped: bool = False, retried: bool = False, reason: str = "") -> Row:
    """The account of one event at this offset."""
    place = HOME, offset
    rows = account_for(
        {place: "search"},
        {place} if skipped else set(),
        sandbox,
        {place} if retried else set(),
        {place: reason} if reason else {},
    )
    return rows["search"]


def test_what_bluecore_accepted_is_delivered(sandbox: Sandbox) -> None:
    assert row(sandbox, 0) == Row(produced=1, delivered=1)


def test_what_was_sent_twice_was_retried(sandbox: Sandbox) -> None:
    assert row(sandbox, 1) == Row(produced=1, delivered=1, retried=1)


def test_what_passed_the_retry_topic_was_retried(sandbox: Sandbox) -> None:
    assert row(sandbox, 0, retried=True) == Row(produced=1, delivered=1, retried=1)


def test_what_bluecore_refused_is_in_the_dead_letter_topic_or_missing(sandbox: Sandbox) -> None:
    assert row(sandbox, 2, reason="rejected").dead_lettered == {"rejected": 1}
    assert row(sandbox, 2).missing == ["demo.search[3] offset 2"]


def test_a_tombstone_is_skipped(sandbox: Sandbox) -> None:
    assert row(sandbox, 9, skipped=True) == Row(produced=1, skipped=1)


def test_what_is_nowhere_is_missing(sandbox: Sandbox) -> None:
    """The one thing that the demo is there to rule out."""
    assert row(sandbox, 9).missing == ["demo.search[3] offset 9"]


def test_failures_are_read_from_the_topic_by_their_first_place(broker: Broker) -> None:
    topic = broker.topic(4)
    headers = (
        ("__connect.errors.topic", b"demo.search"),
        ("__connect.errors.partition", b"3"),
        ("__connect.errors.offset", b"7"),
        ("bluecore.reason", b"rejected"),
    )
    broker.produce(topic, [Message(b"k", b"v", headers), Message(b"k", b"not ours")])
    config = Config.model_validate(
        {
            **SOUND,
            "kafka": {"bootstrap_servers": broker.bootstrap, "group_id": broker.group()},
            "dead_letters": {"dead_letter_topic": topic},
        }
    )
    assert list(read_failures(config, topic)) == [((HOME, 7), "rejected")]
