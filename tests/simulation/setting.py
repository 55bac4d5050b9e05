"""What differs from run to run: the configuration of the service, and what the brokers take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from random import Random
from typing import Literal

from consumer.age import AgeLimit
from consumer.backoff import Backoff
from consumer.config.model import Config
from consumer.delivery.breaker import BreakerPolicy
from consumer.delivery.concurrency import ConcurrencyPolicy
from consumer.delivery.parts import CONSENT_STEP
from consumer.delivery.policy import DeliveryPolicy
from consumer.delivery.throttle import ThrottlePolicy
from tests.simulation.bluecore import FORMS, Quota
from tests.simulation.brokers import DEAD, RETRY, Limits
from tests.simulation.oracle import Ordering

APIS: dict[str, float | None] = dict.fromkeys(("", "/eligibility", "/customers"))
BRANDS: dict[str, float | None] = dict.fromkeys(("", "acme", "zeta"))
TOPIC, URGENT_TOPIC, CONSENT_TOPIC = "events", "urgent", "consents"
ROUTED = (TOPIC, URGENT_TOPIC, CONSENT_TOPIC)
SUBSCRIPTION = (*ROUTED, RETRY)

POLICY = DeliveryPolicy(
    concurrency=ConcurrencyPolicy(maximum=8, initial=4),
    attempts=3,
    backoff=Backoff(0.2, 2),
    delays=(2, 5, 8),
    retry_topic=RETRY,
    ordered_events=frozenset({"customer_patch", "optin", "unsubscribe"}),
    max_age=AgeLimit(120),
    buffered_records=30,
    breaker=BreakerPolicy(failures=3, window_seconds=1.5, probes=Backoff(0.5, 3)),
)


def subscription(policy: DeliveryPolicy) -> tuple[str, ...]:
    """Without a delay nothing is redelivered, and there is no retry topic."""
    return SUBSCRIPTION if policy.delays else ROUTED


Start = Literal["earliest", "latest"]


ORDERINGS: tuple[Ordering, ...] = (*("key",) * 7, "customer", "partition", "none")


@dataclass(frozen=True, slots=True)
class Setting:
    """`partitions`: of each topic."""

    policy: DeliveryPolicy = POLICY
    start: Start = "earliest"
    partitions: int = 2
    limits: Limits = field(default_factory=Limits)
    quota: Quota | None = None
    questions_fail: float = 0.0
    new_protocol: bool = True
    holds: bool = False
    """Topics of several destinations are held while one is away."""
    priorities: Mapping[str, float] = field(
        default_factory=lambda: {TOPIC: 0, URGENT_TOPIC: 2, CONSENT_TOPIC: CONSENT_STEP, RETRY: 0}
    )


def drawn(rng: Random) -> Setting:
    """Most runs are as usual in most respects: a fault that needs two odd ones is rare."""
    policy = replace(
        POLICY,
        concurrency=rng.choice((POLICY.concurrency, POLICY.concurrency, ConcurrencyPolicy(maximum=64))),
        ordering=rng.choice(ORDERINGS),
        throttle=ThrottlePolicy(rng.choice((0, 0, 0, 15, 40)), 60, Backoff(0.5, 4)),
        buffered_bytes=rng.choice((64 << 20, 64 << 20, 64 << 20, 3000)),
    )
    few = (30, 9) if rng.random() < 0.03 else (2, 2)
    batch = 1 << 20 if few[0] == few[1] else 9000
    return Setting(
        policy=policy,
        start=rng.choice(("earliest", "earliest", "latest")),
        partitions=few[0],
        limits=rng.choice((Limits(batch=batch),) * 7 + (Limits(60, batch),)),
        quota=None if rng.random() < 0.85 else Quota(rng.choice((20, 60)), rng.choice((2, 4)), rng.choice(FORMS)),
        questions_fail=rng.choice((0, 0, 0, 0.1)),
        new_protocol=rng.random() < 0.9,
    )


@cache
def config(start: Start) -> Config:
    """As the source reads it."""
    return Config.model_validate(
        {
            "kafka": {"bootstrap_servers": "modelled:9092", "options": {"auto.offset.reset": start}},
            "bluecore": {"namespace": "simulated"},
            "dead_letters": {"retry_topic": RETRY, "dead_letter_topic": DEAD},
            "routes": [{"topic": TOPIC, "event": "search"}],
        }
    )
