"""What Bluecore's fields must be, and what each becomes on the way."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import orjson
import pytest

from consumer.mapping.errors import InvalidValueError
from consumer.mapping.fields import ACCEPT, NORMALISED, phone_of


@pytest.mark.parametrize(
    ("value", "accepted"),
    [("SKU-1", "SKU-1"), (" 7 ", " 7 "), (0, "0"), (2040, "2040"), ("", None), (" \t", None)],
)
def test_an_id_is_text_or_a_whole_number_and_a_blank_one_is_missing(value: object, accepted: str | None) -> None:
    assert ACCEPT["order_id"](value) == accepted


@pytest.mark.parametrize("value", [True, False, 1.0, Decimal(7), ["a"], {}])
def test_anything_else_is_no_id(value: object) -> None:
    with pytest.raises(InvalidValueError, match="must be text or a whole number"):
        ACCEPT["order_id"](value)


@pytest.mark.parametrize(("value", "written"), [(Decimal("19.90"), "19.90"), (7, "7"), (1.5, "1.5"), (0, "0")])
def test_a_total_is_a_number_with_its_digits(value: Any, written: str) -> None:
    assert orjson.dumps(ACCEPT["total"](value)).decode() == written


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (True, "must be a number; `as: number` converts text"),
        ("19.90", "must be a number; `as: number` converts text"),
        (float("nan"), "is not a finite number"),
        (Decimal("Infinity"), "is not a finite number"),
    ],
)
def test_what_is_no_total_is_refused(value: object, message: str) -> None:
    with pytest.raises(InvalidValueError, match=message):
        ACCEPT["total"](value)


def test_an_address_is_normalised_and_so_is_an_id_that_is_one() -> None:
    """Or one customer would be two."""
    assert NORMALISED["email"](" Jane@Example.com ") == "jane@example.com"
    assert NORMALISED["distinct_id"](" Jane@Example.com ") == "jane@example.com"
    assert NORMALISED["distinct_id"](" Jane-7 ") == " Jane-7 "
    assert NORMALISED["distinct_id"](" ") is None


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("+1 (415) 555-0100", "+14155550100"),
        ("(415) 555-0100", "+14155550100"),
        ("+49 30 901820", "+4930901820"),
        (4155550100, "+14155550100"),
        ("", None),
        ("  ", None),
    ],
)
def test_a_phone_is_written_as_e164_and_without_a_country_it_is_one_of_the_region(
    value: object, written: str | None
) -> None:
    assert phone_of("US")(value) == written


@pytest.mark.parametrize("value", ["12", "call me", "+999 1234567", "415 555 0100 0100 0100"])
def test_what_cannot_be_a_phone_is_refused(value: str) -> None:
    """`12` would be sent as `+112`."""
    with pytest.raises(InvalidValueError, match="is no phone number"):
        phone_of("US")(value)


def test_a_phone_is_text_or_a_whole_number() -> None:
    with pytest.raises(InvalidValueError, match="must be text or a whole number"):
        phone_of("US")(4155550100.0)
