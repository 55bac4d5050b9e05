"""What libraries write in the place of what they were given: no reader can know what was meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.wild.meaning import Tagged


@dataclass(frozen=True, slots=True)
class Loss:
    """What is read in the place of what was meant.

    Attributes:
        read: as `meaning` takes it.
        told: the words of docs/formats.md that tell producers of it.
    """

    read: Tagged
    told: str


def _shopper(price: str, birthday: str) -> Tagged:
    return {"record": {"price": {"decimal": price}, "birthday": {"date": birthday}}}


def _row(it: Tagged) -> Tagged:
    return {"record": {"id": {"int": 7}, "it": it, "last": {"string": "a"}}}


def _wild(it: Tagged) -> Tagged:
    return {"record": {"before": {"string": "b"}, "it": it, "after": {"string": "a"}}}


_DOUBLE = "where a union has a `double`, each number is written as one"
_CENT = "19.99 is written as 19.98"
_DIGITS = "Digits beyond the scale are cut off"
_BIRTHDAY = "noon of 4 March 1950 is written as 5 March"
_DERIVED: Mapping[str, Any] = {
    "number": {"float": "3000000000"},
    "placed": {"float": "1764422000000"},
    "price": {"float": "59.97"},
    "quantity": {"int": 3},
}

LOSSES: Mapping[tuple[str, str], Loss] = {
    ("avsc", "derived-from-a-value"): Loss({"record": _DERIVED}, "3000000001 is written as 3000000000"),
    ("debezium-connect", "nullable-boolean-with-default-null"): Loss(
        _row({"boolean": False}), "null is written as its default"
    ),
    ("debezium-connect", "without-connect-s-metadata"): Loss(_row({"int": -165}), "`connect.meta.data: false`"),
    ("goavro", "birthday-at-noon-before-1970"): Loss(_shopper("19.99", "1950-03-05"), _BIRTHDAY),
    ("goavro", "more-digits-than-the-scale"): Loss(_shopper("19.99", "1990-03-04"), _DIGITS),
    ("goavro", "negative-with-more-digits-than-the-scale"): Loss(
        _shopper("-20.00", "1990-03-04"), "-19.999 is written as -20.00"
    ),
    ("goavro", "price-set-from-a-float"): Loss(_shopper("19.98", "1990-03-04"), _CENT),
    ("python-avro", "union-of-five-boolean"): Loss(_wild({"double": "1.0"}), _DOUBLE),
    ("python-avro", "union-of-five-long"): Loss(_wild({"double": "3000000001.0"}), _DOUBLE),
    ("hamba", "birthday-at-noon-before-1970"): Loss(_shopper("19.99", "1950-03-05"), _BIRTHDAY),
    ("hamba", "local-timestamp-of-a-zone"): Loss(
        {"record": {"at": {"local-timestamp-millis": "2025-11-29T10:14:15"}}}, "13:14 in Istanbul is written as 10:14"
    ),
    ("hamba", "more-digits-than-the-scale"): Loss(_shopper("19.99", "1990-03-04"), _DIGITS),
    ("hamba", "price-set-from-a-float"): Loss(_shopper("19.98", "1990-03-04"), _CENT),
}
"""By producer and value."""
