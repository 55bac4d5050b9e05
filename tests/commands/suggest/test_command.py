"""The command as its users type it: on real topics, with a file that says no more than where things are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from consumer.cli import main
from tests.support.brokers import Broker, Message
from tests.support.shop import Shop
from tests.support.waiting import free_port

pytestmark = pytest.mark.kafka


def sources(folder: Path, broker: Broker, registry_url: str) -> Path:
    """A configuration of `kafka` and `schema_registry` alone."""
    file = folder / "sources.yaml"
    settings: dict[str, Any] = {
        "kafka": {"bootstrap_servers": broker.bootstrap},
        "schema_registry": {"url": registry_url},
    }
    file.write_text(yaml.safe_dump(settings))
    return file


def command(*arguments: object) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)))


def test_check_accepts_the_file_with_what_was_written_for_it(broker: Broker, shop: Shop, tmp_path: Path) -> None:
    file = sources(tmp_path, broker, shop.registry_url)
    topics = {event: broker.topic(4, name=f"shop.{event}") for event in ("purchase", "search", "unsubscribe")}
    for event, topic in topics.items():
        broker.produce(topic, [Message(b"key", shop.event(event, "jane@example.com"))])

    result = command("suggest", "--config", file, *(each for topic in topics.values() for each in ("--topic", topic)))

    assert result.exit_code == 0, result.output
    assert {route["topic"]: route["event"] for route in yaml.safe_load(result.stdout)["routes"]} == {
        topic: event for event, topic in topics.items()
    }
    whole = tmp_path / "whole.yaml"
    whole.write_text(f"{file.read_text()}bluecore: {{namespace: test}}\n{result.stdout}")
    checked = command("check", "--config", whole)
    assert checked.exit_code == 0, checked.output
    assert "# bluecore:" not in command("suggest", "--config", whole, "--topic", topics["search"]).stdout


def test_what_is_missing_beside_the_routes_is_a_comment_to_be_taken_over(
    broker: Broker, shop: Shop, tmp_path: Path
) -> None:
    """A file of sources alone is no configuration yet: `check` would only name what it lacks."""
    file = sources(tmp_path, broker, shop.registry_url)
    topic = broker.topic(1, name="shop.search")
    broker.produce(topic, [Message(b"key", shop.event("search", "jane@example.com"))])
    written = command("suggest", "--config", file, "--topic", topic).stdout
    routes, comment = written.split("# What is still missing here")
    lines = comment.splitlines()[1:]
    file.write_text(file.read_text() + routes + "\n".join(line.removeprefix("# ") for line in lines))
    checked = command("check", "--config", file)
    assert checked.exit_code == 0, checked.output


def test_a_pattern_stands_for_all_topics_that_fit(broker: Broker, shop: Shop, tmp_path: Path) -> None:
    file = sources(tmp_path, broker, shop.registry_url)
    one, other, third = (broker.topic(1, name=name) for name in ("fit.search", "fit.searches", "other.search"))
    for topic in (one, other, third):
        broker.produce(topic, [Message(b"key", shop.event("search", "jane@example.com"))])

    for pattern in ("fit.*", r"^fit\."):
        result = command("suggest", "--config", file, "--topic", pattern)
        found = {route["topic"] for route in yaml.safe_load(result.stdout)["routes"]}
        assert {one, other} <= found
        assert third not in found


def test_without_a_topic_all_are_listed_with_a_guess(broker: Broker, shop: Shop, tmp_path: Path) -> None:
    """And nothing else; without those of Kafka, of Connect and of the service itself."""
    file = sources(tmp_path, broker, shop.registry_url)
    orders, numbers = broker.topic(1, name="shop.orders"), broker.topic(1, name="numbers")
    broker.create("_internal", 1)
    broker.create("bluecore-consumer.retry", 1)

    result = command("suggest", "--config", file)

    guesses = {line["topic"]: line["guess"] for line in map(json.loads, result.stdout.splitlines())}
    assert guesses[orders] == "purchase"
    assert guesses[numbers] is None
    assert not {"_internal", "bluecore-consumer.retry", "__consumer_offsets"} & guesses.keys()


def test_a_topic_without_a_schema_is_told_and_the_others_are_written(
    broker: Broker, shop: Shop, tmp_path: Path
) -> None:
    file = sources(tmp_path, broker, shop.registry_url)
    empty, text, search = (broker.topic(1, name=name) for name in ("empty", "text", "search"))
    broker.produce(text, [Message(b"key", b"no Avro at all")])
    broker.produce(search, [Message(b"key", shop.event("search", "jane@example.com"))])

    result = command("suggest", "--config", file, "--topic", empty, "--topic", text, "--topic", search)

    assert result.exit_code == 0, result.output
    assert [route["topic"] for route in yaml.safe_load(result.stdout)["routes"]] == [search]
    said = result.stdout.replace("\n  # ", " ")
    assert f"{empty}: neither the registry nor a record of it has an Avro schema" in said
    assert f"{text}: its records cannot be read: " in said


def test_a_topic_that_is_not_there_is_told_with_the_nearest(broker: Broker, shop: Shop, tmp_path: Path) -> None:
    file = sources(tmp_path, broker, shop.registry_url)
    topic = broker.topic(1, name="shop.orders")
    result = command("suggest", "--config", file, "--topic", topic[:-1] + "?")
    assert result.exit_code == 1
    assert f"no topic is named like {topic[:-1]}?; did you mean {topic}?" in result.stderr


def test_a_pattern_that_is_none_is_told(broker: Broker, shop: Shop, tmp_path: Path) -> None:
    file = sources(tmp_path, broker, shop.registry_url)
    broker.topic(1)
    result = command("suggest", "--config", file, "--topic", "^kas(")
    assert result.exit_code == 1
    assert result.stdout == "", "no heading is left in a file that is appended to"
    assert "^kas( is no regular expression" in result.stderr


def test_a_registry_that_is_away_is_a_sentence(broker: Broker, tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    result = command("suggest", "--config", sources(tmp_path, broker, url), "--topic", broker.topic(1))
    assert result.exit_code == 1
    assert "nothing can be suggested: nothing accepts connections at" in result.stderr


def test_without_a_registry_there_is_nothing_to_go_by(broker: Broker, tmp_path: Path) -> None:
    file = tmp_path / "kafka.yaml"
    file.write_text(f"kafka: {{bootstrap_servers: '{broker.bootstrap}'}}\n")
    result = command("suggest", "--config", file, "--topic", broker.topic(1))
    assert result.exit_code == 2
    assert "schema_registry: is required" in result.stderr
