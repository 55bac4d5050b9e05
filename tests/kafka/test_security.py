"""What cannot work is said before an hour is lost: in a sentence, under its key, and only once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from consumer.config.findings import Finding
from consumer.kafka.options import option_findings
from consumer.kafka.security import Access
from tests.kafka.logins import PLAIN, SCRAM

BEARER = {"security.protocol": "SASL_SSL", "sasl.mechanism": "OAUTHBEARER"}
METHOD, KIND = "sasl.oauthbearer.method", "sasl.oauthbearer.metadata.authentication.type"
OIDC = BEARER | {
    METHOD: "oidc",
    "sasl.oauthbearer.token.endpoint.url": "https://login.example.com/token",
    "sasl.oauthbearer.client.id": "c",
    "sasl.oauthbearer.client.secret": "s",
}
MSK = "b-1.shop.abc123.c2.kafka.eu-central-1.amazonaws.com"
HUBS = "shop.servicebus.windows.net:9093"
CONFLUENT = "pkc-1.eu-central-1.aws.confluent.cloud:9092"
STRING = PLAIN | {"sasl.username": "$ConnectionString"}
EXTENSIONS, SCOPE = "sasl.oauthbearer.extensions", "sasl.oauthbearer.scope"


def found(options: dict[str, Any], servers: str = "kafka:9092", *, by_token: bool = False) -> list[Finding]:
    return list(option_findings(Access(servers, options, by_token)))


@pytest.mark.parametrize(
    ("options", "key", "says"),
    [
        (BEARER, METHOD, "no token would ever come: oidc, with sasl.oauthbearer.token.endpoint.url"),
        (BEARER | {METHOD: "default"}, METHOD, "is required by OAUTHBEARER"),
        (BEARER | {KIND: "azure_imds"}, METHOD, "must be oidc for"),
        (BEARER | {KIND: "aws_iam", "sasl.oauthbearer.config": "region=a,audience=b"}, METHOD, "must be oidc for"),
        ({"security.protocol": "SASL_SSL"}, "sasl.mechanism", "is required by security.protocol: SASL_SSL: give"),
        (SCRAM | {"sasl.mechanism": "GSSAPI"}, "sasl.mechanism", "(Kerberos) is not in the packages"),
        (
            BEARER | {"sasl.mechanism": "AWS_MSK_IAM"},
            "sasl.mechanism",
            "set kafka.authentication: {type: aws_msk_iam",
        ),
        (PLAIN | {"sasl.password": ""}, "sasl.password", "is required by sasl.mechanism: PLAIN"),
        (SCRAM | {"security.protocol": "SSL"}, "security.protocol", "is SSL, and sasl.mechanism is given"),
        ({"sasl.username": "u"}, "security.protocol", "is PLAINTEXT, and sasl.username is given"),
        ({"ssl.ca.location": __file__}, "security.protocol", "is PLAINTEXT, and ssl.ca.location is given"),
    ],
)
def test_a_way_that_cannot_work_is_told(options: dict[str, Any], key: str, says: str) -> None:
    (finding,) = found(options)
    assert (finding.key, says in finding.message) == (key, True), finding


def test_a_mechanism_without_its_credentials_names_both() -> None:
    options = {"security.protocol": "SASL_SSL", "sasl.mechanisms": "SCRAM-SHA-256"}
    assert [each.key for each in found(options)] == ["sasl.username", "sasl.password"]


@pytest.mark.parametrize("options", [SCRAM, PLAIN, OIDC, {"security.protocol": "ssl"}, {}])
def test_ways_that_work_pass(options: dict[str, Any]) -> None:
    assert found(options) == []


@pytest.mark.parametrize("name", ["ssl.ca.location", "ssl.certificate.location", "ssl.key.location"])
def test_a_file_that_is_missing_is_named_and_passes_offline(name: str, tmp_path: Path) -> None:
    """In a pipeline the certificates are elsewhere."""
    path = str(tmp_path / "no.pem")
    options = {"security.protocol": "SSL", name: path}
    says = f"there is no file {path} here; `check --offline` passes those that are elsewhere"
    assert found(options) == [Finding(name, says)]
    assert list(option_findings(Access("kafka:9093", options), offline=True)) == []


def test_what_librdkafka_says_of_other_options_is_told_beside_it() -> None:
    assert [each.key for each in found(BEARER | {"no.such": 1})] == [METHOD, "no.such"]
    assert [each.key for each in found(BEARER | {"sasl.usrname": "u"})] == [METHOD, "sasl.usrname"]
    assert [each.key for each in found({"sasl.usrname": "u"}, by_token=True)] == ["sasl.usrname"]


def test_boto3_that_is_missing_is_asked_for_by_the_extras_name(monkeypatch: pytest.MonkeyPatch) -> None:
    options = OIDC | {KIND: "aws_iam", "sasl.oauthbearer.config": "region=us-east-1 audience=https://a"}
    monkeypatch.setattr("consumer.kafka.security.find_spec", lambda _: None)
    (finding,) = found(options)
    assert finding.key == KIND
    assert "pip install 'bluecore-consumer[aws]'" in finding.message


def test_identities_of_clouds_are_tried_on_no_client() -> None:
    """One that is made waits for its first token, and asks a service for it."""
    complete = OIDC | {KIND: "aws_iam", "sasl.oauthbearer.config": "region=us-east-1,audience=https://a"}
    assert found(complete) == []
    (finding,) = found(complete | {"sasl.oauthbearer.config": "region=us-east-1"})
    assert finding.key == "sasl.oauthbearer.config"
    assert finding.message.startswith("lacks audience for")
    assert [each.key for each in found({"linger.ms": "soon"}, by_token=True)] == ["linger.ms"]


@pytest.mark.parametrize(
    ("servers", "options", "key", "says"),
    [
        ("pkc-1.eu-central-1.aws.confluent.cloud:9092", {}, "security.protocol", "(Confluent Cloud) takes SASL_SSL"),
        ("pkc-1.eu-central-1.aws.confluent.cloud:9092", SCRAM, "sasl.mechanism", "takes PLAIN or OAUTHBEARER"),
        (f"{MSK}:9094", {}, "security.protocol", "(Amazon MSK by TLS) takes SSL only: set SSL"),
        (f"{MSK}:9096", PLAIN, "sasl.mechanism", "(Amazon MSK by SCRAM) takes SCRAM-SHA-512"),
        (f"{MSK}:9098", OIDC, "sasl.mechanism", "set kafka.authentication: {type: aws_msk_iam, region: …}"),
        (f"x.example.com:9092, {MSK}:9098", PLAIN, "sasl.mechanism", "takes tokens of Amazon MSK only"),
        ("shop-shop.a.aivencloud.com:12345", {}, "security.protocol", "(Aiven) takes SSL only"),
        (CONFLUENT, OIDC, EXTENSIONS, "lacks logicalCluster, by which Confluent Cloud knows the cluster"),
        (CONFLUENT, OIDC | {EXTENSIONS: "identityPoolId=pool-1"}, EXTENSIONS, "lacks logicalCluster"),
        (CONFLUENT, OIDC | {EXTENSIONS: "logicalCluster=lsrc-1"}, EXTENSIONS, "=lsrc-1, which is no Kafka cluster"),
        (HUBS, PLAIN, "sasl.username", "must be $ConnectionString for Azure Event Hubs"),
        (HUBS, OIDC | {SCOPE: "https://x.servicebus.windows.net/.default"}, SCOPE, "is for x.servicebus.windows.net"),
        (HUBS, STRING | {"compression.type": "lz4"}, "compression.type", "takes gzip only, and that in Premium"),
        (HUBS, STRING | {"group.protocol": "consumer"}, "group.protocol", "must be classic for Azure Event Hubs"),
    ],
)
def test_what_a_rented_cluster_does_not_take_is_told_by_its_address(
    servers: str, options: dict[str, Any], key: str, says: str
) -> None:
    (finding,) = found(options, servers)
    assert (finding.key, says in finding.message) == (key, True), finding


@pytest.mark.parametrize(
    ("servers", "options"),
    [
        ("pkc-1.eu-central-1.aws.confluent.cloud:9092", PLAIN),
        (f"{MSK}:9096", SCRAM),
        (f"{MSK}:9094", {"security.protocol": "SSL"}),
        (f"{MSK}:9092", {}),
        (HUBS, STRING),
        (HUBS, OIDC | {SCOPE: "https://shop.servicebus.windows.net/.default"}),
        (CONFLUENT, OIDC | {EXTENSIONS: "logicalCluster=lkc-1,identityPoolId=pool-1"}),
        (CONFLUENT, OIDC | {EXTENSIONS: "logicalCluster=lkc-1"}),
        ("lkc-1.eu-central-1.aws.private.confluent.cloud:9092", OIDC),
        ("shop-shop.a.aivencloud.com:12345", SCRAM),
    ],
)
def test_what_a_rented_cluster_takes_passes(servers: str, options: dict[str, Any]) -> None:
    assert found(options, servers) == []


def test_tokens_of_a_cloud_need_no_options() -> None:
    assert found({}, f"{MSK}:9098", by_token=True) == []
    assert found({"security.protocol": "SASL_PLAINTEXT"}, by_token=True) == []


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"security.protocol": "SSL"}, "security.protocol"),
        ({"sasl.mechanism": "PLAIN"}, "sasl.mechanism"),
        ({"sasl.username": "u"}, "sasl.username"),
        ({METHOD: "oidc"}, METHOD),
    ],
)
def test_options_that_contradict_the_tokens_of_a_cloud_are_told(options: dict[str, Any], key: str) -> None:
    assert [each.key for each in found(options, by_token=True)] == [key]
