"""The records that `python -m tests.hostile.parked` fills the retry topic with are those of the service itself."""

from __future__ import annotations

from consumer.kafka.headers import ORDERING_KEY_HEADER, redelivery
from consumer.records import OrderClass, Partition
from tests.hostile.parked import parked
from tests.support.shop import Shop


def test_each_parks_the_profiles_of_a_customer_of_its_own(shop: Shop) -> None:
    messages = list(parked(shop, "profiles", 30))

    pasts = [past for message in messages if (past := redelivery(message.headers)) is not None]

    assert len({(past.origin, past.offset) for past in pasts}) == 30
    assert {past.origin for past in pasts} == {Partition("profiles", number) for number in range(12)}
    assert {past.parks for past in pasts} == {frozenset((OrderClass.OTHER,))}
    assert [dict(message.headers)[ORDERING_KEY_HEADER] for message in messages] == [each.key for each in messages]
