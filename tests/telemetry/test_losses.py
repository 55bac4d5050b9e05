"""What was gone before it was read is counted once, and told with from, to and how many."""

from __future__ import annotations

import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from consumer.records import Partition
from consumer.telemetry.losses import LossLedger
from consumer.telemetry.metrics import Metrics

HOME, OTHER = Partition("shop.orders", 0), Partition("shop.orders", 1)


class Books:
    """A ledger, and where it is shown."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.ledger = LossLedger(Metrics(self._registry))

    @property
    def lost(self) -> float | None:
        return self._registry.get_sample_value("bluecore_consumer_records_lost_total", {"topic": "shop.orders"})


@pytest.fixture
def books() -> Books:
    return Books()


def test_a_loss_is_one_line_with_from_to_and_how_many(books: Books) -> None:
    with capture_logs() as logs:
        counted = books.ledger.lost(HOME, 100, 250)
    assert (counted, books.lost) == (150, 150)
    (line,) = logs
    shown = {"topic": "shop.orders", "partition": 0, "start": 100, "end": 250, "lost": 150}
    assert shown.items() <= line.items()
    assert line["log_level"] == "error"


def test_what_was_counted_is_not_counted_again(books: Books) -> None:
    """The watch sees the low watermark, the source the position that was reset: both report it."""
    with capture_logs() as logs:
        assert books.ledger.lost(HOME, 100, 250) == 150
        assert books.ledger.lost(HOME, 100, 250) == 0
        assert books.ledger.lost(HOME, 100, 300) == 50
        assert books.ledger.lost(OTHER, 100, 250) == 150
    assert books.lost == 350
    assert [(line["start"], line["end"]) for line in logs] == [(100, 250), (250, 300), (100, 250)]


def test_of_a_topic_that_was_made_anew_nothing_counts_as_told(books: Books) -> None:
    books.ledger.lost(HOME, 0, 250)
    books.ledger.forget("shop.orders")
    assert books.ledger.lost(HOME, 0, 100) == 100
    assert books.ledger.lost(HOME, 100, 120) == 20
    assert books.lost == 370


def test_an_empty_range_is_no_loss(books: Books) -> None:
    with capture_logs() as logs:
        assert books.ledger.lost(HOME, 5, 5) == 0
        assert books.ledger.lost(HOME, 9, 5) == 0
    assert logs == []
