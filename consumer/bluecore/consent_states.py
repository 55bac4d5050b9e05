"""What Bluecore's eligibility API says of one customer's consent, read out of its answer.

Source: the OpenAPI document of eligibility, as api-evangelist/bluecore has harvested it; not tried against Bluecore.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Final, NamedTuple

from pydantic import BeforeValidator, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from consumer.errors import ExpectedError


class UnknownShape(ExpectedError):
    """An answer is not of the form that is documented; the message says what of it, without its values."""


class Status(StrEnum):
    """`NOT_KNOWN` is also that of a customer whom Bluecore does not have."""

    SUBSCRIBED = "SUBSCRIBED"
    PENDING = "PENDING_CONFIRMATION"
    UNSUBSCRIBED = "UNSUBSCRIBED"
    NOT_KNOWN = "NOT_KNOWN"


class ConsentState(NamedTuple):
    """One state.

    Attributes:
        at_ms: since when, ms since the epoch; None where that is not told.
        source: who said so: `integration`, `public-api`, `upload`; empty where that is not told.
        message_type: `MARKETING` or `TRANSACTIONAL`; None where that is not told.
        channel: the number or code that sends; None where that is not told.
    """

    status: Status
    at_ms: int | None = None
    source: str = ""
    message_type: str | None = None
    channel: str | None = None


NOTHING_KNOWN: Final = ConsentState(Status.NOT_KNOWN)
_Upper = BeforeValidator(lambda value: value.upper() if isinstance(value, str) else value)


@dataclass(frozen=True)
class _State:
    status: Annotated[Status, _Upper]
    consented_at: datetime | None = None
    source: str | None = None
    message_type: str | None = None
    channel_identifier: str | None = None


@dataclass(frozen=True)
class _Subscription:
    states: tuple[_State, ...]


@dataclass(frozen=True)
class _Data:
    subscription: _Subscription | None


@dataclass(frozen=True)
class _Answer:
    data: _Data


_WRONG: Final = {
    "json_invalid": "is no JSON object",
    "dataclass_type": "is no JSON object",
    "missing": "is missing",
    "tuple_type": "is no list",
    "string_type": "is no text",
    "enum": "is none of the documented ones",
}
"""What a person is told for pydantic's kinds of errors."""
_ANSWER: Final = TypeAdapter(_Answer)


def consent_states(body: bytes) -> tuple[ConsentState, ...]:
    """All states of the customer; none where there is no subscription.

    Raises:
        UnknownShape: it is none of the answers that are documented.
    """
    try:
        found = _ANSWER.validate_json(body).data.subscription
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "it"
        what = _WRONG.get(first["type"], "cannot be read")
        raise UnknownShape(f"the answer is not of the form that is documented: {where} {what}") from None
    return () if found is None else tuple(map(_read, found.states))


def effective(states: tuple[ConsentState, ...], *, message_type: str, channel: str | None) -> ConsentState:
    """The state that counts: a customer who is subscribed in any way is sent to.

    Args:
        states: all that there are.
        message_type: of the consent; a state of another one is another consent.
        channel: the number or code that sends; None: any.
    """
    ours = [
        each
        for each in states
        if each.message_type in {None, message_type} and (channel is None or each.channel in {None, channel})
    ]
    order = tuple(Status)
    return min(ours, key=lambda each: order.index(each.status), default=NOTHING_KNOWN)


def _read(state: _State) -> ConsentState:
    at = state.consented_at
    if at is not None and at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    at_ms = None if at is None else int(at.timestamp() * 1000)
    message_type = None if state.message_type is None else state.message_type.upper()
    return ConsentState(state.status, at_ms, state.source or "", message_type, state.channel_identifier)
