"""A shop that writes until it is stopped."""

from __future__ import annotations

import subprocess
from pathlib import Path

from click.testing import CliRunner

from consumer.cli import main
from consumer.config.model import EVENT_TYPES
from tests.support.brokers import Broker
from tests.support.processes import CONSUMER
from tests.support.settings import service_settings, write_settings
from tests.support.shop import Shop
from tests.support.waiting import eventually


def test_it_writes_all_types_at_its_rate_until_it_is_stopped(broker: Broker, shop: Shop, tmp_path: Path) -> None:
    settings = service_settings(
        broker.bootstrap,
        [{"topic": "shop.search", "event": "search"}],
        bluecore_url="http://127.0.0.1:1",
        registry_url=shop.registry_url,
    )
    file = write_settings(tmp_path, settings)

    for event in EVENT_TYPES:
        broker.create(f"shop.{event}", 1)

    def written() -> bool:
        return all(sum(broker.ends(f"shop.{event}").values()) >= 2 for event in EVENT_TYPES)

    with subprocess.Popen(
        [*CONSUMER, "demo", "--config", file, "--feed", "50"], stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stderr is not None
        try:
            assert running.stderr.readline().startswith("50 events a second to ")
            eventually(written, 60, "two events of each type")
        finally:
            running.terminate()
        assert running.wait(30) == 0
        assert running.stderr.read().endswith(" events written\n")


def test_it_needs_to_be_told_where_to_write() -> None:
    result = CliRunner().invoke(main, ["demo", "--feed", "5"])
    assert result.exit_code == 2
    assert "--feed goes with --config" in result.output
