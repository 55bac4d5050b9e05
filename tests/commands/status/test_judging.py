"""When the events of a topic are too old."""

from __future__ import annotations

from typing import Any

import pytest

from consumer.commands.status.judging import age_limit
from consumer.config.model import Config
from tests.support.configs import SOUND

DAY = 86_400


@pytest.mark.parametrize(
    ("routes", "limit"),
    [
        ([{}], DAY),
        ([{"max_event_age_seconds": 0}], 0),
        ([{"max_event_age_seconds": 0}, {"event": "optin"}], DAY),
        ([{"max_event_age_seconds": 60}, {"event": "optin"}], 60),
        ([{"event_time": "placed_at"}], 0),
        ([{"topic": "shop.others"}], DAY),
    ],
)
def test_the_shortest_limit_of_a_topic_s_routes_counts(routes: list[dict[str, Any]], limit: float) -> None:
    """Of events that say themselves when they were, the brokers do not know it."""
    each = [{"topic": "shop.orders", "event": "customer_patch", **route} for route in routes]
    assert age_limit(Config.model_validate({**SOUND, "routes": each}), "shop.orders") == limit
