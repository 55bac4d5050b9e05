"""Operations: the commands find, show and replay a record that failed, and the tables are the code's own.

Nothing is missing in them, and nothing is there that is not.
"""

from __future__ import annotations

import json
import re
import time
from typing import Any

import click
import pytest
import yaml
from prometheus_client import CollectorRegistry

from consumer.cli import main
from consumer.kafka.headers import failure_headers
from consumer.kafka.receipts import encoded
from consumer.records import Failure, OrderClass, Outcome, Partition, Reason, Receipt, Record, Stage
from consumer.sandbox.sandbox import running_sandbox
from consumer.sandbox.settings import SandboxSettings
from consumer.telemetry.metrics import PREFIX, Metrics
from tests.docs.shell import Shell, installed, run
from tests.support.brokers import Message
from tests.support.markdown import Block, Section
from tests.support.pages import CONFIGURATION, README, ROOT, page
from tests.support.pipeline import Pipeline, headers_of
from tests.support.shop import usual

OPERATIONS = page("docs/operations.md")
WRONG, LETTERS = OPERATIONS["When something is wrong"], OPERATIONS["Dead letters"]
(DOCTOR,) = WRONG.blocks
LIST, SHOW, REPLAY, MOVE = LETTERS.blocks
ORDER = usual("jane@example.com") | {
    "total": 19.9,
    "note": "",
    "products": [{"sku": "SKU-1", "name": "Scarf"}],
}


@pytest.mark.parametrize("broker", ["embedded"], indirect=True)
def test_the_commands_lead_from_a_failed_record_to_its_delivery(pipeline: Pipeline) -> None:
    """A route that looks for the order's number in the wrong place, mended: the letter reaches Bluecore."""
    topic = pipeline.broker.topic(1)
    with pipeline.service([{"topic": topic, "event": "purchase", "fields": {"order_id": "nowhere"}}]) as service:
        service.wait_ready()
        pipeline.broker.produce(topic, [Message(b"jane", pipeline.shop.encode("order", ORDER))])
        pipeline.committed_to_the_end(topic)
        assert service.terminate() == 0
    with pipeline.service([{"topic": topic, "event": "purchase"}]) as service:
        service.wait_ready()
        codes = {row[0] for row in WRONG.table("`doctor` ends with")}

        examined, _ = ran(DOCTOR, pipeline)
        _, (counted,) = ran(LIST, pipeline)
        _, (by_place, by_reason) = ran(SHOW, pipeline)
        _, (planned, replayed) = ran(REPLAY, pipeline)
        _, (waiting, moved) = ran(MOVE, pipeline)

        pipeline.accepted(1)
        # The embedded broker tells nothing of permissions: that is a warning.
        assert examined == 3
        assert codes == {"0", "1", "2", "3"}
        assert (counted["reason"], counted["topic"], counted["count"]) == ("missing_field", topic, 1)
        assert by_place == by_reason
        assert by_place["now"]["outcome"] == "send"
        assert (planned["would_replay"], replayed["replayed"]) == (1, 1)
        assert (waiting["would_move"], moved["moved"]) == (0, 0)
        assert service.terminate() == 0


def test_on_the_first_day_only_who_is_listed_gets_events(shell: Shell) -> None:
    """The two records of the page, one to a listed domain in another case."""
    first_day = OPERATIONS["A first day on staff alone"]
    configuration: dict[str, Any] = yaml.safe_load(CONFIGURATION)
    configuration["bluecore"] |= yaml.safe_load(first_day.block("yaml").text)["bluecore"]
    configuration["routes"] = [{"topic": "shop.optins", "event": "optin"}]
    (shell.folder / "bluecore-consumer.yaml").write_text(yaml.safe_dump(configuration))
    (shell.folder / "records.jsonl").write_text(first_day.block("json").text)

    sent, skipped = shell.run(first_day.block("sh").text).splitlines()

    assert json.loads(sent)["outcome"] == "send"
    assert f"`{skipped}`" in OPERATIONS.text


