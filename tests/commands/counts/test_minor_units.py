"""Amounts in cents, by what names them in the languages of retailers, by documentation and by values."""

from __future__ import annotations

from decimal import Decimal

import pytest

from consumer.commands.counts.minor_units import divided, look_like_minor_units, says_minor_units


@pytest.mark.parametrize(
    "name",
    [
        *(
            "totaalCenten",
            "totaalcenten",
            "total_cents",
            "prijs_in_centen",
            "prijsincenten",
            "amount_minor",
            "minor_units",
            "beløpØre",
        ),
        *("montantCentimes", "price_pence", "preis_ct", "summa_öre", "betragEurocent", "tutar_kurus", "kwotaGrosze"),
    ],
)
def test_a_name_says_so(name: str) -> None:
    assert says_minor_units(name) == f"its name, {name}, says minor units such as cents"


@pytest.mark.parametrize(
    "name",
    [
        *("total", "procenten", "percent", "discount_per_cent", "recent_total", "docenten", "central", "prozent"),
        *("centre", "price_center", "valueCentral", "minor_version", "is_minor", "ore_lavorate", "ct_scans"),
    ],
)
def test_other_names_do_not(name: str) -> None:
    assert not says_minor_units(name)


@pytest.mark.parametrize(
    ("doc", "says"),
    [
        ("Amount in cents", True),
        ("Bedrag in centen, inclusief btw", True),
        ("in minor units of the currency", True),
        ("20 per cent off", False),
        ("Euro, not cents", False),
        ("a minor thing", False),
        ("", False),
    ],
)
def test_documentation_says_so(doc: str, says: bool) -> None:  # noqa: FBT001 - a table's column
    assert bool(says_minor_units("total", doc)) is says


@pytest.mark.parametrize(
    ("numbers", "do"),
    [
        ([90240, 4999, 1290], True),
        ([90240], True),
        ([902.4, 49.99], False),
        ([Decimal("902.00")], False),
        ([90240, 49.99], False),
        ([12, 1290, 4999], False),
        ([120, 150, 990], False),
        ([], False),
    ],
)
def test_large_whole_numbers_may_be_cents(numbers: list[float], do: bool) -> None:  # noqa: FBT001 - a table's column
    assert look_like_minor_units(numbers) is do


def test_the_expression_divides_the_whole() -> None:
    assert divided("totals.cents") == "totals.cents / `100`"
    assert divided("sum(lines[].cents)") == "sum(lines[].cents) / `100`"
    assert divided("a || b") == "(a || b) / `100`"
