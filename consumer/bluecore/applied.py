"""Whether Bluecore's REST APIs have stored what was sent: what was asked for, held against the answer.

The answer to a consent is the customer's subscription as it now is, and to a profile the customer as it now is. What
differs is told without a value: by the names of fields, and by a consent's status, which is one of a few words.

Source: the OpenAPI documents of developers.bluecore.com, version 0.0.1. Not tried against Bluecore, and young: an
answer of another shape says nothing of what was stored, so that it counts as not applied.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from consumer.iso8601 import moment_of

_WANTED: Final[Mapping[str, tuple[str, ...]]] = {
    "OPTIN": ("SUBSCRIBED",),
    "UNSUBSCRIBE": ("UNSUBSCRIBED",),
    "SIGNUP": ("PENDING_CONFIRMATION", "SUBSCRIBED"),
}
"""By event, the status that was asked for, and what is as good: who is to be asked, and has confirmed already."""
# Tuples, as what an answer has in their place may be anything, and a set takes no list or object.
_STATUSES: Final = ("SUBSCRIBED", "UNSUBSCRIBED", "PENDING_CONFIRMATION", "NOT_KNOWN")
_SOURCES: Final = ("integration", "public-api", "upload")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d[T ][\d:.]{5,20}(?:Z|[+-]\d\d:?\d\d)?", re.ASCII)
_MOST_NAMED: Final = 10


class _ShapeError(Exception):
    """The answer has not the shape that is documented; the message says where."""


def unapplied(sent: bytes, answered: bytes) -> str:
    """What Bluecore has stored in the place of what was sent, in a sentence; empty where it is what was sent.

    Args:
        sent: the request's body, as mapping has made it.
        answered: that of the answer with status 200.
    """
    asked = orjson.loads(sent)
    try:
        data = _within(_document(answered), "data", dict)
        return "; ".join(_of_consent(asked, data) if "state" in asked else _of_profile(asked, data))
    except _ShapeError as error:
        return (
            f"Bluecore's answer has another shape than is documented ({error}): it does not say what was stored. "
            "Look the customer up in Bluecore, and replay the record if it was not"
        )


def _of_consent(asked: dict[str, Any], data: dict[str, Any]) -> Iterator[str]:
    subscription = _within(data, "subscription", dict, "data")
    own = _within(subscription, "id", dict, "data.subscription")
    states = _within(subscription, "states", list, "data.subscription")
    if not _is_same_id(asked["id"], own):
        yield "Bluecore's answer is about another customer than the one who was sent"
        return
    wanted, of_type = _WANTED[asked["state"]["event"]], asked["state"]["message_type"]
    mine = list(_states_of(asked["state"], states))
    if not mine:
        yield f"Bluecore's answer has no state for {of_type}, which was to be {wanted[0]}"
    elif all(each.get("status") not in wanted for each in mine):
        yield f"Bluecore has {_described(mine[0])} for {of_type}, which was to be {wanted[0]}"


def _of_profile(asked: dict[str, Any], data: dict[str, Any]) -> Iterator[str]:
    ids = [each for each in _within(data, "ids", list, "data") if isinstance(each, dict)]
    if not any(_is_same_id(asked["id"], each) for each in ids):
        yield "Bluecore's answer is about another customer than the one who was sent"
        return
    missing = [each for each in asked.get("link_ids", ()) if not any(_is_same_id(each, known) for known in ids)]
    if missing:
        kinds = ", ".join(sorted({name for each in missing for name in each}))
        yield f"Bluecore has not linked {len(missing)} of the identifiers that were sent ({kinds})"
    wanted = asked.get("attributes", {})
    stored = _within(data, "attributes", dict, "data") if wanted else {}
    differing = [name for name, value in wanted.items() if not _is_same(value, stored.get(name))]
    if differing:
        more = f", and {len(differing) - _MOST_NAMED} more" if len(differing) > _MOST_NAMED else ""
        yield f"Bluecore has other values than were sent of {', '.join(differing[:_MOST_NAMED])}{more}"


def _document(answered: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(answered)
    except orjson.JSONDecodeError:
        raise _ShapeError("it is no JSON") from None
    if not isinstance(found, dict):
        raise _ShapeError("it is no JSON object")
    return found


def _within(section: dict[str, Any], name: str, kind: type, place: str = "") -> Any:
    found = section.get(name)
    if not isinstance(found, kind):
        where = f"{place}.{name}" if place else name
        raise _ShapeError(f"{where} is missing" if found is None else f"{where} is of another type")
    return found


def _states_of(asked: dict[str, Any], states: list[Any]) -> Iterator[dict[str, Any]]:
    """Those of the message type; of several senders of messages, those of the one that was named."""
    wanted = (None, asked["message_type"])
    of_type = [each for each in states if isinstance(each, dict) and each.get("message_type") in wanted]
    channel = asked.get("channel_identifier")
    of_channel = [each for each in of_type if channel is not None and each.get("channel_identifier") == channel]
    yield from of_channel or of_type


def _described(state: dict[str, Any]) -> str:
    """A status, since when and by whom; nothing that is not one of the documented words stands in it."""
    status, source, at = state.get("status"), state.get("source"), state.get("consented_at")
    said = status if status in _STATUSES else "a status that is not documented" if status else "no status"
    since = f" since {at}" if isinstance(at, str) and _TIME.fullmatch(at) else ""
    return f"{said}{since}{f' by {source}' if source in _SOURCES else ''}"


def _is_same_id(sent: Mapping[str, Any], stored: Mapping[str, Any]) -> bool:
    """Bluecore trims e-mails and writes them in lower case; of a phone number the plus may be missing."""
    ((kind, value),) = sent.items()
    known = stored.get(kind)
    return isinstance(known, str) and _plain(value) == _plain(known)


def _plain(text: str) -> str:
    return text.strip().lower().removeprefix("+")


def _is_same(sent: Any, stored: Any) -> bool:
    """A number may come back as a text, and a time, or a day as the moment that it begins, in another writing."""
    if sent == stored and isinstance(sent, bool) is isinstance(stored, bool):
        return True
    if isinstance(sent, bool) or isinstance(stored, bool) or isinstance(sent, dict | list):
        return False
    if stored is None:
        return False
    one, other = str(sent).strip(), str(stored).strip()
    if one == other:
        return True
    read: Callable[[str], Any] = _moment if isinstance(sent, str) else float
    try:
        return bool(read(one) == read(other))
    except ValueError:
        return False


def _moment(text: str) -> datetime:
    if "-" not in text:
        raise ValueError("what has no dashes may be any number")
    found = moment_of(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
