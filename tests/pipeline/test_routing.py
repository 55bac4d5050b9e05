"""Where the records of a topic go, and what becomes of them while one of their destinations is away."""

from __future__ import annotations

from typing import Any

import pytest

from consumer.config.model import Config
from consumer.pipeline.routing import ANYWHERE, TopicDestinations, destinations_of

BOTH = {"path": "brand", "values": {"A": "acme", "Z": "zeta"}}
ROUTES = [
    {"topic": "acme", "event": "search", "destination": "acme"},
    {"topic": "group", "event": "search", "destination": BOTH},
    {"topic_pattern": "^gro.*", "event": "optin", "destination": "acme"},
]


def config(outage: str | None = None, **settings: Any) -> Config:
    base: dict[str, Any] = {
        "kafka": {"bootstrap_servers": "k:9092"},
        "destinations": {"acme": {"namespace": "a"}, "zeta": {"namespace": "z"}},
        "delivery": {} if outage is None else {"on_destination_outage": outage},
        "routes": ROUTES,
    }
    return Config.model_validate(base | settings)


@pytest.mark.parametrize(
    ("outage", "topic", "names", "aside"),
    [
        (None, "acme", ("acme",), False),
        (None, "group", ("acme", "zeta"), True),
        ("hold", "group", ("acme", "zeta"), False),
        ("set_aside", "acme", ("acme",), True),
    ],
)
def test_a_topic_of_one_is_held_and_of_several_set_aside_unless_it_is_said(
    outage: str | None,
    topic: str,
    names: tuple[str, ...],
    aside: bool,  # noqa: FBT001 - a table's column
) -> None:
    assert destinations_of(config(outage), topic) == TopicDestinations(names, aside)


def test_without_a_retry_topic_nothing_can_be_set_aside() -> None:
    bare = config(dead_letters={"delays_seconds": []})
    assert not destinations_of(bare, "group").set_aside


def test_nobody_asks_where_there_is_one_destination_in_all() -> None:
    one = config(destinations={}, bluecore={"namespace": "n"}, routes=[{"topic": "t", "event": "search"}])
    assert destinations_of(one, "t") is ANYWHERE
    assert destinations_of(config(), "bluecore-consumer.retry") is ANYWHERE