def test_one_event_is_sent_and_answered(shell: Shell) -> None:
    """What the page shows is what comes, but for the time and the sandbox's answer."""
    section = OPERATIONS["Send one event"]
    configuration = yaml.safe_load(CONFIGURATION) | {"routes": [{"topic": "shop.optins", "event": "optin"}]}
    (shell.folder / "bluecore-consumer.yaml").write_text(yaml.safe_dump(configuration))
    with running_sandbox(SandboxSettings(strict=True)) as running:
        shell.environment["BLUECORE_CONSUMER__BLUECORE__URL"] = running.api_url
        shown, answered = shell.run(section.block("sh").text).splitlines()
        assert running.sandbox.counts.accepted == 1
    page_shown, page_answered = section.block("json").text.splitlines()
    assert shown == page_shown
    varying = {"seconds": 0, "answer": ""}
    assert json.loads(answered) | varying == json.loads(page_answered) | varying


def test_a_slower_route_is_a_configuration(shell: Shell) -> None:
    configuration = yaml.safe_load(CONFIGURATION) | yaml.safe_load(OPERATIONS["A slower route"].block("yaml").text)
    (shell.folder / "bluecore-consumer.yaml").write_text(yaml.safe_dump(configuration))
    shell.run(f"bluecore-consumer check --config bluecore-consumer.yaml --schemas {ROOT}/schemas")


def test_the_receipt_of_the_page_is_one(shell: Shell) -> None:
    """Its fields are those that are written, and the table explains each; the configuration is accepted."""
    section = OPERATIONS["Receipts"]
    shown = json.loads(section.block("json").text)
    receipt = Receipt(
        shown["idempotency_key"], shown["event"], Outcome.DELIVERED, "", 1769860800.123, shown["status"]
    )
    assert json.loads(encoded(receipt, shown["customer"])) == shown
    assert [field.strip("`") for field, _ in section.table("field")] == list(shown)
    command = main.commands["receipts"]
    assert set(re.findall(r"--[a-z]+", section.block("sh").text)) <= {each.opts[0] for each in command.params}
    configuration = yaml.safe_load(CONFIGURATION) | yaml.safe_load(section.block("yaml").text)
    (shell.folder / "bluecore-consumer.yaml").write_text(yaml.safe_dump(configuration))
    shell.run(f"bluecore-consumer check --config bluecore-consumer.yaml --schemas {ROOT}/schemas")


@pytest.mark.parametrize("broker", ["embedded"], indirect=True)
@pytest.mark.parametrize("section", [OPERATIONS["Loading the customers you have"], README["The customers you have"]])
def test_the_customers_there_are_are_loaded_by_one_line(pipeline: Pipeline, section: Section) -> None:
    """Profiles of 200 days before are sent under the general limit of a day; what else is as old is not."""
    (route,) = yaml.safe_load(section.block("yaml").text)["routes"]
    profiles, others = pipeline.broker.topic(4), pipeline.broker.topic(1)
    written = int((time.time() - 200 * 86_400) * 1000)
    emails = [f"customer-{number}@example.com" for number in range(30)]
    for topic, event, customers in (profiles, "customer_patch", emails), (others, "search", emails[:1]):
        values = [(email.encode(), pipeline.shop.event(event, email)) for email in customers]
        pipeline.broker.produce(topic, [Message(key, value, timestamp_ms=written) for key, value in values])
    pipeline.broker.produce(profiles, [Message(b"gone@example.com", None, timestamp_ms=written)])
    routes = [route | {"topic": profiles}, {"topic": others, "event": "search"}]

    with pipeline.service(routes, delivery={"max_event_age_seconds": 86_400}) as service:
        pipeline.accepted(30)
        pipeline.committed_to_the_end(profiles)
        (letter,) = pipeline.failed(pipeline.dead_letter_topic, 1)
        assert service.terminate() == 0

    headers = headers_of(letter)
    assert (headers["bluecore.reason"], headers["__connect.errors.topic"]) == ("too_old", others)
    assert pipeline.sandbox.counts.accepted == 30


