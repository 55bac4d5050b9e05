"""`doctor` as a user runs it: one line a finding, an exit code, and nothing changed anywhere."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from tests.support.pipeline import API_KEY, NAMESPACE, Pipeline
from tests.support.processes import CONSUMER
from tests.support.settings import service_settings, write_settings
from tests.support.waiting import free_port


def examined(pipeline: Pipeline, topic: str, *options: str, **sections: Any) -> tuple[int, dict[str, Any], str]:
    """The exit code, the findings by what they are about, and all that was written."""
    settings = service_settings(
        pipeline.broker.bootstrap,
        [{"topic": topic, "event": "search"}],
        bluecore_url=pipeline.bluecore_url,
        registry_url=pipeline.shop.registry_url,
        namespace=NAMESPACE,
        **{
            "kafka": {"group_id": pipeline.group},
            "bluecore": {"api_key": API_KEY},
            "dead_letters": {"retry_topic": pipeline.retry_topic, "dead_letter_topic": pipeline.dead_letter_topic},
            **sections,
        },
    )
    file = write_settings(pipeline.folder, settings)
    done = subprocess.run(
        [*CONSUMER, "doctor", "--config", str(file), *options],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    findings = {each["what"]: each for each in map(json.loads, done.stdout.splitlines())}
    return done.returncode, findings, done.stdout + done.stderr


def test_a_sound_installation_is_told_to_be_one(pipeline: Pipeline) -> None:
    topic = pipeline.broker.topic(4)
    for each in (pipeline.retry_topic, pipeline.dead_letter_topic):
        pipeline.broker.create(each, 4)
    code, findings, written = examined(pipeline, topic)
    # The embedded broker does not tell permissions: that is a warning.
    doubtful = {what for what, each in findings.items() if each["severity"] != "ok"}
    assert (code, doubtful) in [(0, set()), (3, {"permissions"})], written
    assert {"brokers", "routes[0]", "schema_registry", "bluecore", "clock"} <= findings.keys()
    assert pipeline.sandbox.counts.accepted == 0
    assert pipeline.broker.committed(pipeline.group, topic) == {}


def test_a_warning_is_told_and_passes_where_only_errors_are_to_fail(pipeline: Pipeline) -> None:
    """As in the chart's test: the retry and dead-letter topics, which are not there yet, are no fault."""
    code, findings, written = examined(pipeline, pipeline.broker.topic(1), "--fail-on", "error")
    assert "warning" in {each["severity"] for each in findings.values()}, written
    assert code == 0, written


def test_every_fault_is_told_with_what_to_do_and_without_secrets(pipeline: Pipeline) -> None:
    """A wrong topic, a registry that is down, a wrong key: one run names them all."""
    code, findings, written = examined(
        pipeline,
        "no-such-topic",
        schema_registry={"url": f"http://127.0.0.1:{free_port()}"},
        bluecore={"api_key": "wrong-key"},
    )
    errors = {what: each for what, each in findings.items() if each["severity"] == "error"}
    assert code == 1
    assert errors.keys() == {"routes[0]", "schema_registry", "bluecore"}
    assert "bluecore.api_key" in errors["bluecore"]["advice"]
    assert "is the schema registry running" in errors["schema_registry"]["message"]
    assert not [secret for secret in ("wrong-key", NAMESPACE) if secret in written]
    assert "Traceback" not in written
