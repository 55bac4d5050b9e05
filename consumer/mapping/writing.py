"""The requests of the Events API, written: what JSON's writer does not take, and what is too large for Bluecore."""

from __future__ import annotations

from typing import Any

import orjson

from consumer.mapping.contract import MAX_BODY_BYTES
from consumer.mapping.errors import LeftOut, RefusedError, leave_out
from consumer.mapping.values import unwritable
from consumer.records import EventRequest, Reason


class UnwritableError(RefusedError):
    """JSON's writer does not take a value."""


def request_of(
    event: str, properties: dict[str, Any], customer: str, destination: str, *, link: bool = False
) -> EventRequest:
    """The request of an event.

    Args:
        event: the event type.
        properties: of it.
        customer: is one lane, by whatever id each event names it: the e-mail where it is known.
        destination: where it goes.
        link: it goes ahead of the record's own.

    Raises:
        UnwritableError: JSON's writer does not take all of it.
        RefusedError: it is too large.
    """
    try:
        body = orjson.dumps({"event": event, "properties": properties})
    except orjson.JSONEncodeError:
        # Its message quotes the value.
        place, rule = unwritable(properties, "")
        raise UnwritableError.invalid(place.removeprefix("customer."), rule) from None
    if len(body) > MAX_BODY_BYTES:
        message = f"the event has {len(body)} bytes; Bluecore takes {MAX_BODY_BYTES}"
        raise RefusedError(Reason.TOO_LARGE, None, message)
    return EventRequest(event, body, customer, link, None, None, destination)


def drop_unwritable(target: dict[str, Any], place: str, kept: set[str], left_out: LeftOut) -> None:
    """Takes out what JSON's writer does not take, but for what is kept; `place`: in which it lies."""
    for name in [name for name in target if name not in kept]:
        try:
            orjson.dumps(target[name])
        except orjson.JSONEncodeError:
            inner, rule = unwritable(target.pop(name), name)
            leave_out(left_out, name, rule if inner == name else f"{inner}: {rule}", place=place)
