"""Rented clusters are known by their addresses."""

from __future__ import annotations

import pytest

from consumer.config.model import KafkaConfig
from consumer.kafka.client import client_options, producer_options
from consumer.kafka.services import is_event_hubs, service_of

HUBS = "shop.servicebus.windows.net:9093"


@pytest.mark.parametrize(
    ("servers", "name"),
    [
        ("b-1.shop.a1.c2.kafka.eu-central-1.amazonaws.com:9098", "Amazon MSK by IAM"),
        ("b-1-public.shop.a1.c2.kafka.eu-central-1.amazonaws.com:9198", "Amazon MSK by IAM"),
        ("boot-a1.c2.kafka-serverless.us-east-1.amazonaws.com:9098", "Amazon MSK by IAM"),
        ("b-1.shop.a1.c2.kafka.cn-north-1.amazonaws.com.cn:9096", "Amazon MSK by SCRAM"),
        ("other:9092, SASL_SSL://pkc-1.eu-central-1.aws.confluent.cloud:9092", "Confluent Cloud"),
        ("PKC-1.EU-CENTRAL-1.AWS.CONFLUENT.CLOUD:9092", "Confluent Cloud"),
        ("bootstrap.shop.europe-west1.managedkafka.shop-prod.cloud.goog:9092", "Google's Managed Kafka"),
        (HUBS, "Azure Event Hubs"),
    ],
)
def test_a_service_is_known(servers: str, name: str) -> None:
    found = service_of(servers)
    assert found is not None
    assert found[0].name == name


@pytest.mark.parametrize(
    "servers",
    [
        "",
        "kafka",
        "kafka:9092",
        "[fd00::1]:9092",
        "b-1.shop.a1.c2.kafka.eu-central-1.amazonaws.com:9092",
        "confluent.cloud.example.com:9092",
        "xservicebus.windows.net.example.com:9093",
    ],
)
def test_others_are_not(servers: str) -> None:
    assert service_of(servers) is None


def test_event_hubs_are_spoken_to_as_they_ask() -> None:
    """Over what the user sets not: the last word is theirs."""
    assert is_event_hubs(HUBS)
    config = KafkaConfig(bootstrap_servers=HUBS, options={"metadata.max.age.ms": 60_000})
    options = producer_options(config)
    assert (options["compression.type"], options["socket.keepalive.enable"]) == ("none", True)
    assert options["metadata.max.age.ms"] == 60_000
    elsewhere = KafkaConfig(bootstrap_servers="kafka:9092")
    assert producer_options(elsewhere)["compression.type"] == "lz4"
    assert "socket.keepalive.enable" not in client_options(elsewhere, {}, "admin")
