"""The configuration that the tests' services run on is one that the service takes."""

from __future__ import annotations

from pathlib import Path

import yaml

from consumer.config.model import Config
from tests.support.settings import service_settings, write_settings

ROUTES = [{"topic": "shop.orders", "event": "purchase"}]


def test_the_written_file_is_a_valid_configuration(tmp_path: Path) -> None:
    """Every key is a documented one, and a section given by the test changes only what it names."""
    settings = service_settings(
        "127.0.0.1:9092",
        ROUTES,
        bluecore_url="http://127.0.0.1:1/api",
        registry_url="http://127.0.0.1:2",
        delivery={"retry": {"attempts": 1}},
    )

    config = Config.model_validate(yaml.safe_load(write_settings(tmp_path, settings).read_text()))

    assert config.routes[0].topic == "shop.orders"
    assert config.delivery.retry.attempts == 1
    assert config.delivery.retry.initial_seconds == settings["delivery"]["retry"]["initial_seconds"]
