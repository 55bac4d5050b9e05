"""What runs locally runs in the cluster: a configuration file given as values becomes the same settings."""

from __future__ import annotations

from pathlib import Path

import yaml

from consumer.commands.validation.configuration import load_checked
from consumer.config.model import Config
from consumer.kafka.client import client_options
from consumer.mapping.router import compile_routes
from consumer.mapping.tables import load_tables
from consumer.records import Send
from tests.helm.chart import Chart

LOCAL = """
kafka:
  bootstrap_servers: kafka:9092
  group_id: "007"
  options: {fetch.max.bytes: 52428800, socket.keepalive.enable: true, client.rack: "on", fetch.wait.max.ms: 1e2}
schema_registry: {url: http://registry:8081, options: {timeout.ms: "5000"}}
bluecore: {url: "${BLUECORE_URL:-https://api.bluecore.app/api/track/mobile/v1}", namespace: "${BLUECORE_NAMESPACE}"}
delivery: {max_buffered_bytes: 67108864, rate_limit_per_second: 0.5, retry: {attempts: 2}}
dead_letters: {delays_seconds: [0.5, 60]}
telemetry: {log_level: warning}
tables: {rates: {nl: 1.21, "12": "yes", "on": true}}
routes:
  - {topic: shop.orders, when: "status == 'PAID' && n > `10`", event: purchase, fields: {total: totals.grand_total}}
  - {topic_pattern: '^shop\\.views\\..*', event: "viewed_product", priority: -1, split_products: true}
  - topic: shop.consent
    event: {path: email, values: {true: optin, false: unsubscribe, 3: viewed_cart}}
    attributes: {vip: {path: buyer.is_vip, as: boolean}}
  - {topic: web.track, preset: segment}
  - {topic: crm.accounts, records: tombstones, key_format: json, event: unsubscribe, fields: {email: _kafka.key.mail}}
"""


def test_a_local_file_renders_to_the_same_settings(chart: Chart, tmp_path: Path) -> None:
    """Numbers, texts that look like numbers, flags and expressions pass through Helm unharmed."""
    local, there = tmp_path / "local.yaml", tmp_path / "there.yaml"
    local.write_text(LOCAL)
    values = yaml.safe_load(LOCAL)
    there.write_text(chart.render(values | {"existingSecret": "bluecore"}).config)

    wanted, got = (load_checked(path, {"BLUECORE_NAMESPACE": "shop"}) for path in (local, there))

    assert _without_choices(got) == _without_choices(wanted)


def test_a_flag_still_chooses_the_event(chart: Chart) -> None:
    """Helm makes `true` and 3 texts: both forms are there, so that the record's boolean or number finds its event."""
    route = {"topic": "t", "event": {"path": "optedIn", "values": {True: "optin", 3: "identify", "yes": "optin"}}}

    values = chart.render({"routes": [route]}).settings["routes"][0]["event"]["values"]

    assert values == {True: "optin", "true": "optin", 3: "identify", "3": "identify", "yes": "optin"}


UNQUOTED = """
kafka: {bootstrap_servers: kafka:9092, options: {fetch.max.bytes: 1e6, socket.keepalive.enable: y}}
schema_registry: {url: http://registry:8081}
bluecore: {namespace: "${BLUECORE_NAMESPACE}"}
delivery: {max_in_flight: 0o20}
tables:
  answers: {y: Yes, n: off, 08: 1:30, 012: 1e3, 2.0: "y", no-one: N}
routes:
  - {topic: a, event: {path: flag, values: {y: optin, no: unsubscribe, 08: skip}}}
  - {topic: b, event: {path: flag, values: {"true": optin, "false": unsubscribe, "null": skip, "3": skip}}}
"""
FLAGS = (True, False, None, "", 3, 8)
QUOTED_FLAGS = (*FLAGS, "true", "false", "3", "null")


