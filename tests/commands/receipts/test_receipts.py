"""Was this unsubscribe delivered? From end to end: written by the service, found by the command."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from consumer.cli import main
from consumer.commands.receipts.printing import as_table
from consumer.sandbox.faults import FaultPlan, Scripts
from tests.support.brokers import Message
from tests.support.configs import text
from tests.support.pipeline import PREFIX, Pipeline
from tests.support.processes import ServiceProcess
from tests.support.waiting import eventually

JANE, BOB, REFUSED = "jane@example.com", "bob@example.com", "refused@example.com"


def asked(pipeline: Pipeline, *arguments: str) -> Result:
    file = str(pipeline.folder / "config.yaml")
    return CliRunner().invoke(main, ["receipts", "--config", file, *arguments])


def receipts(pipeline: Pipeline, *arguments: str) -> list[dict[str, Any]]:
    result = asked(pipeline, *arguments)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def running(pipeline: Pipeline, topic: str, receipts_topic: str) -> ServiceProcess:
    routes = [
        {"topic": topic, "event": "search", "when": "search_term != 'skipped'"},
        {"topic": topic, "event": "unsubscribe", "when": "search_term == 'unsubscribe'"},
    ]
    return pipeline.service(routes, receipts={"topic": receipts_topic}, dead_letters={"delays_seconds": [0.5]})


def written(pipeline: Pipeline, topic: str, email: str, term: str) -> None:
    pipeline.broker.produce(topic, [Message(email.encode(), pipeline.shop.event("search", email, search_term=term))])


def test_each_event_is_found_by_its_customer(pipeline: Pipeline) -> None:
    topic, kept = pipeline.broker.topic(2), f"{pipeline.group}.receipts"
    scripts = Scripts(distinct_id={REFUSED: (422,), BOB: (500,) * 4})
    pipeline.sandbox.faults.apply(FaultPlan(scripts=scripts))
    with running(pipeline, topic, kept) as service:
        service.wait_ready()
        written(pipeline, topic, JANE, "unsubscribe")
        written(pipeline, topic, REFUSED, "hat")
        written(pipeline, topic, BOB, "hat")
        written(pipeline, topic, "skipped@example.com", "skipped")
        pipeline.broker.produce(topic, [Message(b"garbage", b"garbage")])
        pipeline.accepted(3)
        pipeline.committed_to_the_end(topic)
        eventually(lambda: service.metric(PREFIX + "receipts_total") == 6, 20, "the receipts")
        assert service.probe("/readyz").json()["details"]["receipts"] == "written"
        assert service.terminate() == 0

    consent, search = receipts(pipeline, "--email", " Jane@Example.com ")
    assert (consent["event"], consent["outcome"], consent["status"]) == ("unsubscribe", "delivered", 202)
    assert (search["event"], search["outcome"]) == ("search", "delivered")
    assert consent["idempotency_key"] == search["idempotency_key"] + ":1"
    assert consent["idempotency_key"].startswith(f"{topic}:")

    (given_up,) = receipts(pipeline, "--email", REFUSED)
    assert (given_up["outcome"], given_up["status"], given_up["reason"]) == ("dead_letter", 422, "rejected")
    put_off, delivered = receipts(pipeline, "--email", BOB)
    assert (put_off["outcome"], put_off["reason"]) == ("retry", "retries_exhausted")
    assert delivered["outcome"] == "delivered"
    assert put_off["idempotency_key"] == delivered["idempotency_key"]

    assert len(receipts(pipeline, "--id", BOB, "--email", JANE)) == 4
    if pipeline.broker.configurable:  # the embedded broker finds no offset by its time
        assert len(receipts(pipeline, "--email", JANE, "--since", "1h")) == 2
    assert receipts(pipeline, "--email", JANE, "--since", "2100-01-01T00:00:00") == []
    nobody = asked(pipeline, "--email", "nobody@example.com")
    assert (nobody.exit_code, nobody.stdout) == (0, "")
    assert "holds no receipt of this customer" in nobody.stderr


def test_no_address_and_no_namespace_is_in_the_topic(pipeline: Pipeline) -> None:
    topic, kept = pipeline.broker.topic(1), f"{pipeline.group}.receipts"
    with running(pipeline, topic, kept) as service:
        service.wait_ready()
        written(pipeline, topic, JANE, "hat")
        pipeline.committed_to_the_end(topic)
        assert service.terminate() == 0
    (record,) = pipeline.broker.read(kept, 1)
    assert record.value is not None
    assert record.key == json.loads(record.value)["customer"].encode()
    assert b"jane" not in record.value
    assert b"test-namespace" not in record.value


@pytest.mark.parametrize("broker", ["apache"], indirect=True)
def test_nothing_is_committed_while_they_cannot_be_written(pipeline: Pipeline) -> None:
    """A topic that takes no record of their size: the events are delivered, the commits wait, and then go on."""
    topic, kept = pipeline.broker.topic(1), pipeline.broker.topic(1)
    pipeline.broker.limit(kept, 100)
    with running(pipeline, topic, kept) as service:
        service.wait_ready()
        written(pipeline, topic, JANE, "hat")
        pipeline.accepted(1)
        eventually(lambda: service.metric(PREFIX + "receipt_produce_failures_total") > 0, 30, "a failure")
        eventually(
            lambda: service.probe("/readyz").json()["details"].get("receipts", "written") != "written",
            10,
            "the reason",
        )
        assert all(each.offset == 0 for each in pipeline.broker.committed(pipeline.group, topic).values())

        pipeline.broker.limit(kept, 1_000_000)
        pipeline.committed_to_the_end(topic, 60)
        assert pipeline.sandbox.counts.accepted == 1
        assert len(receipts(pipeline, "--email", JANE)) == 1
        assert service.terminate() == 0


def test_it_is_asked_of_somebody(pipeline: Pipeline) -> None:
    (pipeline.folder / "config.yaml").write_text(text(receipts={"topic": "r"}))
    assert "Give --email or --id" in asked(pipeline).output
    (pipeline.folder / "config.yaml").write_text(text())
    without = asked(pipeline, "--email", JANE)
    assert (without.exit_code, "receipts.topic is not set" in without.stderr) == (2, True)


def test_a_person_sees_a_table() -> None:
    line = json.dumps({"time": "2026-01-31T12:00:00.123Z", "event": "optin", "outcome": "delivered", "status": 202})
    table = as_table([line.encode()])
    assert "idempotency key" in table
    assert "2026-01-31T12:00:00.123Z" in table
