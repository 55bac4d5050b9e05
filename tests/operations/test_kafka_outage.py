"""Kafka goes away under the real service: it lives, stays ready, and says since when."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from consumer.kafka.embedded import embedded_broker
from tests.support.processes import ServiceProcess
from tests.support.settings import service_settings, write_settings
from tests.support.shop import Shop
from tests.support.waiting import eventually


@pytest.mark.kafka
def test_an_outage_of_kafka_restarts_no_pod_and_is_told(shop: Shop, tmp_path: Path) -> None:
    """Another process would find no broker either, and lose what is in memory."""
    with ExitStack() as kafka:
        settings = service_settings(
            kafka.enter_context(embedded_broker()),
            [{"topic": "shop.searches", "event": "search"}],
            bluecore_url="http://127.0.0.1:1/never-asked",
            registry_url=shop.registry_url,
        )
        settings["kafka"]["options"] = {"group.protocol": "consumer", "statistics.interval.ms": 200}
        port = settings["telemetry"]["port"]
        with ServiceProcess(write_settings(tmp_path, settings), port) as service:
            service.wait_ready()
            eventually(lambda: kafka_as_shown(service) == "ok", 20, "the first statistics")
            assert service.metric("bluecore_consumer_kafka_up") == 1

            kafka.close()
            gone = "no broker is connected since "
            eventually(lambda: kafka_as_shown(service).startswith(gone), 20, "the outage to be shown")
            assert service.metric("bluecore_consumer_kafka_up") == 0
            assert service.probe("/readyz").status_code == 200
            assert service.probe("/healthz").status_code == 200


def kafka_as_shown(service: ServiceProcess) -> str:
    details: dict[str, str] = service.probe("/readyz").json()["details"]
    return details.get("kafka", "")
