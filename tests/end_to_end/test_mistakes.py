"""A mistake in the program ends the service with its traceback in the log, whatever the exception's class."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from consumer.kafka.embedded import embedded_broker
from tests.support.processes import ServiceProcess
from tests.support.settings import service_settings, write_settings

EMAIL, API_KEY = "jane.doe@example.com", "planted-api-key"
# The loop's second round fails as a slip in its code would, with a customer and a secret in the message.
PLANTED = f"""
from consumer.cli import main
from consumer.pipeline.service import Service

def act(self, now, rounds=[]):
    rounds.append(now)
    if len(rounds) > 1:
        raise {{kind}}("the record of {EMAIL} by {API_KEY}")

Service._act = act
main()
"""


@pytest.mark.kafka
@pytest.mark.parametrize("kind", ["ValueError", "RuntimeError", "OSError", "KeyError"])
def test_a_mistake_in_the_loop_is_told_with_its_traceback_and_exit_code_1(kind: str, tmp_path: Path) -> None:
    topics = ["shop.customers", "bluecore-consumer.retry", "bluecore-consumer.dead-letter"]
    route = {"topic": "shop.customers", "event": "customer_patch", "format": "raw", "schema": "customer.avsc"}
    record = {"type": "record", "name": "Customer", "fields": [{"name": "email", "type": "string"}]}
    (tmp_path / "customer.avsc").write_text(json.dumps(record))
    with embedded_broker(topics) as bootstrap:
        settings = service_settings(
            bootstrap, [route], bluecore_url="http://127.0.0.1:1", bluecore={"api_key": API_KEY}
        )
        command = (sys.executable, "-c", PLANTED.format(kind=kind))
        file = write_settings(tmp_path, settings)
        with ServiceProcess(file, settings["telemetry"]["port"], command=command) as service:
            assert service.wait() == 1
            (told,) = service.logs("critical")

    assert told["event"].startswith("unexpected error: this is a mistake in the program")
    assert told["exception"][0]["exc_type"] == kind
    assert told["exception"][0]["frames"][-1]["name"] == "act"
    assert "***@***" in told["exception"][0]["exc_value"]
    assert EMAIL not in service.stderr.read_text()
    assert API_KEY not in service.stderr.read_text()
