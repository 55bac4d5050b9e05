"""Where the value of a field comes from."""

from __future__ import annotations

from typing import Any

import pytest

from consumer.config.route import FieldConfig
from consumer.mapping.errors import RefusedError
from consumer.mapping.readers import read_into, reader
from consumer.records import Reason


@pytest.mark.parametrize(
    ("own_names", "record", "found"),
    [
        (("city",), {"city": "Boston"}, "Boston"),
        (("city",), {"city": ""}, None),
        (("city",), {}, None),
        (("product_id", "sku"), {"product_id": "", "sku": "s"}, "s"),
        (("product_id", "sku"), {"product_id": 0, "sku": "s"}, 0),
        (("customer.city", "city"), {"customer": {"city": "Boston"}, "city": "Bonn"}, "Boston"),
        (("customer.city", "city"), {"customer": {"city": ""}, "city": "Bonn"}, "Bonn"),
        (("customer.city", "city"), {"customer": "c-1", "city": "Bonn"}, "Bonn"),
        (("customer.city", "city"), {"customer": None, "city": ""}, None),
        (("email", "customer.email"), {"email": None, "customer": {"email": "e"}}, "e"),
        (("email", "customer.email"), {}, None),
    ],
)
def test_an_unmapped_field_is_the_first_of_its_own_names_with_a_value(
    own_names: tuple[str, ...], record: dict[str, Any], found: object
) -> None:
    assert reader("field", None, own_names).read(record) == found


def test_a_mapped_field_is_what_its_path_finds_and_nothing_else() -> None:
    mapped = reader("city", "address.town", ("city",))
    assert mapped.read({"city": "Boston", "address": {"town": "Bonn"}}) == "Bonn"
    assert mapped.read({"city": "Boston"}) is None


def test_a_value_is_converted_before_it_is_held_against_its_rule() -> None:
    mapped = reader("vip", FieldConfig.model_validate({"path": "vip", "as": "boolean"}))
    assert mapped.read({"vip": "yes"}) is True


def test_a_refusal_says_which_field_which_rule_and_where_it_was_looked_for() -> None:
    mapped = reader("vip", FieldConfig.model_validate({"path": "is_vip", "as": "boolean"}))
    for read in (mapped.read, lambda record: read_into({}, [mapped], record)):
        with pytest.raises(RefusedError, match=r"^vip: is no boolean \(path is_vip\)$") as refused:
            read({"is_vip": "perhaps"})
        assert (refused.value.reason, refused.value.field) == (Reason.INVALID_FIELD, "vip")


def test_a_required_field_without_a_value_is_missing() -> None:
    with pytest.raises(RefusedError, match=r"^order_id: missing \(looked for order_id\)$"):
        reader("order_id", None, ("order_id",)).require({})


def test_what_has_no_value_is_left_out() -> None:
    target: dict[str, Any] = {}
    read_into(target, [reader("a", "a"), reader("b", "b")], {"a": 1, "b": None})
    assert target == {"a": 1}
