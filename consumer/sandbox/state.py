"""What one sandbox is, apart from how it is served: its settings, what it saw, the faults in force."""

from __future__ import annotations

from typing import Any

from consumer.sandbox.injector import FaultInjector
from consumer.sandbox.received import Received
from consumer.sandbox.settings import SandboxSettings
from consumer.sandbox.store import Filter, Store
from consumer.sandbox.tally import Counts


class SandboxState:
    """For any thread to read, and to put faults in force.

    Attributes:
        closing: whoever holds a request lets go of it.
    """

    def __init__(self, settings: SandboxSettings | None = None) -> None:
        self.settings = settings or SandboxSettings()
        self.store = Store(self.settings)
        quota = self.settings.rest.quota
        self.faults = FaultInjector(self.settings.faults, quotas={"customers": quota, "eligibility": quota})
        self.closing = False

    @property
    def counts(self) -> Counts:
        return self.store.counts()

    def events(
        self,
        *,
        event: str = "",
        distinct_id: str = "",
        outcome: str = "",
        since: int = 0,
        limit: int | None = None,
    ) -> list[Received]:
        """The kept requests that fit, oldest first; with a `limit`, the newest of them."""
        wanted = Filter(event=event, distinct_id=distinct_id, outcome=outcome)
        return self.store.newest(wanted, self.settings.keep_events if limit is None else limit, since)

    def profile(self, identifier: str, namespace: str | None = None) -> dict[str, Any] | None:
        """The customer of an e-mail address or a linked id, as Bluecore would know it in that namespace.

        Without one, in the namespace that saw the customer last.
        """
        return self.store.profile(identifier, namespace)

    def consents(self, namespace: str | None = None) -> list[dict[str, Any]]:
        """What customers have consented to, by either way, in one namespace or in all; see `Subscription.as_dict`."""
        return self.store.consents(namespace)

    def reset(self) -> None:
        """Forget what arrived; faults stay in force."""
        self.store.reset()

    def close(self) -> None:
        """Let go of hanging requests and open pages, so that the server can end."""
        self.closing = True
