"""What one sandbox is told when it starts."""

from __future__ import annotations

from dataclasses import dataclass, field

from consumer.sandbox.faults import FaultPlan


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """The account it plays, how strict it is, how much it remembers, and how it misbehaves.

    An empty `namespace` or `api_key` accepts any. What is remembered is bounded by number and, in about so many bytes
    of memory, by size, so that no sender can make it grow: the newest requests, kept whole, by `keep_events` and
    `keep_bytes`; the customers and their linked ids (the least recently seen goes first) by `keep_customers` and
    `keep_customer_bytes`. `keep_keys` bounds the idempotency keys by which duplicates are noticed, some 200 bytes
    each. Counts stay exact for ever.
    """

    namespace: str = field(default="", repr=False)
    api_key: str = field(default="", repr=False)
    api_key_header: str = "Authorization"
    api_key_prefix: str = "Bearer "
    strict: bool = False
    path: str = "/api/track/mobile/v1"
    keep_events: int = 5_000
    keep_bytes: int = 64 * 1024 * 1024
    keep_customers: int = 5_000
    keep_customer_bytes: int = 64 * 1024 * 1024
    keep_keys: int = 100_000
    faults: FaultPlan = field(default_factory=FaultPlan)
