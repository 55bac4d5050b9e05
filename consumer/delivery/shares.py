"""What of a record goes to which destination: each has its share of the requests, and sends it by itself."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import NamedTuple

from consumer.records import Delivered, EventRequest, Redelivery, Send

UNKNOWN = "?"
"""The leg of what is refused without its destination being known: nothing of it is sent."""


class Share(NamedTuple):
    """One destination's part in a record.

    Attributes:
        destination: its name.
        leg: names it among the shares of the record; empty where it is the only one.
        mapped: what goes there, and what would have.
    """

    destination: str
    leg: str
    mapped: Send


def shares_of(mapped: Send, past: Redelivery | None) -> list[Share]:
    """The shares of a record in the order in which its routes name the destinations.

    Args:
        mapped: the whole record.
        past: what its headers say of it: where only one share is left of it, that is all there is.
    """
    wanted = None if past is None else past.destination
    first = mapped.requests[0].destination if mapped.requests else ""
    alone = all(each.destination == first for each in mapped.requests)
    alone = alone and all(each.destination == first for each in mapped.refused)
    if alone and wanted in {None, first}:
        return [Share(first, "", mapped)]
    own = [request for request in mapped.requests if not request.link]
    numbered = list(zip(mapped.numbers or range(len(own)), own, strict=True))
    named = [*(each.destination for each in own), *(each.destination for each in mapped.refused)]
    names: dict[str | None, None] = dict.fromkeys(named)
    if wanted is not None:
        names = {wanted: None} if wanted in names else {}
    return [_share(name, mapped, numbered, several=wanted is None) for name in names]


def _share(name: str | None, mapped: Send, numbered: Iterable[tuple[int, EventRequest]], *, several: bool) -> Share:
    numbered = list(numbered)
    links = [request for request in mapped.requests if request.link and request.destination == name]
    mine = [(number, request) for number, request in numbered if request.destination == name]
    others: Delivered = tuple((number, request.event) for number, request in numbered if request.destination != name)
    share = Send(
        (*links, *(request for _, request in mine)),
        mapped.priority,
        (),
        tuple(each for each in mapped.refused if each.destination == name),
        tuple(number for number, _ in mine),
        others=others,
    )
    leg = (UNKNOWN if name is None else f"@{name}") if several else ""
    return Share(name or "", leg, share)


def without(share: Send, gone: Container[int]) -> tuple[Send, Delivered]:
    """What is left of a share where what has these numbers has ended, and which of its requests have."""
    own = [request for request in share.requests if not request.link]
    numbered = list(zip(share.numbers, own, strict=True))
    left = [(number, request) for number, request in numbered if number not in gone]
    links = [request for request in share.requests if request.link] if left else []
    rest = share._replace(
        requests=(*links, *(request for _, request in left)),
        numbers=tuple(number for number, _ in left),
        refused=tuple(each for each in share.refused if each.number not in gone),
    )
    return rest, tuple((number, request.event) for number, request in numbered if number in gone)
