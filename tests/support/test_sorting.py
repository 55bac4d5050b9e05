"""Whatever is left out of `make test-fast` is left out for what it needs, and nothing that needs it is left in."""

from __future__ import annotations

import pytest

STARTS = {"embedded_broker", "ApacheKafka", "libraries", "unavailable"}


def test_who_starts_a_broker_is_marked(request: pytest.FixtureRequest) -> None:
    """By a fixture that starts one, or by hand; seen by the names in the test's own code."""
    unmarked = [
        item.nodeid
        for item in request.session.items
        if isinstance(item, pytest.Function)
        and STARTS & set(item.function.__code__.co_names)
        and not item.get_closest_marker("kafka")
    ]

    assert unmarked == []


@pytest.mark.usefixtures("broker")
@pytest.mark.parametrize("broker", ["embedded"], indirect=True)
def test_a_fixture_is_enough_to_be_marked(request: pytest.FixtureRequest) -> None:
    assert request.node.get_closest_marker("kafka")
    assert not request.node.get_closest_marker("browser")
    assert not request.node.get_closest_marker("xdist_group"), "who has a broker of his own may run beside anybody"


@pytest.mark.usefixtures("apache_kafka")
def test_those_on_apache_kafka_are_one_group(request: pytest.FixtureRequest) -> None:
    """Every worker would start one of its own."""
    assert request.node.get_closest_marker("kafka")
    assert request.node.get_closest_marker("xdist_group").args == ("Apache Kafka",)


def test_a_file_is_one_group(request: pytest.FixtureRequest) -> None:
    """So that what its tests share is made once."""
    assert request.node.get_closest_marker("xdist_group").args == ("tests/support/test_sorting.py",)
