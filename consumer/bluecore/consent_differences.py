"""Which way the consent that Bluecore has differs from what it was asked to take."""

from __future__ import annotations

from enum import StrEnum

from consumer.bluecore.consent_states import Status


class Kind(StrEnum):
    """Which way a consent differs."""

    STILL_SUBSCRIBED = "still_subscribed"
    NOT_SUBSCRIBED = "not_subscribed"


def kind_of(event: str, status: Status) -> Kind | None:
    """How this state differs from what the event asks for; None where it does not."""
    if event == "unsubscribe":
        return Kind.STILL_SUBSCRIBED if status is Status.SUBSCRIBED else None
    fitting = {Status.SUBSCRIBED} if event == "optin" else {Status.SUBSCRIBED, Status.PENDING}
    return None if status in fitting else Kind.NOT_SUBSCRIBED
