"""Records as Avro's own JSON encoding has them."""

from __future__ import annotations

from typing import Any

import pytest

from consumer.commands.preview.avro_json import unwrapped


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ({"email": {"string": "jane@example.com"}}, {"email": "jane@example.com"}),
        ({"email": None}, {"email": None}),
        ({"total": {"double": 19.9}, "count": {"long": 3}}, {"total": 19.9, "count": 3}),
        ({"lines": {"array": [{"sku": {"string": "a"}}]}}, {"lines": [{"sku": "a"}]}),
        ({"tags": {"map": {"tier": {"string": "gold"}}}}, {"tags": {"tier": "gold"}}),
        ({"buyer": {"com.shop.Buyer": {"vip": {"boolean": True}}}}, {"buyer": {"vip": True}}),
        ({"status": {"com.shop.Status": "PAID"}}, {"status": "PAID"}),
        ({"after": {"shop.public.customers.Value": {"id": 7}}}, {"after": {"id": 7}}),
    ],
)
def test_the_name_of_a_branch_is_taken_off(written: Any, meant: Any) -> None:
    assert unwrapped(written) == meant


@pytest.mark.parametrize(
    "plain",
    [
        {"email": "jane@example.com", "total": 19.9},
        {"buyer": {"email": "jane@example.com"}},
        {"instrument": {"string": 3}},
        {"counts": {"int": 1.5}},
        {"place": {"string": "a", "int": 3}},
        {"a.b": 7},
        {"settings": {"ui.theme": {"dark": True}}},
        {"settings": {"ui.theme": "dark"}},
        {"rates": {"nl.EUR": {"buy": 1.5}}},
        {"rates": {"nl.Eur": "1.05"}},
        {"seen": {"example.com": "2026-01-31"}},
        {"sites": {"www.Example.com": {"visits": 3}}},
        [],
    ],
)
def test_other_json_stays_as_it_is(plain: Any) -> None:
    """A record may have one field alone, and that may be named like a type."""
    assert unwrapped(plain) == plain
