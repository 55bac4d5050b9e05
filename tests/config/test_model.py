"""What the settings say together."""

from __future__ import annotations

from consumer.config.load import parse
from consumer.config.model import Config
from tests.support.configs import text


def settings(written: str) -> Config:
    return parse(written, {}, "config.yaml")


def test_without_delays_there_is_no_retry_topic() -> None:
    assert settings(text()).dead_letters.topics == ("bluecore-consumer.retry", "bluecore-consumer.dead-letter")
    assert settings(text(dead_letters={"delays_seconds": []})).dead_letters.topics == (
        "bluecore-consumer.dead-letter",
    )
