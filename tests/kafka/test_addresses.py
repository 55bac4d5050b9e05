"""What stands beside the addresses of a rented cluster and cannot be of that cluster is told, in one sentence."""

from __future__ import annotations

from typing import Any

import pytest

from consumer.config.authentication import AuthenticationConfig
from consumer.kafka.options import option_findings
from consumer.kafka.security import Access, address_findings
from tests.kafka.logins import PLAIN, SCRAM

MSK = "b-1.shop.a1b2c3.c2.kafka.eu-central-1.amazonaws.com"
SERVERLESS = "boot-a1b2c3d4.c2.kafka-serverless.eu-central-1.amazonaws.com"
CONFLUENT = "pkc-a1b2c.eu-central-1.aws.confluent.cloud"
GOOGLE = "bootstrap.shop.europe-west1.managedkafka.shop-prod.cloud.goog"
HUBS = "shop.servicebus.windows.net"
IAM = AuthenticationConfig(type="aws_msk_iam", region="eu-central-1")
AZURE = AuthenticationConfig(type="azure", scope=f"https://{HUBS}/.default")


def told(servers: str, options: dict[str, Any], authentication: AuthenticationConfig | None = None) -> list[str]:
    access = Access(servers, options, authentication is not None, authentication)
    return [f"{each.key}: {each.message}" for each in (*address_findings(access), *option_findings(access))]


@pytest.mark.parametrize(
    ("servers", "options", "authentication", "sentence"),
    [
        (f"{MSK}:9096", {}, IAM, "bootstrap_servers: port 9096 is that of SCRAM; IAM's is 9098"),
        (f"{MSK}:9194", {}, IAM, "bootstrap_servers: port 9194 is that of TLS without SASL; IAM's is 9198"),
        (f"{MSK}:9098,{MSK}:9092", {}, IAM, "bootstrap_servers: port 9092 is that of plaintext; IAM's is 9098"),
        (f"{MSK}:9094", SCRAM, None, "bootstrap_servers: port 9094 is that of TLS without SASL; SCRAM's is 9096"),
        (f"{MSK}:9094", PLAIN, None, "bootstrap_servers: port 9094 is that of TLS without SASL; SCRAM's is 9096"),
        (f"{MSK}:9098", SCRAM, None, "bootstrap_servers: port 9098 is that of IAM; SCRAM's is 9096"),
        (
            f"{MSK}:9092",
            {"security.protocol": "SSL"},
            None,
            "bootstrap_servers: port 9092 is that of plaintext; TLS's is 9094",
        ),
        (
            f"{SERVERLESS}:9096",
            {},
            IAM,
            "bootstrap_servers: port 9096 is none of MSK Serverless, which takes IAM alone: its port is 9098",
        ),
        (
            f"{CONFLUENT}:9093",
            PLAIN,
            None,
            "bootstrap_servers: port 9093 is none of Confluent Cloud: its brokers have 9092",
        ),
        (
            f"{GOOGLE}:9093",
            {},
            AuthenticationConfig(type="google"),
            "bootstrap_servers: port 9093 is none of Google's Managed Kafka: its brokers have 9092 or 9192",
        ),
        (
            f"{HUBS}:9092",
            {},
            AZURE,
            "bootstrap_servers: port 9092 is none of Azure Event Hubs: its brokers have 9093",
        ),
        (
            "psrc-a1b2c.eu-central-1.aws.confluent.cloud:9092",
            PLAIN,
            None,
            (
                "bootstrap_servers: psrc-a1b2c.eu-central-1.aws.confluent.cloud is a schema registry: "
                "give the address of the brokers"
            ),
        ),
        (
            f"{MSK}:9098",
            {},
            AuthenticationConfig(type="aws_msk_iam", region="us-east-1"),
            f"authentication.region: is us-east-1, and {MSK}:9098 is in eu-central-1: set eu-central-1",
        ),
        (
            f"{HUBS}:9093",
            {},
            AuthenticationConfig(type="azure", scope="https://other.servicebus.windows.net/.default"),
            (
                "authentication.scope: is for other.servicebus.windows.net, and kafka.bootstrap_servers has "
                f"{HUBS}:9093: set https://{HUBS}/.default"
            ),
        ),
        (
            f"{GOOGLE}:9092",
            {},
            IAM,
            f"authentication.type: is aws_msk_iam, and {GOOGLE}:9092 (Google's Managed Kafka) takes google only",
        ),
        (
            f"{CONFLUENT}:9092",
            {},
            AZURE,
            (
                f"authentication.type: is azure, and {CONFLUENT}:9092 (Confluent Cloud) takes no "
                "kafka.authentication: use sasl.oauthbearer.method: oidc, or an API key"
            ),
        ),
        (
            f"{MSK}:9098",
            {"sasl.mechanism": "PLAIN"},
            IAM,
            "sasl.mechanism: is OAUTHBEARER with kafka.authentication: leave the option out",
        ),
    ],
)
def test_what_is_of_another_cluster_or_way_is_told_once(
    servers: str, options: dict[str, Any], authentication: AuthenticationConfig | None, sentence: str
) -> None:
    assert told(servers, options, authentication) == [sentence]


@pytest.mark.parametrize(
    ("servers", "options", "authentication"),
    [
        (f"{MSK}:9098", {}, IAM),
        (f"{MSK}:9198", {}, IAM),
        (f"{MSK}:14001", {}, IAM),
        (f"{SERVERLESS}:9098", {}, IAM),
        (f"{MSK}:9196", SCRAM, None),
        (f"{GOOGLE}:9092", {}, AuthenticationConfig(type="google")),
        (f"{GOOGLE}:9192", {"security.protocol": "SSL"}, None),
        (f"{HUBS.upper()}:9093", {}, AZURE),
        (f"{HUBS}:9093", {}, AuthenticationConfig(type="azure", scope="https://eventhubs.azure.net/.default")),
        ("kafka.example.com:9096", {}, IAM),
    ],
)
def test_what_is_of_this_cluster_passes(
    servers: str, options: dict[str, Any], authentication: AuthenticationConfig | None
) -> None:
    assert told(servers, options, authentication) == []