def test_a_topic_is_paused_as_the_page_says(shell: Shell) -> None:
    """The route of the page is accepted; paused for one of two routes, it is not."""
    route: dict[str, Any] = yaml.safe_load(OPERATIONS["Pause a topic"].block("yaml").text)["routes"][0]
    other = {"topic": route["topic"], "event": "wishlist"}
    for routes, code in ([route], 0), ([route, other], 2):
        configuration = yaml.safe_load(CONFIGURATION) | {"routes": routes}
        (shell.folder / "bluecore-consumer.yaml").write_text(yaml.safe_dump(configuration))
        check = f"bluecore-consumer check --config bluecore-consumer.yaml --schemas {ROOT}/schemas"
        assert run(check, shell.folder, shell.environment).returncode == code


def test_status_has_the_options_and_the_fields_of_the_page(pipeline: Pipeline) -> None:
    """In a pipe; the brokers know the service's host, and two instances on it would have to be named."""
    section = OPERATIONS["What is wrong now"]
    options = {name for cell, _ in section.table("option") for name in re.findall(r"--[a-z]+", cell)}
    assert options == {each.opts[0] for each in main.commands["status"].params} - {"--config"}
    topic = pipeline.broker.topic(1)
    with pipeline.service([{"topic": topic, "event": "search"}]) as service:
        service.wait_ready()
        pipeline.produce(topic, "search", ["jane@example.com"])
        pipeline.committed_to_the_end(topic)  # ready is who has joined by one member: the routed one may be to come
        script = section.block("sh").text.replace("bluecore-consumer.yaml", "config.yaml").rstrip()
        done = run(f"{script} --instance 127.0.0.1:{service.port}", pipeline.folder, installed())
    assert done.returncode == 0, done.stdout + done.stderr
    fields = json.loads(done.stdout).keys()
    assert {"state", "findings", "untold", "members", "lag", "instances", "dead_letters"} <= fields
    assert str(done.returncode) in {code for code, _ in section.table("`status` ends with")}


@pytest.mark.parametrize("name", ["list", "show", "replay", "move"])
def test_the_options_of_dead_letters_are_all_there(name: str) -> None:
    """Each row names the commands that take its options."""
    documented = {
        option
        for options, commands, _ in LETTERS.table("option")
        if f"`{name}`" in commands
        for option in re.findall(r"--[a-z-]+", options)
    }
    group = main.commands["dead-letters"]
    assert isinstance(group, click.Group)
    assert documented == {each.opts[0] for each in group.commands[name].params} - {"--config"}


def test_the_metrics_table_names_metrics_that_there_are() -> None:
    """Each metric is served under this name."""
    registry = CollectorRegistry()
    Metrics(registry)
    served = {name for family in registry.collect() for name in (family.name, f"{family.name}_total")}
    named = [name for cell, _ in OPERATIONS["Metrics"].table("metric") for name in re.findall(r"`([a-z_]+)", cell)]
    assert {f"{PREFIX}_{name}" for name in named} <= served


def test_the_reasons_table_is_the_closed_list() -> None:
    """Every reason that a failed record can carry is explained, and no other."""
    assert [reason.strip("`") for reason, _ in OPERATIONS["Reasons"].table("reason")] == list(Reason)


def test_the_headers_table_has_every_header_of_a_failed_record() -> None:
    """The names are those that are written."""
    record = Record(Partition("shop.orders", 0), 1, b"key", b"value", timestamp_ms=1)
    failure = Failure(
        Outcome.RETRY,
        Reason.RETRIES_EXHAUSTED,
        Stage.DELIVER,
        "HTTP 500",
        status=500,
        attempts=4,
        first_failed_at=1,
        not_before=2,
        delivered=1,
        request_id="b-1",
    )
    kind = OrderClass.OTHER
    written = [name for name, _ in failure_headers(record, failure, b"key", kind, kind, "acme", group="shop")]
    documented = [name.strip("`") for name, _ in OPERATIONS["Headers of failed records"].table("header")]
    assert sorted(documented) == sorted(written)


def ran(block: Block, pipeline: Pipeline) -> tuple[int, list[Any]]:
    """The exit code of the block's commands, and the JSON lines that they print."""
    (letter,) = [each for each in pipeline.failed(pipeline.dead_letter_topic) if each.value is not None]
    script = block.text.replace("bluecore-consumer.yaml", "config.yaml")
    script = script.replace("--partition 0", f"--partition {letter.partition.number}")
    done = run(script, pipeline.folder, installed())
    assert done.returncode in {0, 3}, done.stdout + done.stderr
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]
