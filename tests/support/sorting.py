"""Which tests need what, which of them share something costly, and which begin first.

Workers of pytest-xdist take what is in one group one after the other, and groups in the order of the tests.
"""

from __future__ import annotations

from typing import Final

import pytest

_BROKERS: Final = {"broker", "lasting_broker", "apache_kafka", "apicurio", "kafka", "cluster"}
_BROWSERS: Final = {"chromium"}
_APACHE: Final = "Apache Kafka"
_APICURIO: Final = "Apicurio Registry"
_BROWSER: Final = "browser"


def sort_out(item: pytest.Item) -> None:
    """Mark the test by the fixtures that it uses, and put it into its group."""
    fixtures = set(getattr(item, "fixturenames", ()))
    if fixtures & _BROKERS:
        item.add_marker("kafka")
    if fixtures & _BROWSERS:
        item.add_marker("browser")
    if group := _group(item, fixtures):
        item.add_marker(pytest.mark.xdist_group(group))


def turn(item: pytest.Item) -> int:
    """What takes long on one worker begins first, what is soon done fills the gaps at the end."""
    if item.get_closest_marker("slow"):
        return 0
    if item.get_closest_marker("browser"):
        return 1
    return 2 if item.get_closest_marker("kafka") else 3


def _group(item: pytest.Item, fixtures: set[str]) -> str:
    """The tests of a file share its fixtures and what is remembered by them; who has a broker of his own is alone."""
    if item.get_closest_marker("xdist_group"):
        return ""
    if "apache_kafka" in fixtures or "apache" in {_parameter(item, name) for name in ("broker", "lasting_broker")}:
        return _APACHE
    if "apicurio" in fixtures:
        return _APICURIO
    if fixtures & _BROWSERS:
        return _BROWSER
    if "broker" in fixtures:
        return ""
    return item.nodeid.partition("::")[0]


def _parameter(item: pytest.Item, name: str) -> object:
    call = getattr(item, "callspec", None)
    return call and call.params.get(name)
