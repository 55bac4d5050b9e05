"""`status` as a user runs it, on real brokers: an exit code, the worst first, and nothing changed anywhere."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
from typing import Any

import pytest

from consumer.sandbox.faults import FaultPlan, OutagePlan, Scripts
from tests.support.brokers import Message
from tests.support.pipeline import PREFIX, Pipeline
from tests.support.processes import CONSUMER, ServiceProcess
from tests.support.settings import service_settings, write_settings
from tests.support.waiting import eventually

EMAILS = [f"customer-{number}@example.com" for number in range(40)]
REFUSED = "refused@example.com"


def command(pipeline: Pipeline, *options: str) -> list[str]:
    return [*CONSUMER, "status", "--config", str(pipeline.folder / "config.yaml"), "--seconds", "1", *options]


def told(pipeline: Pipeline, *options: str) -> tuple[int, dict[str, Any]]:
    """The exit code, and the one line of JSON."""
    done = subprocess.run(command(pipeline, *options), capture_output=True, text=True, timeout=120, check=False)
    (line,) = done.stdout.splitlines() or [done.stderr]
    assert line.startswith("{"), line
    return done.returncode, json.loads(line)


def at(service: ServiceProcess) -> str:
    return f"127.0.0.1:{service.port}"


def wrong(report: dict[str, Any]) -> str:
    """All that is not well, a line each."""
    return "\n".join(each["message"] for each in report["findings"] if each["severity"] != "ok")


def test_all_is_well(pipeline: Pipeline) -> None:
    topic = pipeline.broker.topic(4)
    with pipeline.service([{"topic": topic, "event": "search"}]) as service:
        service.wait_ready(120)
        pipeline.produce(topic, "search", EMAILS)
        pipeline.committed_to_the_end(topic)

        code, report = told(pipeline, "--instance", at(service))
        (settings,) = [line for line in service.logs("info") if line["event"] == "delivery settings"]

    assert (code, report["state"], wrong(report), report["untold"]) == (0, "well", "", [])
    assert settings["max_event_age_seconds"] == 0
    assert settings["defaults_changed"]["max_event_age_seconds"] == 86400
    (instance,) = report["instances"]
    assert (instance["error"], instance["details"]["circuit"]) == (None, "closed")
    assert instance["version"]
    assert [(each["topic"], each["records"]) for each in report["lag"]] == [(topic, 0)]


@pytest.mark.parametrize("broker", ["apache"], indirect=True)
def test_the_instances_are_found_through_the_group(pipeline: Pipeline) -> None:
    """Their hosts as the brokers see them, at the port of the configuration."""
    topic = pipeline.broker.topic(4)
    with pipeline.service([{"topic": topic, "event": "search"}]) as service:
        service.wait_ready(120)
        code, report = told(pipeline)
    assert code == 0, report
    assert [each["address"] for each in report["instances"]] == [at(service)]
    held = {partition for member in report["members"] for partition in member["partitions"]}
    assert {f"{topic}[{number}]" for number in range(4)} <= held


def test_an_outage_is_told_with_its_cause_and_with_what_waits(pipeline: Pipeline) -> None:
    topic = pipeline.broker.topic(4)
    pipeline.sandbox.faults.apply(FaultPlan(outage=OutagePlan(seconds=600)))
    with pipeline.service([{"topic": topic, "event": "search"}]) as service:
        service.wait_ready(120)
        pipeline.produce(topic, "search", EMAILS)
        eventually(lambda: service.metric(PREFIX + "circuit_open") == 1, 30, "the outage to be noticed")

        code, report = told(pipeline, "--instance", at(service))

    assert (code, report["state"]) == (1, "wrong")
    assert f"{at(service)}: it only probes Bluecore: http_503" in wrong(report)
    (lag,) = report["lag"]
    assert lag["records"] == len(EMAILS)
    assert lag["oldest_seconds"] >= 0
    assert lag["standing"]
    assert "stand still" not in wrong(report), "that is told with its cause"
    severities = [each["severity"] for each in report["findings"]]
    assert severities == sorted(severities, key=["error", "warning", "ok"].index)


def test_dead_letters_of_the_last_hour_are_told_by_message_with_a_place(pipeline: Pipeline) -> None:
    topic = pipeline.broker.topic(4)
    pipeline.sandbox.faults.apply(FaultPlan(scripts=Scripts(distinct_id={REFUSED: (422,)})))
    with pipeline.service([{"topic": topic, "event": "search"}]) as service:
        service.wait_ready(120)
        pipeline.produce(topic, "search", [REFUSED])
        bad = [Message(b"key", pipeline.shop.event("search", each, search_term="")) for each in EMAILS[:3]]
        pipeline.broker.produce(topic, bad)
        pipeline.committed_to_the_end(topic)

        code, report = told(pipeline, "--instance", at(service))

    assert code == 1
    commonest, refused = report["dead_letters"]
    assert (commonest["count"], commonest["reason"], commonest["field"]) == (3, "missing_field", "search_term")
    assert (refused["count"], refused["reason"]) == (1, "rejected")
    assert f"3 dead letters of {topic} in the last hour, missing_field: search_term" in wrong(report)
    (advice,) = [each["advice"] for each in report["findings"] if "missing_field" in each["message"]]
    place = commonest["newest"]
    assert f"--partition {place['partition']} --offset {place['offset']}" in advice


@pytest.mark.parametrize("broker", ["apache"], indirect=True)
def test_an_instance_that_hangs_is_named_with_its_partitions(pipeline: Pipeline) -> None:
    topic = pipeline.broker.topic(4)
    with pipeline.service([{"topic": topic, "event": "search"}]) as service:
        service.wait_ready(120)
        pipeline.produce(topic, "search", EMAILS)
        pipeline.committed_to_the_end(topic)  # ready is who has joined by one member: the routed one may be to come
        service.send(signal.SIGSTOP)
        pipeline.produce(topic, "search", EMAILS)
        code, report = told(pipeline)
        service.send(signal.SIGCONT)
    assert code == 1
    assert f"{at(service)}: no answer within 3 s" in wrong(report)
    assert report["lag"][0]["standing"]
    assert "They are those of 127.0.0.1" in wrong(report)


@pytest.mark.parametrize("broker", ["apache"], indirect=True)
def test_a_second_service_in_the_group_is_named(pipeline: Pipeline) -> None:
    ours, theirs = pipeline.broker.topic(2), pipeline.broker.topic(2, "theirs")
    with pipeline.service([{"topic": theirs, "event": "search"}]) as other:
        other.wait_ready(120)
        with pipeline.service([{"topic": ours, "event": "search"}]) as service:
            service.wait_ready(120)
            code, report = told(pipeline, "--instance", at(service))
    assert code == 1
    assert f"reads {theirs}, which no route of ours names" in wrong(report)


def test_without_brokers_it_cannot_say(pipeline: Pipeline) -> None:
    """That is no fault of the service that could be told."""
    settings = service_settings(
        "127.0.0.1:1",
        [{"topic": "shop.searches", "event": "search"}],
        bluecore_url="http://b",
        registry_url="http://r",
    )
    settings["kafka"]["options"] |= {"socket.connection.setup.timeout.ms": 1000}
    write_settings(pipeline.folder, settings)
    code, report = told(pipeline)
    assert (code, report["state"]) == (2, "unknown")
    assert any("no broker answered" in each for each in report["untold"])


@pytest.mark.parametrize("broker", ["apache"], indirect=True)
def test_a_group_without_members_is_told(pipeline: Pipeline) -> None:
    topic = pipeline.broker.topic(2)
    with pipeline.service([{"topic": topic, "event": "search"}]) as service:
        service.wait_ready(120)
        assert service.terminate() == 0

    def nobody() -> bool:
        code, report = told(pipeline)
        return code == 1 and f"nobody is in the group {pipeline.group}: nothing is read" in wrong(report)

    eventually(nobody, 60, "the brokers to let the last member go")


@pytest.mark.parametrize("broker", ["embedded"], indirect=True)
def test_a_terminal_shows_sentences_and_is_renewed(pipeline: Pipeline) -> None:
    topic = pipeline.broker.topic(4)
    with pipeline.service([{"topic": topic, "event": "search"}]) as service:
        service.wait_ready(120)
        shown, terminal = pty.openpty()
        watching = command(pipeline, "--watch", "--instance", at(service))
        process = subprocess.Popen(watching, stdout=terminal, stderr=terminal, env={**os.environ, "TERM": "xterm"})
        os.close(terminal)
        written = b""
        try:
            while written.count(b"All is well.") < 2:
                written += os.read(shown, 65536)
        finally:
            # Not by SIGINT, which is ignored by whatever a shell has begun in the background.
            process.terminate()
            process.wait(60)
            os.close(shown)
    assert f"nothing of {topic} waits".encode() in written
