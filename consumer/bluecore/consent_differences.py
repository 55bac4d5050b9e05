"""Which way the consent that Bluecore has differs from what it was asked to take."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from consumer.bluecore.consent_states import Status


class Kind(StrEnum):
    """Which way a consent differs; `NOT_KNOWN`: a withdrawal of which Bluecore has nothing: it may be lost."""

    STILL_SUBSCRIBED = "still_subscribed"
    NOT_SUBSCRIBED = "not_subscribed"
    NOT_KNOWN = "not_known"


_UNWITHDRAWN: Final = {Status.SUBSCRIBED: Kind.STILL_SUBSCRIBED, Status.NOT_KNOWN: Kind.NOT_KNOWN}


def kind_of(event: str, status: Status) -> Kind | None:
    """How this state differs from what the event asks for; None where it does not."""
    if event == "unsubscribe":
        return _UNWITHDRAWN.get(status)
    fitting = {Status.SUBSCRIBED} if event == "optin" else {Status.SUBSCRIBED, Status.PENDING}
    return None if status in fitting else Kind.NOT_SUBSCRIBED
