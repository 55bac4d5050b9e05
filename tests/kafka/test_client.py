"""Whose options a Kafka client gets, and which of them win."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from consumer.config.model import KafkaConfig
from consumer.kafka.client import client_options, consumer_options, max_poll_seconds, producer_options
from consumer.kafka.group_protocol import CLASSIC, NEW

USERS: dict[str, str | int] = {"security.protocol": "SASL_SSL", "fetch.min.bytes": 10, "linger.ms": 50}


def kafka(options: Mapping[str, str | int]) -> KafkaConfig:
    return KafkaConfig(bootstrap_servers="kafka:9092", group_id="shop", options=dict(options))


def test_every_client_knows_the_brokers_and_has_a_name() -> None:
    """The brokers' logs and quotas name clients by their id."""
    assert client_options(kafka({}), {}, "admin") == {"bootstrap.servers": "kafka:9092", "client.id": "shop"}


def test_what_the_user_sets_wins() -> None:
    """Over the service's own choices, and over the client's name."""
    options = client_options(
        kafka({"linger.ms": 50, "client.id": "mine"}), {"linger.ms": 5, "acks": "all"}, "producer"
    )

    assert (options["linger.ms"], options["acks"], options["client.id"]) == (50, "all", "mine")


@pytest.mark.parametrize(
    ("kind", "taken"),
    [
        ("consumer", {"security.protocol", "fetch.min.bytes"}),
        ("producer", {"security.protocol", "linger.ms"}),
        ("admin", {"security.protocol"}),
    ],
)
def test_a_client_gets_no_property_of_another_kind(kind: str, taken: set[str]) -> None:
    """librdkafka would warn of each, at every start."""
    assert client_options(kafka(USERS), {}, kind).keys() & USERS.keys() == taken


def test_the_client_that_reads_commits_nothing_by_itself_and_the_one_that_writes_loses_nothing() -> None:
    """What the users' options may not change."""
    assert consumer_options(kafka({}), NEW)["enable.auto.commit"] is False
    assert producer_options(kafka({}))["enable.idempotence"] is True


@pytest.mark.parametrize(("protocol", "chosen"), [(CLASSIC, True), (NEW, False)])
def test_the_assignor_is_the_clients_choice_in_a_classic_group_alone(protocol: str, chosen: bool) -> None:  # noqa: FBT001 - a table's column
    """In a group of KIP-848 the brokers assign, and librdkafka refuses the setting."""
    assert ("partition.assignment.strategy" in consumer_options(kafka({}), protocol)) is chosen


def test_where_reading_begins_is_never_left_to_the_client() -> None:
    """It would decide anew at each start, and skip without a word."""
    assert consumer_options(kafka({"auto.offset.reset": "latest"}), NEW)["auto.offset.reset"] == "error"


def test_kafka_bears_a_loop_for_five_minutes_or_as_the_user_says() -> None:
    assert max_poll_seconds(kafka({})) == 300
    assert max_poll_seconds(kafka({"max.poll.interval.ms": "900000"})) == 900
