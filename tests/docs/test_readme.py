"""The README: what it shows is what one gets, and it stays short."""

from __future__ import annotations

import json
import re

import pytest
import requests
import yaml

from tests.docs.shell import Shell, exactly
from tests.support.brokers import Broker, Message
from tests.support.pages import README, ROOT
from tests.support.shop import Shop
from tests.support.waiting import eventually

FIRST = README["Your own first event"]
COMMANDS = {"`make demo`", "`make test`"}


def test_it_is_read_in_a_few_minutes() -> None:
    """What does not fit has a page of its own."""
    assert 150 <= len(README.text.splitlines()) <= 200


@pytest.mark.parametrize("broker", ["embedded"], indirect=True)
def test_the_first_event_arrives_in_the_sandbox(shell: Shell, broker: Broker, shop: Shop) -> None:
    """The commands as they stand there, on a topic with one record: the sandbox shows its event."""
    broker.create("shop.cart", 4)
    broker.produce("shop.cart", [Message(b"jane", shop.event("add_to_cart", "jane@example.com"))])
    shell.environment |= {
        "BLUECORE_CONSUMER__KAFKA__BOOTSTRAP_SERVERS": broker.bootstrap,
        "BLUECORE_CONSUMER__KAFKA__OPTIONS": json.dumps(dict(broker.options)),
        "BLUECORE_CONSUMER__SCHEMA_REGISTRY__URL": shop.registry_url,
    }
    counts = shell.here("http://127.0.0.1:8090/_counts")

    shell.follow(FIRST.blocks)

    eventually(lambda: '"accepted":1' in requests.get(counts, timeout=5).text, 30, f"an event at {counts}")
    assert shell.stop() == [0, 0]


def test_the_first_configuration_is_the_example() -> None:
    assert FIRST.block("yaml").text == (ROOT / "examples" / "first-event.yaml").read_text()


def test_a_record_of_bluecores_names_becomes_what_is_shown(shell: Shell) -> None:
    """The record in the sentence, and the request below it, digit by digit."""
    record = next(text for text in re.findall(r"`([^`]*)`", README.text) if text.startswith("{"))
    assert _previewed(shell, FIRST.block("yaml").text, record) == exactly(FIRST.block("json").text)


def test_the_mapping_that_is_shown_takes_records_of_other_names(shell: Shell) -> None:
    """With its `fields` the same request comes of a record whose names are its own."""
    own = {"shopper": {"mail": "jane@example.com"}, "items": [{"article": "SKU-2040", "price": 89.95, "quantity": 1}]}
    mapped = yaml.safe_load(FIRST.block("yaml").text) | yaml.safe_load(FIRST.block("yaml", 1).text)
    assert _previewed(shell, yaml.safe_dump(mapped), json.dumps(own)) == exactly(FIRST.block("json").text)


def test_the_two_commands_are_targets_of_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {command for command, _ in README["Two commands"].table("command")} == COMMANDS
    assert {"demo", "test"} <= targets


def _previewed(shell: Shell, configuration: str, record: str) -> object:
    (shell.folder / "first-event.yaml").write_text(configuration)
    (shell.folder / "record.json").write_text(record)
    return exactly(shell.run("bluecore-consumer preview --config first-event.yaml --topic shop.cart record.json"))