def test_what_stands_without_quotes_is_one_thing_here_and_there(chart: Chart, tmp_path: Path) -> None:
    """Helm has flags and numbers where other readers of YAML have texts, and texts for all keys."""
    local, there = tmp_path / "local.yaml", tmp_path / "there.yaml"
    local.write_text(UNQUOTED)
    there.write_text(chart.of(local).render({"existingSecret": "bluecore"}).config)

    wanted, got = (load_checked(path, {"BLUECORE_NAMESPACE": "shop"}) for path in (local, there))

    assert client_options(got.kafka, {}, "consumer") == client_options(wanted.kafka, {}, "consumer")
    assert got.delivery == wanted.delivery
    tables = [load_tables(config.tables)["answers"] for config in (wanted, got)]
    assert (
        tables[0] == tables[1] == {"true": True, "false": False, "8": "1:30", "10": 1000, "2": "y", "no-one": False}
    )
    for topic, flags in (("a", FLAGS), ("b", QUOTED_FLAGS)):
        here, in_cluster = ([_becomes(config, topic, flag) for flag in flags] for config in (wanted, got))
        assert here == in_cluster
        assert len(set(here)) > 2


def _becomes(config: Config, topic: str, flag: object) -> str:
    record = {"email": "jane@example.com", "flag": flag}
    outcome = compile_routes(config.routes, token="t").map(topic, None, record, None, 0)
    return outcome.requests[0].event if isinstance(outcome, Send) else str(outcome.reason)


def test_what_is_not_given_is_left_to_the_service(chart: Chart) -> None:
    """The chart has no defaults of its own for the settings that it does not need."""
    settings = chart.render().settings

    assert set(settings) == {"kafka", "schema_registry", "bluecore", "delivery", "telemetry", "routes"}
    defaults = Config.model_validate(settings | {"delivery": {}, "telemetry": {}})
    assert Config.model_validate(settings) == defaults


def test_aws_glue_has_a_section_without_an_address(chart: Chart) -> None:
    """Its address follows from the region; what is reached over the network is HTTPS."""
    registry = {"type": "glue", "url": "", "options": {"region": "eu-central-1"}}

    rendered = chart.render({"schema_registry": registry, "networkPolicy": {"enabled": True}})

    assert rendered.settings["schema_registry"] == {key: registry[key] for key in ("type", "options")}
    assert Config.model_validate(rendered.settings).schema_registry is not None
    egress = rendered.one("NetworkPolicy")["spec"]["egress"]
    assert 443 in [port["port"] for way in egress for port in way.get("ports", ())]


def test_without_a_registry_there_is_no_section_for_it(chart: Chart) -> None:
    """Topics of raw Avro need none."""
    values = {"schema_registry": {"url": ""}, "files": {"order.avsc": '"string"'}}
    route = {"topic": "shop.orders", "event": "purchase", "format": "raw", "schema": "order.avsc"}

    rendered = chart.render(values | {"routes": [route]})

    assert "schema_registry" not in rendered.settings
    assert rendered.mounted["order.avsc"] == '"string"'
    assert rendered.container["workingDir"] == "/etc/bluecore-consumer"


def test_secrets_stay_out_of_every_object(chart: Chart) -> None:
    """Only their names are rendered; the pod has them from the Secret."""
    options = {"security.protocol": "SASL_SSL", "sasl.mechanism": "PLAIN", "sasl.password": "${KAFKA_PASSWORD}"}

    rendered = chart.render({"kafka": {"options": options}, "tlsSecret": "kafka-ca"})

    assert rendered.settings["kafka"]["options"]["sasl.password"] == "${KAFKA_PASSWORD}"
    assert rendered.settings["bluecore"]["namespace"] == "${BLUECORE_NAMESPACE}"
    assert rendered.all("Secret") == []
    assert {"name": "tls", "mountPath": "/etc/bluecore-consumer-tls", "readOnly": True} in rendered.container[
        "volumeMounts"
    ]


def _without_choices(config: Config) -> Config:
    """The event of the last route has its own test: there its choices stand in two forms."""
    routes = tuple(route.model_copy(update={"event": ""}) for route in config.routes)
    return config.model_copy(update={"routes": routes})
