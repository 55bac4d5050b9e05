"""The configuration becomes the rules of delivery."""

from __future__ import annotations

from typing import Any

from consumer.age import AgeLimit
from consumer.backoff import Backoff
from consumer.config.model import Config
from consumer.delivery.breaker import BreakerPolicy
from consumer.delivery.concurrency import ConcurrencyPolicy
from consumer.delivery.flood import FloodPolicy
from consumer.delivery.policy import DeliveryPolicy
from consumer.delivery.throttle import ThrottlePolicy
from consumer.delivery.verdict import VerdictPolicy


def policy(**sections: Any) -> DeliveryPolicy:
    least = {
        "kafka": {"bootstrap_servers": "kafka:9092"},
        "bluecore": {"namespace": "shop"},
        "routes": [{"topic": "shop.orders", "event": "purchase"}],
    }
    return DeliveryPolicy.from_config(Config.model_validate({**least, **sections}))


def test_the_defaults_of_the_configuration_are_those_of_the_parts() -> None:
    """Whoever builds a part alone gets what the service runs with."""
    defaults = policy()

    assert defaults.verdicts == VerdictPolicy()
    assert defaults.breaker == BreakerPolicy()
    assert defaults.flood == FloodPolicy()
    assert defaults.throttle == ThrottlePolicy()
    assert defaults == DeliveryPolicy(
        ConcurrencyPolicy(maximum=64),
        ordered_events=frozenset({"customer_patch", "identify", "optin", "unsubscribe"}),
    )


def test_every_setting_arrives() -> None:
    changed = policy(
        delivery={
            "ordering": "partition",
            "max_in_flight": 7,
            "rate_limit_per_second": 20,
            "retry": {"attempts": 2, "initial_seconds": 3, "max_seconds": 4},
            "max_hold_seconds": 5,
            "max_buffered_records": 6,
            "max_buffered_bytes": 8,
            "commit_interval_seconds": 9,
            "max_event_age_seconds": 16,
            "statuses": {"reject": [404], "retry": [409], "pause": [503]},
            "breaker": {"failures": 10, "window_seconds": 11, "initial_seconds": 12, "max_seconds": 13},
            "flood": {"ratio": 0.9, "minimum": 14, "window_seconds": 15},
        },
        dead_letters={"retry_topic": "again", "delays_seconds": [1, 2], "ordered_events": ["optin"]},
        routes=[{"topic": "a", "event": "optin"}, {"topic": "b", "event": "optin", "rate_limit_per_second": 17}],
    )

    assert changed == DeliveryPolicy(
        ConcurrencyPolicy(maximum=7),
        ordering="partition",
        attempts=2,
        backoff=Backoff(3, 4),
        delays=(1, 2),
        retry_topic="again",
        ordered_events=frozenset({"optin"}),
        buffered_records=6,
        buffered_bytes=8,
        commit_seconds=9,
        max_age=AgeLimit(16),
        verdicts=VerdictPolicy(frozenset({404}), frozenset({409}), frozenset({503})),
        breaker=BreakerPolicy(10, 11, Backoff(12, 13)),
        flood=FloodPolicy(0.9, 14, 15),
        throttle=ThrottlePolicy(20, 5, Backoff(3, 4)),
        route_rates={1: 17},
    )
