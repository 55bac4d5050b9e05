"""What one sandbox is told when it starts."""

from __future__ import annotations

from dataclasses import dataclass, field

from consumer.sandbox.faults import FaultPlan, RateLimitPlan

SCOPES = ("customers:read", "customers:write", "eligibility:read", "eligibility:write")


@dataclass(frozen=True, slots=True)
class RestSettings:
    """The key of the account for Bluecore's REST APIs, and their quota.

    Attributes:
        client_id: the only one that is accepted; empty: any.
        client_secret: the same.
        audience: the only one for which there are tokens.
        scopes: the rights of the key.
        namespaces: those that the key covers; none: all of the account.
        token_seconds: after how long a token ends.
        quota: the requests that each API takes in a second and in a minute.
    """

    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    audience: str = "https://a.bluecore.com"
    scopes: tuple[str, ...] = SCOPES
    namespaces: tuple[str, ...] = field(default=(), repr=False)
    token_seconds: int = 86_400
    quota: RateLimitPlan = field(default_factory=RateLimitPlan)


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """The account it plays, how strict it is, how much it remembers, and how it misbehaves.

    What is remembered is bounded by number and, in about so many bytes of memory, by size, so that no sender can make
    it grow. Counts stay exact for ever.

    Attributes:
        namespace: the only one that is accepted; empty: any.
        namespaces: further ones.
        api_key: the same.
        strict: refuse also what Bluecore silently ignores.
        allow_hosts: the names by which it may be called, beside `localhost` and its addresses: see `Callers`.
        keep_events: how many of the newest requests are kept, whole.
        keep_bytes: how many bytes of them.
        keep_customers: how many customers and their linked ids are kept; the least recently seen goes first.
        keep_customer_bytes: how many bytes of them.
        keep_keys: how many idempotency keys, by which duplicates are noticed; some 200 bytes each.
        rest: the key for the REST APIs, and their quota.
    """

    namespace: str = field(default="", repr=False)
    api_key: str = field(default="", repr=False)
    api_key_header: str = "Authorization"
    api_key_prefix: str = "Bearer "
    strict: bool = False
    path: str = "/api/track/mobile/v1"
    allow_hosts: tuple[str, ...] = ()
    keep_events: int = 5_000
    keep_bytes: int = 64 * 1024 * 1024
    keep_customers: int = 5_000
    keep_customer_bytes: int = 64 * 1024 * 1024
    keep_keys: int = 100_000
    faults: FaultPlan = field(default_factory=FaultPlan)
    namespaces: tuple[str, ...] = field(default=(), repr=False)
    rest: RestSettings = field(default_factory=RestSettings)

    @property
    def accepted(self) -> frozenset[str]:
        """The namespaces that are; none: any is."""
        return frozenset(filter(None, (self.namespace, *self.namespaces)))
