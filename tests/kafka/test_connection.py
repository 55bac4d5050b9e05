"""A cluster that cannot be reached is said to be so, in one sentence with what to do."""

from __future__ import annotations

from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException, Producer

from consumer.config.model import KafkaConfig
from consumer.kafka import connection
from consumer.kafka.connection import ErrorCollector, Unreachable, cluster_metadata, made
from consumer.kafka.embedded import embedded_broker
from consumer.kafka.logging import NullLogger
from consumer.tokens.token import TokenUnavailable
from tests.support.waiting import free_port


def client_of(bootstrap: str, errors: ErrorCollector) -> Producer:
    return Producer({"bootstrap.servers": bootstrap, "error_cb": errors, "logger": NullLogger()})


@pytest.mark.kafka
def test_a_cluster_shows_its_topics() -> None:
    with embedded_broker(["shop.orders"]) as bootstrap:
        errors = ErrorCollector()
        found = cluster_metadata(client_of(bootstrap, errors), KafkaConfig(bootstrap_servers=bootstrap), errors)
    assert "shop.orders" in found.topics


def test_where_nothing_listens_the_cause_is_named_once(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """librdkafka says of its call no more than that it took too long, and writes the rest to stderr."""
    monkeypatch.setattr(connection, "TIMEOUT_SECONDS", 1.0)
    bootstrap, errors = f"127.0.0.1:{free_port()}", ErrorCollector()
    with pytest.raises(Unreachable) as refused:
        cluster_metadata(client_of(bootstrap, errors), KafkaConfig(bootstrap_servers=bootstrap), errors)
    told = str(refused.value)
    assert told.startswith(f"no broker answered within 1 s at {bootstrap}: ")
    assert told.count("Connection refused") == 1
    assert "brokers are down" not in told
    assert "Check kafka.bootstrap_servers" in told
    assert capfd.readouterr() == ("", "")


def test_counts_of_brokers_that_are_down_become_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """librdkafka counts them anew for each client, and the counts contradict each other."""
    monkeypatch.setattr(connection, "TIMEOUT_SECONDS", 0.1)
    bootstrap, errors = f"127.0.0.1:{free_port()}", ErrorCollector()
    client = Producer({"bootstrap.servers": bootstrap, "logger": NullLogger()})
    errors += ["1/1 brokers are down", "0/2 brokers are down"]
    with pytest.raises(Unreachable) as refused:
        cluster_metadata(client, KafkaConfig(bootstrap_servers=bootstrap), errors)
    assert f"at {bootstrap}: none of the brokers is up. Check" in str(refused.value)


def test_a_token_that_did_not_come_in_time_is_waited_for_and_other_errors_are_not() -> None:
    """Confluent-kafka's own callback (`aws_iam`) loses its reason; with an `error_cb`, in a SystemError."""
    late = KafkaException(KafkaError(KafkaError._AUTHENTICATION, "OAuth token not set within 10 seconds timeout"))  # noqa: SLF001
    wrapped = SystemError("returned NULL with an exception set")
    wrapped.__cause__ = late
    wrong = KafkaException(KafkaError(KafkaError._INVALID_ARG, "no such property"))  # noqa: SLF001
    expected = {late: TokenUnavailable, wrapped: TokenUnavailable, wrong: KafkaException}
    for error, told in expected.items():

        def client(_: dict[str, Any], raised: Exception = error) -> None:
            raise raised

        with pytest.raises(told):
            made(client, {})
    assert made(dict, {"client.id": "shop"}) == {"client.id": "shop"}
