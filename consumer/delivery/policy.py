"""The frozen rules of delivery in one place, and how the configuration becomes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from consumer.age import AgeLimit
from consumer.backoff import Backoff
from consumer.config.destinations import UNNAMED
from consumer.config.endpoints import is_rest, parted, rest_endpoints
from consumer.config.model import Config
from consumer.delivery.breaker import BreakerPolicy
from consumer.delivery.concurrency import ConcurrencyPolicy
from consumer.delivery.flood import FloodPolicy
from consumer.delivery.throttle import ThrottlePolicy
from consumer.delivery.verdict import VerdictPolicy
from consumer.records import CONSENTS


@dataclass(frozen=True, slots=True)
class DeliveryPolicy:
    """Counts are records, sizes bytes, times seconds.

    `buffered_records` and `buffered_bytes` bound everything taken and not settled: queued, in flight, waiting for a
    retry or for the retry topic to acknowledge. `route_rates` are requests a second, by the route's number, of those
    that have a ceiling of their own; `rates` the same of each endpoint, by its name, and None: as `throttle` says.
    `sets_aside`: records of some topics are set aside while their destination is away.
    parallel-consumer ran out of memory by counting only what was queued.
    """

    concurrency: ConcurrencyPolicy
    ordering: Literal["key", "customer", "partition", "none"] = "key"
    attempts: int = 4
    backoff: Backoff = Backoff(0.5, 30)
    delays: tuple[float, ...] = (60, 600, 3600)
    retry_topic: str = "bluecore-consumer.retry"
    ordered_events: frozenset[str] = frozenset()
    max_age: AgeLimit = field(default_factory=lambda: AgeLimit(86_400))
    buffered_records: int = 10_000
    buffered_bytes: int = 64 << 20
    commit_seconds: float = 0.05
    verdicts: VerdictPolicy = field(default_factory=VerdictPolicy)
    breaker: BreakerPolicy = field(default_factory=BreakerPolicy)
    flood: FloodPolicy = field(default_factory=FloodPolicy)
    throttle: ThrottlePolicy = field(default_factory=ThrottlePolicy)
    route_rates: Mapping[int, float] = field(default_factory=dict)
    receipts: bool = False
    rates: Mapping[str, float | None] = field(default_factory=lambda: {UNNAMED: None})
    sets_aside: bool = False

    @property
    def several(self) -> bool:
        """Whether endpoints are told apart, or what waits for the only one is set aside."""
        return self.sets_aside or any(self.rates)

    def throttle_of(self, destination: str) -> ThrottlePolicy:
        """The ceiling of one endpoint; `destination`: its name."""
        rate = self.rates.get(destination)
        throttle = self.throttle if rate is None else replace(self.throttle, rate=rate)
        return replace(throttle, has_quota=True) if is_rest(destination) else throttle

    def verdicts_of(self, endpoint: str) -> VerdictPolicy:
        """What the answers of an endpoint say; `endpoint`: its name."""
        return self.verdicts.of_rest() if is_rest(endpoint) else self.verdicts

    @classmethod
    def from_config(cls, config: Config) -> DeliveryPolicy:
        delivery, retry = config.delivery, config.delivery.retry
        backoff = Backoff(retry.initial_seconds, retry.max_seconds)
        statuses = delivery.statuses
        return cls(
            concurrency=ConcurrencyPolicy(maximum=delivery.max_in_flight),
            ordering=delivery.ordering,
            attempts=retry.attempts,
            backoff=backoff,
            delays=config.dead_letters.delays_seconds,
            retry_topic=config.dead_letters.retry_topic,
            ordered_events=_ordered(config),
            max_age=AgeLimit(delivery.max_event_age_seconds),
            buffered_records=delivery.max_buffered_records,
            buffered_bytes=delivery.max_buffered_bytes,
            commit_seconds=delivery.commit_interval_seconds,
            verdicts=VerdictPolicy(frozenset(statuses.reject), frozenset(statuses.retry), frozenset(statuses.pause)),
            breaker=BreakerPolicy(
                failures=delivery.breaker.failures,
                window_seconds=delivery.breaker.window_seconds,
                probes=Backoff(delivery.breaker.initial_seconds, delivery.breaker.max_seconds),
            ),
            flood=FloodPolicy(delivery.flood.ratio, delivery.flood.minimum, delivery.flood.window_seconds),
            throttle=ThrottlePolicy(delivery.rate_limit_per_second, delivery.max_hold_seconds, backoff),
            route_rates={
                number: route.rate_limit_per_second
                for number, route in enumerate(config.routes)
                if route.rate_limit_per_second
            },
            receipts=config.receipts.topic is not None,
            sets_aside=config.delivery.on_destination_outage == "set_aside",
            rates=_rates(config),
        )


def _ordered(config: Config) -> frozenset[str]:
    """Where the order of opt-ins matters, that of sign-ups does, which only a REST API takes."""
    named = frozenset(config.dead_letters.ordered_events)
    return named | CONSENTS if "optin" in named and rest_endpoints(config) else named


def _rates(config: Config) -> dict[str, float | None]:
    """By endpoint: each API of a destination may have as many requests a second as that says."""
    every = config.every_destination
    rates = {name: each.rate_limit if name else None for name, each in every.items()}
    return rates | {name: rates[parted(name)[0]] for name in rest_endpoints(config)}
