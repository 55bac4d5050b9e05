"""A record's requests, parted by where they go."""

from __future__ import annotations

import pytest

from consumer.delivery.shares import UNKNOWN, shares_of, without
from consumer.records import EventRequest, Partition, Reason, Redelivery, Reject, Send, Stage

PLACE = Partition("t", 0), 0


def request(destination: str, event: str = "search", *, link: bool = False) -> EventRequest:
    return EventRequest(event, b"{}", "c", link, None, None, destination)


def refused(destination: str | None, number: int) -> Reject:
    return Reject(Reason.MISSING_FIELD, Stage.MAP, "missing", event="optin", number=number, destination=destination)


MIXED = Send((request("acme", "identify", link=True), request("acme"), request("zeta"), request("acme")), 3)


@pytest.mark.parametrize("destination", ["", "acme"])
def test_what_goes_to_one_destination_is_one_share_and_as_it_was(destination: str) -> None:
    mapped = Send((request(destination), request(destination)))
    assert shares_of(mapped, None) == [(destination, "", mapped)]


def test_each_destination_has_a_share_with_the_numbers_of_the_whole() -> None:
    acme, zeta = shares_of(MIXED, None)

    assert (acme.destination, acme.leg, acme.mapped.numbers, acme.mapped.priority) == ("acme", "@acme", (0, 2), 3)
    assert [each.event for each in acme.mapped.requests] == ["identify", "search", "search"]
    assert acme.mapped.others == ((1, "search"),)
    assert (zeta.destination, zeta.mapped.numbers, len(zeta.mapped.requests)) == ("zeta", (1,), 1)


def test_a_redelivery_of_a_share_is_that_share_alone() -> None:
    (zeta,) = shares_of(MIXED, Redelivery(*PLACE, destination="zeta"))
    assert (zeta.destination, zeta.leg, zeta.mapped.numbers) == ("zeta", "", (1,))
    assert shares_of(MIXED, Redelivery(*PLACE, destination="sold")) == []


def test_what_is_refused_goes_with_its_destination_and_the_unknown_alone() -> None:
    mapped = Send((request("acme"), request("zeta")), refused=(refused("zeta", 2), refused(None, 3)), numbers=(0, 1))

    acme, zeta, unknown = shares_of(mapped, None)

    assert acme.mapped.refused == ()
    assert zeta.mapped.refused == (refused("zeta", 2),)
    assert (unknown.leg, unknown.mapped.requests, unknown.mapped.refused) == (UNKNOWN, (), (refused(None, 3),))
    assert unknown.mapped.others == ((0, "search"), (1, "search"))


def test_what_has_ended_of_a_share_is_left_out_with_its_links() -> None:
    acme, _ = shares_of(MIXED, None)

    left, gone = without(acme.mapped, {0})
    assert (left.numbers, gone) == ((2,), ((0, "search"),))
    assert [each.link for each in left.requests] == [True, False]

    nothing, gone = without(acme.mapped, {0, 2})
    assert (nothing.requests, gone) == ((), ((0, "search"), (2, "search")))


def test_what_is_refused_of_a_share_has_ended_with_it() -> None:
    share = Send((request("acme"),), refused=(refused("acme", 1), refused("acme", 2)), numbers=(0,))

    assert without(share, {0, 1})[0].refused == (refused("acme", 2),)
