"""Whether failed records can be written as the service would; clusters that refuse it are in tests/end_to_end."""

from __future__ import annotations

import pytest

from consumer.commands.doctor.failed_records import check_failed_records
from consumer.commands.doctor.finding import Severity
from consumer.config.model import Config
from consumer.kafka.embedded import embedded_broker
from tests.support.configs import SOUND
from tests.support.waiting import free_port


def config(bootstrap: str) -> Config:
    return Config.model_validate({**SOUND, "kafka": {"bootstrap_servers": bootstrap}})


@pytest.mark.kafka
def test_brokers_that_take_an_idempotent_producer_are_well() -> None:
    with embedded_broker() as bootstrap:
        (finding,) = check_failed_records(config(bootstrap))
    assert finding.severity is Severity.OK
    assert "none is written twice" in finding.message


def test_brokers_that_do_not_say_are_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consumer.commands.doctor.failed_records._SECONDS", 0.5)
    (finding,) = check_failed_records(config(f"127.0.0.1:{free_port()}"))
    assert finding.severity is Severity.WARNING
    assert "no answer within 0.5 s" in finding.message
