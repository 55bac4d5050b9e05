"""Values that cannot work are refused before anything is installed, each with a sentence that says what to do."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.helm.chart import Chart
from tests.helm.documents import CHART, SECTIONS

KEDA = {"enabled": True}
SASL = {"security.protocol": "SASL_SSL", "sasl.mechanism": "PLAIN"}
ROUTE = {"topic": "shop.orders", "event": "purchase"}
FENCE = {"enabled": True}
TOKENS = "sasl.oauthbearer.token.endpoint.url"
NEW_GROUP = {"group.protocol": "consumer", "session.timeout.ms": 6000}

CASES: dict[str, tuple[dict[str, Any], str]] = {
    "no brokers": ({"kafka": {"bootstrap_servers": ""}}, "kafka.bootstrap_servers is empty"),
    "no routes": ({"routes": []}, "routes is empty"),
    "no topic": ({"routes": [{"event": "purchase"}]}, "routes[0] has neither topic nor topic_pattern"),
    "no registry": ({"schema_registry": {"url": ""}}, "schema_registry.url is empty, and routes[0]"),
    "no such schema": (
        {"routes": [ROUTE | {"format": "raw", "schema": "order.avsc"}]},
        "routes[0].schema names order.avsc, which no pod would find",
    ),
    "no such reader's schema": (
        {"routes": [ROUTE | {"reader_schema": "./order.avsc"}], "files": {"other.avsc": "{}"}},
        "routes[0].reader_schema names ./order.avsc, which no pod would find",
    ),
    "one schema of several": (
        {"routes": [ROUTE | {"format": "single_object", "schema": ["a.avsc", "b.avsc"]}], "files": {"a.avsc": "{}"}},
        "routes[0].schema names b.avsc, which no pod would find",
    ),
    "no such table": (
        {"tables": {"stores": "stores.csv"}},
        "tables.stores names stores.csv, which no pod would find",
    ),
    "no such table with columns": (
        {"tables": {"stores": {"file": "./stores.csv", "key": "id"}}, "files": {"other.csv": "id,name"}},
        "tables.stores names ./stores.csv, which no pod would find",
    ),
    "a Secret of no destination": (
        {"destinationSecrets": {"acme": "acme-bluecore"}},
        "destinationSecrets has acme, which is none of destinations",
    ),
    "a Secret of a name that no variable has": (
        {"destinations": {"Acme": {}}, "destinationSecrets": {"Acme": "acme-bluecore"}},
        "destinationSecrets has Acme: a destination whose Secret becomes environment variables has a name",
    ),
    "a destination without a namespace": (
        {"destinations": {"acme": {}}},
        "destinations.acme has no namespace: name a Secret",
    ),
    "a namespace that could be read": (
        {"destinations": {"acme": {"namespace": "acme"}}},
        "destinations.acme.namespace would be readable in a ConfigMap",
    ),
    "two rates of a destination": (
        {
            "destinations": {"acme": {"namespace": "${BLUECORE_NAMESPACE}", "rate_limit_per_second": 5}},
            "destinationRateLimitsPerSecond": {"acme": 30},
        },
        "destinationRateLimitsPerSecond.acme and destinations.acme.rate_limit_per_second are both given",
    ),
    "no way to Bluecore": ({"bluecore": None}, "bluecore is not given, and routes[0] names no destination"),
    "no way for the probes": ({"telemetry": {"host": "127.0.0.1"}}, "telemetry.host is 127.0.0.1: no probe"),
    "fence and hidden brokers": (
        {"networkPolicy": FENCE, "kafka": {"bootstrap_servers": "${BROKERS}"}},
        "networkPolicy cannot tell the brokers' ports",
    ),
    "fence and a hidden address": (
        {"networkPolicy": FENCE, "bluecore": {"url": "${BLUECORE_URL:-https://api.bluecore.app}"}},
        "networkPolicy cannot tell the port from the ${NAME} in bluecore.url",
    ),
    "fence and a hidden token endpoint": (
        {"networkPolicy": FENCE, "kafka": {"options": {TOKENS: "https://${LOGIN}/token"}}},
        "networkPolicy cannot tell the port from the ${NAME} in kafka.options sasl.oauthbearer.token.endpoint.url",
    ),
    "no runbook": ({"prometheusRule": {"enabled": True}}, "prometheusRule.runbookUrl is empty"),
    "killed while draining": ({"delivery": {"drain_seconds": 31}}, "terminationGracePeriodSeconds is 60"),
    "KIP-848": ({"kafka": {"options": NEW_GROUP}}, "has session.timeout.ms, which the group protocol `consumer`"),
    "one identity": ({"kafka": {"options": {"group.instance.id": "a"}}}, "a group.instance.id, which every pod"),
    "literal namespace": ({"bluecore": {"namespace": "shop"}}, "bluecore.namespace would be readable in a ConfigMap"),
    "literal key": ({"bluecore": {"api_key": "${A:-secret}"}}, "bluecore.api_key would be readable in a ConfigMap"),
    "literal secret of the REST APIs": (
        {"bluecore": {"rest_api": {"client_id": "shop", "client_secret": "hush"}}},
        "bluecore.rest_api.client_secret would be readable in a ConfigMap",
    ),
    "literal secret of a destination's REST APIs": (
        {
            "destinations": {
                "acme": {"namespace": "${ACME}", "rest_api": {"client_id": "shop", "client_secret": "${ACME:-hush}"}}
            }
        },
        "destinations.acme.rest_api.client_secret would be readable in a ConfigMap",
    ),
    "fence and a hidden address of the REST APIs": (
        {
            "networkPolicy": FENCE,
            "bluecore": {"rest_api": {"client_id": "c", "client_secret": "${S}", "token_url": "https://${AUTH}/"}},
        },
        "networkPolicy cannot tell the port from the ${NAME} in bluecore.rest_api.token_url",
    ),
    "literal password": (
        {"kafka": {"options": {"sasl.password": "p"}}},
        "options sasl.password would be readable in a ConfigMap",
    ),
    "literal user": (
        {"schema_registry": {"options": {"basic.auth.user.info": "${USER}:p"}}},
        "schema_registry.options basic.auth.user.info would be readable in a ConfigMap",
    ),
    "literal user in an address": (
        {"schema_registry": {"url": "https://shop:p@registry"}},
        "The user in schema_registry.url would be readable in a ConfigMap",
    ),
    "literal user in the second of two addresses": (
        {"schema_registry": {"url": "http://registry, https://shop:p@other"}},
        "The user in schema_registry.url, address 2, would be readable in a ConfigMap",
    ),
    "literal secret of a token's client": (
        {"schema_registry": {"options": {"bearer.auth.client.secret": "s"}}},
        "schema_registry.options bearer.auth.client.secret would be readable in a ConfigMap",
    ),
    "literal token of a key service": (
        {"schema_registry": {"options": {"rule.executors._default_.param.token.id": "s"}}},
        "schema_registry.options rule.executors._default_.param.token.id would be readable in a ConfigMap",
    ),
    "literal key of a key service": (
        {"schema_registry": {"options": {"rule.executors._default_.param.private.key": "s"}}},
        "schema_registry.options rule.executors._default_.param.private.key would be readable in a ConfigMap",
    ),
    "literal user in Bluecore's address": (
        {"bluecore": {"url": "http://shop:p@proxy"}},
        "The user in bluecore.url would be readable in a ConfigMap",
    ),
    "literal token in a query string": (
        {"bluecore": {"url": "https://proxy/bluecore?route=${ROUTE}&key=p"}},
        "The query string of bluecore.url would be readable in a ConfigMap",
    ),
    "a key for a prefix": (
        {"bluecore": {"api_key_prefix": "Bearer 9f8e7d6c5b4a"}},
        "bluecore.api_key_prefix would be readable in a ConfigMap",
    ),
    "literal assertion": (
        {"kafka": {"options": {"sasl.oauthbearer.config": "principal=shop Client_Credential=p"}}},
        "options sasl.oauthbearer.config would be readable in a ConfigMap",
    ),
    "a secret in the environment": (
        {"extraEnv": [{"name": "BLUECORE_CONSUMER__BLUECORE__API_KEY", "value": "p"}]},
        "extraEnv BLUECORE_CONSUMER__BLUECORE__API_KEY would be readable in a ConfigMap",
    ),
    **{
        f"a secret in the environment: {name}": (
            {"extraEnv": [{"name": name, "value": value}]},
            f"extraEnv {name} would be readable in a ConfigMap",
        )
        for name, value in (
            ("OTEL_EXPORTER_OTLP_HEADERS", "api-key=p"),
            ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "Authorization=p"),
            ("HTTPS_PROXY", "http://user:p@proxy:3128"),
            ("BLUECORE_CONSUMER__KAFKA__OPTIONS", '{"sasl.password": "p"}'),
            ("KAFKA_PASS", "p"),
        )
    },
    "literal secret of a token": (
        {"kafka": {"options": {"sasl.oauthbearer.config": "principal=shop client_secret=p"}}},
        "options sasl.oauthbearer.config would be readable in a ConfigMap",
    ),
    "two secrets": ({"secretData": {"BLUECORE_NAMESPACE": "shop"}}, "existingSecret and secretData are both given"),
    "no secret": ({"existingSecret": ""}, "nothing gives the pods the environment variable BLUECORE_NAMESPACE"),
    "one topic for both": (
        {"dead_letters": {"retry_topic": "bluecore-consumer.dead-letter"}},
        "dead_letters.retry_topic and dead_letters.dead_letter_topic are both bluecore-consumer.dead-letter",
    ),
    "a circle": (
        {"routes": [ROUTE | {"topic": "bluecore-consumer.retry"}]},
        "routes[0].topic is bluecore-consumer.retry, which is dead_letters.retry_topic",
    ),
    "a rate beside the chart": (
        {"extraEnv": [{"name": "BLUECORE_CONSUMER__DELIVERY__RATE_LIMIT_PER_SECOND", "value": "9"}]},
        "give it as delivery.rate_limit_per_second instead",
    ),
    "a tag in the repository": (
        {"image": {"repository": "registry:5000/consumer:1"}},
        "image.repository ends with consumer:1: give a tag as image.tag",
    ),
    "two autoscalers": ({"keda": KEDA, "autoscaling": {"enabled": True}}, "keda.enabled and autoscaling.enabled"),
    "scaled static members": (
        {"staticMembership": {"enabled": True}, "keda": KEDA},
        "staticMembership.enabled with an autoscaler",
    ),
    "fewest above most": ({"keda": KEDA | {"minReplicas": 9}}, "keda.minReplicas is above keda.maxReplicas"),
    "idle pods": ({"replicas": 7, "partitions": 6}, "there can be 7 pods and only 6 partitions"),
    "idle pods by KEDA": ({"keda": KEDA | {"maxReplicas": 8}, "partitions": 6}, "there can be 8 pods and only 6"),
    "two rate limits": (
        {"releaseRateLimitPerSecond": 9, "delivery": {"rate_limit_per_second": 9}},
        "releaseRateLimitPerSecond and delivery.rate_limit_per_second",
    ),
    "no way to roll out": ({"rollout": {"maxSurge": 0}}, "rollout.maxSurge and rollout.maxUnavailable"),
    "KEDA and a pattern": (
        {"keda": KEDA, "routes": [{"topic_pattern": "^shop", "event": "purchase"}]},
        "keda cannot follow the topic_pattern ^shop",
    ),
    "KEDA and a variable": (
        {"keda": KEDA, "kafka": {"bootstrap_servers": "${BROKERS}"}},
        "keda reads the lag itself and cannot fill in the ${NAME} in kafka.bootstrap_servers",
    ),
    "KEDA and a hidden protocol": (
        {"keda": KEDA, "kafka": {"options": {"security.protocol": "${PROTOCOL}"}}},
        "cannot fill in the ${NAME} in kafka.options security.protocol",
    ),
    "KEDA and a hidden topic": (
        {"keda": KEDA, "routes": [{"topic": "${TOPIC}", "event": "purchase"}]},
        "cannot fill in the ${NAME} in the topics",
    ),
    "share of no CPU": (
        {"autoscaling": {"enabled": True}, "resources": {"requests": {"cpu": None}}},
        "resources.requests.cpu is not given",
    ),
    "KEDA and no reset": (
        {"keda": KEDA, "kafka": {"options": {"auto.offset.reset": "error"}}},
        "kafka.options has an auto.offset.reset that keda does not know",
    ),
    "receipts among the failed": (
        {"receipts": {"topic": "bluecore-consumer.retry"}},
        "receipts.topic is bluecore-consumer.retry, which failed records are written to",
    ),
    "receipts that are read": (
        {"receipts": {"topic": "r"}, "routes": [{"topic": "r", "event": "search"}]},
        "routes[0].topic is r, which is receipts.topic",
    ),
    "KEDA with nothing to look at": (
        {"keda": KEDA, "routes": [{"topic": "t", "event": "search", "paused": True}]},
        "keda has no topic to look at, since all routes are paused",
    ),
    "KEDA and a cloud's identity": (
        {"keda": KEDA, "kafka": {"authentication": {"type": "google"}}},
        "the chart cannot give it the identity of kafka.authentication",
    ),
    "KEDA without a login": ({"keda": KEDA, "kafka": {"options": SASL}}, "keda logs in to Kafka itself"),
    "KEDA and a private authority": (
        {
            "keda": KEDA | {"authentication": {"keys": {"username": "USER", "password": "PASSWORD"}}},
            "kafka": {"options": SASL | {"ssl.ca.location": "/etc/bluecore-consumer-tls/ca.crt"}},
        },
        "say in keda.authentication.keys which key of the Secret is the `ca`",
    ),
    "KEDA and a certificate to log in with": (
        {
            "keda": KEDA | {"authentication": {"keys": {"ca": "CA", "cert": "CERT"}}},
            "kafka": {"options": {"security.protocol": "ssl", "ssl.certificate.location": "/etc/tls/tls.crt"}},
        },
        "which keys of the Secret are `cert` and `key`",
    ),
    "a rate for nobody knows how many": (
        {"replicas": None, "releaseRateLimitPerSecond": 10},
        "releaseRateLimitPerSecond is divided over the pods, and replicas is left out",
    ),
    "KEDA without a Secret": (
        {
            "keda": KEDA | {"authentication": {"keys": {"username": "U"}}},
            "existingSecret": "",
            "secretData": {"BLUECORE_NAMESPACE": "shop"},
        },
        "keda.authentication.keys are of no Secret",
    ),
}


@pytest.mark.parametrize(("values", "sentence"), CASES.values(), ids=CASES)
def test_a_guard_fires_with_its_sentence(chart: Chart, values: dict[str, Any], sentence: str) -> None:
    """The sentence names the values that stand against each other."""
    assert sentence in chart.refusal(values)


def test_what_is_kept_from_the_environment_are_settings() -> None:
    """A setting that the service renames is renamed in the guard."""
    template = (CHART / "templates" / "_guards_settings.tpl").read_text()
    (keys,) = re.findall(r"range \$key := list (.*) -\}\}", template)
    schema = json.loads((CHART / "values.schema.json").read_text())
    known = set()
    for section in SECTIONS:
        below = schema["$defs"].get(schema["properties"][section].get("$ref", "").rpartition("/")[2], {})
        known |= {section} | {f"{section}.{setting}" for setting in below.get("properties", {})}

    assert set(re.findall(r'"(.+?)"', keys)) <= known


@pytest.mark.parametrize(("part", "file"), [("prometheusRule", "rules.yaml"), ("dashboard", "dashboard.json")])
def test_rules_and_dashboard_must_be_in_the_chart(chart: Chart, tmp_path: Path, part: str, file: str) -> None:
    """A copy without them says so and installs nothing half."""
    bare = shutil.copytree(CHART, tmp_path / "chart", ignore=shutil.ignore_patterns("files"))

    refusal = replace(chart, folder=bare).refusal({part: {"enabled": True}})

    assert f"{part}.enabled is true, and this copy of the chart has no files/{file}" in refusal


def test_every_guard_has_a_case(chart: Chart) -> None:
    """A guard that is added to a template needs its case here."""
    templates = "".join(path.read_text() for path in (CHART / "templates").glob("_guards*.tpl"))
    sentences = re.findall(r'append \$faults \(?(?:printf )?"([^"]+)"', templates)
    shown = "\n".join(chart.refusal(values) for values, _ in CASES.values())

    untested = [
        sentence
        for sentence in sentences
        if not re.search(".*".join(re.escape(part) for part in re.split("%[dsv]", sentence)), shown)
    ]

    assert len(sentences) > 25
    assert untested == ["%s.enabled is true, and this copy of the chart has no %s"]


def test_all_faults_are_told_at_once(chart: Chart) -> None:
    """Nobody should need three installs to find three mistakes."""
    refusal = chart.refusal({"kafka": {"bootstrap_servers": ""}, "routes": [], "existingSecret": ""})

    assert all(part in refusal for part in ("kafka.bootstrap_servers", "routes is empty", "BLUECORE_NAMESPACE"))


@pytest.mark.parametrize(
    "values",
    [
        {"existingSecret": "", "secretData": {"BLUECORE_NAMESPACE": "shop"}},
        {"existingSecret": "", "extraEnvFrom": [{"secretRef": {"name": "vault"}}]},
        {"existingSecret": "", "extraEnv": [{"name": "BLUECORE_NAMESPACE", "value": "sandbox"}]},
        {"schema_registry": {"options": {"basic.auth.user.info": "${USER}:${PASSWORD}"}}},
        {"schema_registry": {"url": "https://${USER}:${PASSWORD}@registry"}},
        {"kafka": {"options": {"sasl.oauthbearer.config": "principal=shop client_secret=${SECRET}"}}},
        {"kafka": {"options": {"group.protocol": "consumer"}}},
        {"routes": [ROUTE | {"format": "raw", "schema": ["./a.avsc", "/mounted/b.avsc"]}], "files": {"a.avsc": "{}"}},
        {"routes": [ROUTE | {"format": "raw", "schema": "."}], "files": {"a.avsc": "{}"}},
        {"telemetry": {"host": "::"}},
        {"bluecore": {"url": "https://${USER}:${PASSWORD}@proxy"}},
        {"image": {"repository": "registry:5000/consumer"}},
        {"extraEnv": [{"name": "BLUECORE_CONSUMER__DELIVERY__MAX_IN_FLIGHT", "value": "9"}]},
        {"autoscaling": {"enabled": True}, "resources": {"limits": {"cpu": "1"}, "requests": None}},
        {"networkPolicy": FENCE | {"brokerPorts": [9092]}, "kafka": {"bootstrap_servers": "${BROKERS}"}},
        {"networkPolicy": FENCE | {"extraEgress": [{}]}, "bluecore": {"url": "${BLUECORE_URL}"}},
        {"networkPolicy": FENCE, "kafka": {"bootstrap_servers": "${BROKER}:9092"}},
        {"kafka": {"options": {"max.poll.interval.ms": 900_000}}},
        {"replicas": 6, "partitions": 6},
        {
            "keda": KEDA | {"authentication": {"keys": {"username": "USER", "password": "PASSWORD"}}},
            "kafka": {"options": SASL | {"ssl.ca.location": "/etc/ssl/certs/ca-certificates.crt"}},
        },
        {
            "keda": KEDA | {"authentication": {"keys": {"username": "U", "password": "P", "ca": "CA"}}},
            "kafka": {"options": SASL | {"ssl.ca.location": "/etc/bluecore-consumer-tls/ca.crt"}},
        },
        # A StatefulSet has no such rollout.
        {"staticMembership": {"enabled": True}, "rollout": {"maxSurge": 0}},
    ],
)
def test_what_can_work_passes(chart: Chart, values: dict[str, Any]) -> None:
    """The guards' edges."""
    assert chart.render(values).pod["containers"]
