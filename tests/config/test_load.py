"""A configuration file and the environment become settings, or one message with everything that is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from consumer.config.load import ConfigError, load, parse
from consumer.config.model import Config
from consumer.config.route import EventByValue, FieldConfig
from tests.support.configs import SOUND, text

DESIGN = """
kafka:
  bootstrap_servers: kafka:9092
  group_id: bluecore-consumer
  options: {}
schema_registry:
  url: http://registry:8081
  options: {}
bluecore:
  url: https://api.bluecore.app/api/track/mobile/v1
  namespace: ${BLUECORE_NAMESPACE}
  api_key: ${BLUECORE_API_KEY:-}
  timeout_seconds: 10
delivery:
  ordering: key
  max_in_flight: 64
  rate_limit_per_second: 0
  retry: {attempts: 4, initial_seconds: 0.5, max_seconds: 30}
  max_event_age_seconds: 86400
dead_letters:
  retry_topic: bluecore-consumer.retry
  dead_letter_topic: bluecore-consumer.dead-letter
  delays_seconds: [60, 600, 3600]
telemetry: {host: 0.0.0.0, port: 8000, log_level: info}
routes:
  - topic: shop.customers
    event: customer_patch
  - topic: shop.orders
    record: com.shop.OrderPlaced
    when: status == 'PAID'
    event: purchase
    fields:
      email: buyer.email
      products: lines
      products.id: sku
    attributes:
      loyalty_tier: buyer.tier
      vip: {path: buyer.is_vip, as: boolean}
  - topic: shop.consent
    event: {path: channelConsents.email, values: {true: optin, false: unsubscribe}}
"""


def settings(written: str, **environ: str) -> Config:
    return parse(written, environ, "config.yaml")


def findings(written: str, **environ: str) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        parse(written, environ, "config.yaml")
    return list(map(str, refused.value.findings))


def test_the_documented_configuration_is_read_as_documented() -> None:
    config = settings(DESIGN, BLUECORE_NAMESPACE="acme")
    _, orders, consent = config.routes
    assert config.endpoints[""].namespace.get_secret_value() == "acme"
    assert config.endpoints[""].api_key.get_secret_value() == ""
    assert config.dead_letters.delays_seconds == (60, 600, 3600)
    assert orders.fields == {"email": "buyer.email", "products": "lines", "products.id": "sku"}
    assert orders.attributes["vip"] == FieldConfig.model_validate({"path": "buyer.is_vip", "as": "boolean"})
    assert consent.event == EventByValue(path="channelConsents.email", values={True: "optin", False: "unsubscribe"})


def test_what_the_documented_configuration_says_is_the_default() -> None:
    """Who leaves a section out gets what the documentation shows."""
    written = settings(DESIGN, BLUECORE_NAMESPACE="test-namespace")
    least = settings(text())
    for section in ("delivery", "dead_letters", "telemetry", "bluecore"):
        assert getattr(least, section) == getattr(written, section)


def test_every_fault_of_a_file_is_in_one_message_with_its_key() -> None:
    written = """
