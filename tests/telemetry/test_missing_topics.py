"""A topic that is not there is told at once, every hour, and when it is there."""

from __future__ import annotations

import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from consumer.telemetry.health import Health
from consumer.telemetry.metrics import Metrics
from consumer.telemetry.missing_topics import MissingTopics

ORDERS, SEARCHES = "shop.orders", "shop.searches"
NONE: frozenset[str] = frozenset()


class Desk:
    """The missing topics of two routes, and where they are shown."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._health = Health(lambda: 0.0)
        self.topics = MissingTopics(Metrics(self._registry), self._health, [ORDERS, SEARCHES])

    def missing(self, topic: str) -> float | None:
        return self._registry.get_sample_value("bluecore_consumer_topic_missing", {"topic": topic})

    def shown(self) -> object:
        details = self._health.readiness().body["details"]
        assert isinstance(details, dict)
        return details["topics"]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_each_named_topic_has_a_series_from_the_start(desk: Desk) -> None:
    assert (desk.missing(ORDERS), desk.missing(SEARCHES), desk.shown()) == (0, 0, "ok")


def test_it_is_shown_while_it_is_missing(desk: Desk) -> None:
    desk.topics.observe(frozenset({ORDERS}), 0)
    assert (desk.missing(ORDERS), desk.missing(SEARCHES), desk.shown()) == (1, 0, "not there: shop.orders")
    desk.topics.observe(NONE, 10)
    assert (desk.missing(ORDERS), desk.shown()) == (0, "ok")


def test_it_is_a_line_at_once_one_an_hour_and_one_at_its_end(desk: Desk) -> None:
    with capture_logs() as logs:
        for minute in range(121):
            desk.topics.observe(frozenset({ORDERS}), 60.0 * minute)
        desk.topics.observe(NONE, 7300)
        desk.topics.observe(NONE, 7310)
    assert [line["log_level"] for line in logs] == ["error", "error", "error", "info"]
    assert {line["topic"] for line in logs} == {ORDERS}


def test_one_that_is_deleted_again_is_told_at_once(desk: Desk) -> None:
    with capture_logs() as logs:
        for second, missing in enumerate((frozenset({ORDERS}), NONE, frozenset({ORDERS}))):
            desk.topics.observe(missing, second)
    assert [line["log_level"] for line in logs] == ["error", "info", "error"]
