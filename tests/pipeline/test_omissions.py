"""What was left out of events: counted beside all values of its field, told once a minute, and not by a value."""

from __future__ import annotations

from typing import Any

from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from consumer.pipeline.omissions import OmittedFields
from consumer.records import Mapped, Partition, Record, Redelivery, Send
from consumer.telemetry.metrics import Metrics
from tests.mapping.support import EMAIL, map_one, route

PLACE = Partition("shop.events", 3)
PATCH = route("customer_patch", phone_region="US", attributes={"vip": {"path": "vip", "as": "boolean"}})
VIEW = route("viewed_product", split_products=True, fields={"products.price": {"path": "price", "as": "number"}})


def read_at(offset: int) -> Record:
    return Record(PLACE, offset, b"key", b"value")


class Counted:
    """Records that are looked at, and what the counters say then."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.fields = OmittedFields(Metrics(self.registry))

    def look(self, mapped: Mapped, *, at: Record | None = None, now: float = 0.0) -> None:
        assert isinstance(mapped, Send)
        if mapped.omitted or self.fields.watching:  # as the reporter asks
            self.fields.look(at or read_at(7), mapped, now)

    def omitted(self, event: str, field: str) -> float | None:
        return self._value("omitted", event, field)

    def read(self, event: str, field: str) -> float | None:
        return self._value("read", event, field)

    def _value(self, what: str, event: str, field: str) -> float | None:
        name = f"bluecore_consumer_fields_{what}_total"
        return self.registry.get_sample_value(name, {"event_type": event, "field": field})


def patch(**record: Any) -> Mapped:
    return map_one(PATCH, {"email": EMAIL, **record})


def test_clean_fields_are_not_counted_at_all() -> None:
    counted = Counted()
    counted.look(patch(phone="+14155550100", vip=True))
    assert counted.read("customer_patch", "phone") is None
    assert not counted.fields.watching


def test_from_the_first_omission_on_every_value_of_the_field_counts() -> None:
    counted = Counted()
    for phone in ("n/a", "+14155550100", "+14155550101", "none", None):
        counted.look(patch(phone=phone, vip=True))
    assert counted.omitted("customer_patch", "phone") == 2
    assert counted.read("customer_patch", "phone") == 4
    assert counted.read("customer_patch", "vip") is None


def test_an_hour_after_the_last_omission_it_is_a_clean_field_again() -> None:
    counted = Counted()
    counted.look(patch(phone="n/a"), now=0)
    counted.look(patch(phone="+14155550100"), now=3601)
    assert counted.read("customer_patch", "phone") == 1
    assert not counted.fields.watching


def test_the_products_of_a_record_that_is_split_count_each_and_the_rest_once() -> None:
    lines = [{"sku": "a", "price": "1"}, {"sku": "b", "price": "n/a"}, {"sku": "c", "price": "2"}, {"sku": "d"}]
    counted = Counted()
    counted.look(map_one(VIEW, {"email": EMAIL, "products": lines, "client": [float("nan")]}))
    assert counted.omitted("viewed_product", "products.price") == 1
    assert counted.read("viewed_product", "products.price") == 3
    assert counted.read("viewed_product", "client") == 1
    counted.look(map_one(VIEW, {"email": EMAIL, "products": lines[:1], "client": "web"}))
    assert counted.read("viewed_product", "client") == 2


def test_an_id_counts_where_it_says_whose_event_it_is() -> None:
    counted = Counted()
    for user, device in ((1.5, "d1"), ("u1", None), (2.5, "d1")):
        counted.look(map_one(route("search"), {"user_id": user, "device_id": device, "search_term": "x"}))
    assert counted.omitted("search", "customer_id") == 2
    assert counted.read("search", "customer_id") == 3


def test_a_redelivery_was_counted_when_it_was_read_first() -> None:
    counted = Counted()
    counted.look(patch(phone="n/a"), at=read_at(7)._replace(redelivery=Redelivery(PLACE, 7)))
    assert counted.omitted("customer_patch", "phone") is None


def test_it_is_told_with_its_place_once_a_minute_for_each_field() -> None:
    counted = Counted()
    with capture_logs() as lines:
        for offset, now in ((1, 0.0), (2, 30.0), (3, 61.0)):
            counted.look(patch(phone="12"), at=read_at(offset), now=now)
        counted.look(patch(vip="maybe"), now=62.0)
    told = [(line["field"], line["offset"], line["suppressed"]) for line in lines]
    assert told == [("phone", 1, 0), ("phone", 3, 1), ("vip", 7, 0)]
    assert lines[0]["event_type"] == "customer_patch"
    assert (lines[0]["topic"], lines[0]["partition"]) == PLACE
    assert lines[0]["why"] == "phone: is no phone number (looked for customer.phone, phone)"


def test_the_keys_of_a_map_are_data_and_stand_in_no_label_and_in_no_log() -> None:
    counted = Counted()
    with capture_logs() as lines:
        record = {"email": EMAIL, "products": [{"sku": "a", "jane@example.org": float("nan")}]}
        counted.look(map_one(route("wishlist"), record))
    assert counted.omitted("wishlist", "products.*") == 1
    assert "example" not in str(lines)


def test_times_that_cannot_be_read_are_a_share_of_all_times() -> None:
    """They are in no event; what was read as the event's time counts."""
    counted = Counted()
    timed = route("search", event_time="at")
    for at in ("long ago", 1_800_000_000_000, "2027-01-15T08:00:00Z", None):
        counted.look(map_one(timed, {"email": EMAIL, "search_term": "x", "at": at}))
    assert (counted.omitted("search", "event_time"), counted.read("search", "event_time")) == (1, 3)


def test_the_values_of_a_request_to_a_rest_api_count_too() -> None:
    rest = route("customer_patch", api="customers", attributes={"vip": {"path": "vip", "as": "boolean"}})
    counted = Counted()
    for vip in ("perhaps", True, False):
        counted.look(map_one(rest, {"email": EMAIL, "vip": vip}))
    assert (counted.omitted("customer_patch", "vip"), counted.read("customer_patch", "vip")) == (1, 3)