kafka: {bootstrap_server: "kafka:9092", options: {group.id: x, sasl.mechanism: [PLAIN]}}
schema_registry: {url: registry}
bluecore: {namespace: "${UNSET}", api_key: [x], timeout_seconds: soon}
delivery: {ordering: keys, max_in_flight: 0, retry: 3, statuses: {reject: [400, 999]}}
dead_letters: {delays_seconds: [60, x], retry_topic: a, dead_letter_topic: a}
telemetry:
colour: blue
routes:
- {topic: a b, event: optin, topic: c d}
- {topic: a, topic_pattern: ^b, event: optin}
- {topic: a, event: optin, when: "status ==", fields: {email: "a ==", total: {path: x, az: number}}}
- {topic: a, event: {path: x, valus: {}}}
- 5
"""
    message = "\n".join(findings(written))
    assert message.splitlines() == [
        "routes[0].topic: is given twice, the second time in line 10",
        "bluecore.namespace: the environment variable UNSET is not set",
        "kafka.bootstrap_servers: is required",
        "kafka.options.group.id: is set by the service, not here: give kafka.group_id",
        "kafka.options.sasl.mechanism: must be a text, a number, or true or false",
        "kafka.bootstrap_server: is no setting; did you mean bootstrap_servers?",
        "schema_registry.url: must be an http:// or https:// address",
        "bluecore.api_key: must be one text",
        "bluecore.timeout_seconds: should be a valid number, unable to parse string as a number",
        "delivery.ordering: should be 'key', 'customer', 'partition' or 'none'",
        "delivery.max_in_flight: should be greater than or equal to 1",
        "delivery.retry: must have keys of its own below it",
        "delivery.statuses.reject[1]: should be less than or equal to 599",
        "dead_letters.delays_seconds[1]: should be a valid number, unable to parse string as a number",
        "telemetry: is empty: give it a value, or remove it",
        "routes[1]: give either topic or topic_pattern",
        "routes[2].when: is no JMESPath expression: status == ends too soon",
        "routes[2].fields.email: is no JMESPath expression: a == ends too soon",
        "routes[2].fields.total.az: is no setting",
        "routes[3].event.values: is required",
        "routes[3].event.valus: is no setting; did you mean values?",
        "routes[4]: must have keys of its own below it",
        "colour: is no setting",
        "dead_letters: retry_topic and dead_letter_topic must be two topics",
    ]


def test_the_message_says_which_file_and_how_many() -> None:
    with pytest.raises(ConfigError) as refused:
        parse(text(colour="blue", kafka={}), {}, "shop.yaml")
    assert str(refused.value) == (
        "shop.yaml: 2 faults\n  kafka.bootstrap_servers: is required\n  colour: is no setting"
    )


@pytest.mark.parametrize(
    ("sections", "finding"),
    [
        ({"kafka": None}, "kafka: is empty: give it a value, or remove it"),
        ({"kafka": [1]}, "kafka: must have keys of its own below it"),
        ({"kafka": {"bootstrap_servers": 9092}}, "kafka.bootstrap_servers: must be a text: put a number, or a word"),
        ({"kafka": {"bootstrap_servers": ["a", "b"]}}, "kafka.bootstrap_servers: must be one text"),
        ({"bluecore": {"namespace": " "}}, "bluecore.namespace: is empty: set it to the namespace"),
        ({"bluecore": {"namespace": "n", "url": "ftp://x"}}, "bluecore.url: must be an http:// or https:// address"),
        (
            {"bluecore": {"namespace": "n", "url": "https://user:marked@host"}},
            "bluecore.url: must not hold a user or a password: give the key under bluecore.api_key",
        ),
        ({"kafka": {"bootstrap_servers": "k", "group_id": 'a"b'}}, "kafka.group_id: must not hold quotation marks"),
        ({"kafka": {"bootstrap_servers": "k", "group_id": "a\\b"}}, "kafka.group_id: must not hold quotation marks"),
        ({"kafka": {"bootstrap_servers": "k", "group_id": "a\nb"}}, "kafka.group_id: must not hold quotation marks"),
        ({"telemetry": {"port": True}}, "telemetry.port: must be a number"),
        ({"telemetry": {"port": 65536}}, "telemetry.port: should be less than or equal to 65535"),
        ({"telemetry": {"loglevel": "info"}}, "telemetry.loglevel: is no setting; did you mean log_level?"),
        ({"delivery": {"attempts": 4}}, "delivery.attempts: is no setting; did you mean delivery.retry.attempts?"),
        ({"delivery": {"rate_limit_per_second": float("nan")}}, "delivery.rate_limit_per_second: should be"),
        ({"delivery": {"statuses": {"retry": [400]}}}, "delivery.statuses: 400: stands in two of reject, retry"),
        ({"dead_letters": {"delays_seconds": 60}}, "dead_letters.delays_seconds: must be a list"),
        ({"dead_letters": {"delays_seconds": [-1]}}, "dead_letters.delays_seconds[0]: should be greater than or"),
        ({"routes": []}, "routes: is empty: name at least one topic and its event"),
        ({"routes": {"topic": "a"}}, "routes: must be a list"),
        ({"routes": [{"event": "optin"}]}, "routes[0]: give either topic or topic_pattern"),
        ({"routes": [{"topic": "a"}]}, "routes[0].event: is required"),
        (
            {"bluecore": {"namespace": "n", "only_emails": ["example.com", "jane"]}},
            "bluecore.only_emails[1]: is no e-mail address, such as jane@example.com, and no domain",
        ),
        ({"routes": [{"topic": "a/b", "event": "optin"}]}, "routes[0].topic: is no topic's name: up to 249"),
        ({"routes": [{"topic_pattern": "shop.*", "event": "optin"}]}, "routes[0].topic_pattern: must begin with ^"),
        (
            {"routes": [{"topic_pattern": "^(", "event": "optin"}]},
            "routes[0].topic_pattern: is no regular expression",
        ),
        ({"routes": [{"topic": "a", "event": ["optin"]}]}, "routes[0].event: must have keys of its own below it"),
        ({5: "x"}, "[5]: is no setting: the name of one is a text"),
    ],
)
def test_a_wrong_value_is_named_once_with_what_is_right(sections: dict[Any, Any], finding: str) -> None:
    (found,) = findings(yaml.safe_dump({**SOUND, **sections}))
    assert found.startswith(finding)


@pytest.mark.parametrize(
    ("option", "value", "instead"),
    [
        ("metadata.broker.list", "other:9092", "give kafka.bootstrap_servers"),
        ("enable.auto.commit", True, "remove it; offsets are committed once their records are settled"),
        ("acks", 0, "remove it; a failed record is settled once all in-sync replicas have it"),
        ("request.required.acks", 1, "remove it; a failed record is settled once all in-sync replicas have it"),
        ("enable.idempotence", False, "remove it; a failed record is settled once all in-sync replicas have it"),
        ("transactional.id", "shop", "remove it; failed records are written one by one"),
        ("partitioner", "random", "remove it; failed records go to the partitions that keep a key's order"),
        ("test.mock.num.brokers", 3, "remove it; it replaces the brokers by some in memory"),
    ],
)
def test_an_option_that_would_lose_or_disorder_records_is_refused(option: str, value: object, instead: str) -> None:
    """With what to do, for whoever has it in the configuration of another client."""
    (found,) = findings(text(kafka={"bootstrap_servers": "k", "options": {option: value}}))
    assert found.startswith(f"kafka.options.{option}: is set by the service, not here: {instead}")


@pytest.mark.parametrize("written", ["", "# nothing yet"])
def test_an_empty_file_is_told_what_it_needs(written: str) -> None:
    assert findings(written) == ["kafka: is required", "bluecore: is required", "routes: is required"]


def test_a_file_of_something_else_is_told_what_settings_are() -> None:
    assert findings("- a\n- b") == ["holds no settings: expected keys such as kafka, bluecore, routes"]


def test_a_route_whose_topic_is_at_fault_is_not_blamed_for_having_none() -> None:
    route = {"topic": "${TOPIC}", "event": "optin"}
    assert findings(text(routes=[route])) == ["routes[0].topic: the environment variable TOPIC is not set"]


def test_every_setting_can_come_from_the_environment() -> None:
    """Numbers, truth values and lists come as the text that an environment has."""
    config = settings(
        "",
        BLUECORE_CONSUMER__KAFKA__BOOTSTRAP_SERVERS="kafka:9092",
        BLUECORE_CONSUMER__KAFKA__GROUP_ID="other",
        BLUECORE_CONSUMER__BLUECORE__NAMESPACE="acme",
        BLUECORE_CONSUMER__BLUECORE__API_KEY="",
        BLUECORE_CONSUMER__DELIVERY__RETRY__ATTEMPTS="7",
        BLUECORE_CONSUMER__DEAD_LETTERS__DELAYS_SECONDS="[1, 2]",
        BLUECORE_CONSUMER__ROUTES="[{topic: a, event: optin, normalise_email: true}]",
        BLUECORE_CONSUMER__ROUTES__0__TOPIC="b",
    )
    assert config.kafka.group_id == "other"
    assert config.delivery.retry.attempts == 7
    assert config.dead_letters.delays_seconds == (1, 2)
    assert [(route.topic, route.normalise_email) for route in config.routes] == [("b", True)]


def test_a_fault_from_the_environment_names_its_variable() -> None:
    assert findings(text(), BLUECORE_CONSUMER__KAFKA__GRUOP_ID="x") == [
        "kafka.gruop_id: is no setting; did you mean group_id? (set by BLUECORE_CONSUMER__KAFKA__GRUOP_ID)"
    ]


def test_no_message_shows_a_secret() -> None:
    """What is wrong with the place of a secret is told without the secret."""
    written = text(
        kafka={"bootstrap_servers": "k", "options": {"sasl.password": ["marked-1"]}},
        bluecore={"namespace": ["marked-2"], "api_key": {"marked-3": "marked-4"}, "api_key_prefix": ["marked-5"]},
        schema_registry={"url": "marked-6@registry", "options": {"basic.auth.user.info": ["marked-7"]}},
    )
    told = "\n".join(findings(written, BLUECORE_CONSUMER__DELIVERY__ORDERING="marked-8"))
    assert told.count("\n") == 6
    assert "marked" not in told


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "No such file or directory"), (b"\xff\xfe\x00a", "it is no UTF-8 text")],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None, message: str) -> None:
    file = tmp_path / "config.yaml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigError) as refused:
        load(file, {})
    assert str(refused.value) == f"{file}: 1 fault\n  cannot be read: {message}"


def test_a_folder_in_its_place_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load(tmp_path, {})
