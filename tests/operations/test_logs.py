"""Whatever happens, and at the most talkative level: no token, no key and no e-mail address is printed."""

from __future__ import annotations

import re
import sys
from urllib.parse import quote

import pytest

from consumer.sandbox.faults import FaultPlan, OutagePlan, Scripts
from consumer.telemetry.masking import customer_hash
from tests.support.brokers import Message
from tests.support.pipeline import API_KEY, NAMESPACE, Pipeline
from tests.support.processes import ServiceProcess
from tests.support.settings import service_settings, write_settings

REFUSED, UNLUCKY, MARKED = "refused@marked.example", "unlucky@marked.example", "jane@marked.example"
TRACE = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
CRASH = f"""
from consumer.cli import main
from consumer.pipeline.reporter import Reporter

def settled(self, settlements, now):
    for each in settlements:
        try:
            raise LookupError(each.record.value)
        except LookupError as error:
            raise KeyError("{NAMESPACE} {API_KEY}", each.record.key, each.record.value) from error

Reporter.settled = settled
main()
"""
"""A fault of our own, which quotes all that it should not."""

pytestmark = pytest.mark.parametrize("broker", ["embedded"], indirect=True)


def marks_in(service: ServiceProcess) -> list[str]:
    """What the service printed of the marked values, in any spelling."""
    written = service.stdout.read_text() + service.stderr.read_text()
    marks = [NAMESPACE, API_KEY, "marked.example", quote(MARKED, safe="")]
    return [line for line in written.splitlines() if any(mark in line for mark in marks)]


def produce_all_kinds(pipeline: Pipeline, topic: str) -> None:
    """Good, undecodable, unmappable, refused, and unlucky records, the customer's address wherever it can stand."""
    good = pipeline.shop.event("search", MARKED)
    headers = (("traceparent", TRACE), ("customer", MARKED.encode()))
    pipeline.broker.produce(
        topic,
        [
            Message(MARKED.encode(), good, headers),
            Message(MARKED.encode(), MARKED.encode()),
            Message(MARKED.encode(), pipeline.shop.event("search", MARKED, search_term="")),
            Message(MARKED.encode(), None),
        ],
    )
    pipeline.produce(topic, "search", [REFUSED, UNLUCKY, MARKED])


def test_nothing_marked_is_printed_through_faults_and_an_outage(pipeline: Pipeline) -> None:
    """Failures are told by place, reason, and a hash of the customer; an outage by its cause."""
    topic = pipeline.broker.topic(4)
    scripts = Scripts(distinct_id={REFUSED: (422,), UNLUCKY: (500,) * 5})
    pipeline.sandbox.faults.apply(FaultPlan(scripts=scripts))
    with pipeline.service([{"topic": topic, "event": "search"}]) as service:
        service.wait_ready()
        produce_all_kinds(pipeline, topic)
        pipeline.committed_to_the_end(topic)
        pipeline.sandbox.faults.apply(FaultPlan(outage=OutagePlan(seconds=2, step=401)))
        before = pipeline.sandbox.counts.accepted
        pipeline.produce(topic, "search", [MARKED])
        pipeline.accepted(before + 1)
        assert service.terminate() == 0

        assert marks_in(service) == []
        failed = [line for line in service.logs("warning") if line["event"] == "a record failed"]
        outage = [line for line in service.logs("error") if "unavailable" in line["event"]]
    assert {line["reason"] for line in failed} == {"undecodable", "missing_field", "rejected", "retries_exhausted"}
    assert all({"topic", "partition", "offset"} <= line.keys() for line in failed)
    refused = next(line for line in failed if line["reason"] == "rejected")
    assert refused["customer"] == customer_hash(REFUSED, NAMESPACE)
    assert [line["cause"] for line in outage] == ["http_401"]


def test_the_producers_trace_goes_on_to_bluecore(pipeline: Pipeline) -> None:
    topic = pipeline.broker.topic(4)
    good = pipeline.shop.event("search", MARKED)
    with pipeline.service([{"topic": topic, "event": "search"}]) as service:
        service.wait_ready()
        pipeline.broker.produce(
            topic,
            [Message(b"a", good, (("traceparent", TRACE),)), Message(b"b", good, (("traceparent", b"x\r\ny"),))],
        )
        pipeline.accepted(2)
    traces = [dict(received.headers).get(b"traceparent") for received in pipeline.sandbox.events()]
    assert set(traces) == {TRACE, None}


def test_a_traceback_shows_where_and_not_what(pipeline: Pipeline) -> None:
    """An exception that quotes the record, the token and the key ends the service: printed, and masked."""
    topic = pipeline.broker.topic(4)
    with crashing(pipeline, topic) as service:
        pipeline.produce(topic, "search", [MARKED])
        assert service.wait(60) == 1

        assert marks_in(service) == []
        written = service.stderr.read_text()
    assert "KeyError" in written
    assert "LookupError" in written
    assert re.search(r'"name": "settled"', written)


def crashing(pipeline: Pipeline, topic: str) -> ServiceProcess:
    """The service with a fault in it."""
    settings = service_settings(
        pipeline.broker.bootstrap,
        [{"topic": topic, "event": "search"}],
        bluecore_url=pipeline.bluecore_url,
        registry_url=pipeline.shop.registry_url,
        namespace=NAMESPACE,
        bluecore={"api_key": API_KEY},
        dead_letters={"retry_topic": pipeline.retry_topic, "dead_letter_topic": pipeline.dead_letter_topic},
    )
    settings["kafka"] |= {"group_id": pipeline.group, "options": dict(pipeline.broker.options)}
    file = write_settings(pipeline.folder, settings)
    return ServiceProcess(file, settings["telemetry"]["port"], command=(sys.executable, "-c", CRASH))
