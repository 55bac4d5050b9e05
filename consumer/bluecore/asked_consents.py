"""What a request asks Bluecore to take as a customer's consent, whichever of its APIs it is for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import orjson

MARKETING: Final = "MARKETING"


class AskedConsent(NamedTuple):
    """Whose, and since when.

    Attributes:
        event: `optin`, `unsubscribe` or `signup`.
        customer: an e-mail address in lower case, or a phone number with its plus sign, as Bluecore has them.
        message_type: `MARKETING` or `TRANSACTIONAL`.
        channel: the number or code that sends; None: any.
        told_ms: the time that the request says, ms since the epoch, by which Bluecore orders; None: it says none.
        queued: it goes by the Events API, which answers before anything is stored.
    """

    event: str
    customer: str
    message_type: str = MARKETING
    channel: str | None = None
    told_ms: int | None = None
    queued: bool = False


def asked_consent(body: bytes) -> AskedConsent | None:
    """What the body of a consent's request says; None where it names nobody who could be asked about."""
    document: dict[str, Any] = orjson.loads(body)
    if "properties" in document:
        email = document["properties"].get("customer", {}).get("email")
        return AskedConsent(document["event"], str(email).strip().lower(), queued=True) if email else None
    identifier, state = document.get("id", {}), document.get("state", {})
    email, phone = identifier.get("email"), identifier.get("phone_number")
    if not email and not phone:
        return None
    customer = str(email).strip().lower() if email else f"+{str(phone).removeprefix('+')}"
    return AskedConsent(
        str(state.get("event", "")).lower(),
        customer,
        state.get("message_type") or MARKETING,
        state.get("channel_identifier"),
        _ms(state.get("consented_at")),
    )


def _ms(at: Any) -> int | None:
    if not isinstance(at, str):
        return None
    found = datetime.fromisoformat(at)
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1000)
