"""What one sandbox is told when it starts."""

from __future__ import annotations

from dataclasses import dataclass, field

from consumer.sandbox.faults import FaultPlan


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """The account it plays, how strict it is, how much it remembers, and how it misbehaves.

    An empty `namespace` or `api_key` accepts any. `keep_events` and `keep_bytes` bound the requests that
    are kept whole, the newest of them; counts stay exact for ever. `keep_customers` bounds the profiles
    (the least recently seen goes first), `keep_keys` the idempotency keys by which duplicates are noticed.
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
    keep_keys: int = 100_000
    faults: FaultPlan = field(default_factory=FaultPlan)
