"""The products of a route held against the schema."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from tests.commands.typecheck.checked import FIELDS, check, said, version

EMAIL = {"email": "buyer.email"}


def lines(**fields: str) -> list[str]:
    return said(check(fields=FIELDS | {key.replace("__", "."): path for key, path in fields.items()}))


def record(*fields: dict[str, Any]) -> Any:
    all_fields = [{"name": "email", "type": "string"}, *fields]
    return [version({"type": "record", "name": "Viewed", "fields": all_fields})]


def test_products_whose_elements_are_no_records() -> None:
    (line,) = lines(products="lines[].sku")
    assert line.startswith("error fields.products: has elements of type string, and each must be a record with an id")


def test_products_some_of_whose_elements_may_be_null() -> None:
    found = lines(products="[lines[0], lines[1]]")
    assert "warning fields.products: has elements that may be null: such a record is refused" in found


@pytest.mark.parametrize(
    ("name", "path", "says"),
    [
        (
            "price",
            "sku",
            "is string, and Bluecore documents a number: it is sent, and may be ignored; `as: number` converts",
        ),
        ("quantity", "gift", "is boolean, and Bluecore documents a number: it is sent, and may be ignored"),
        ("name", "parts", "is array, and Bluecore documents text: it is sent, and may be ignored"),
    ],
)
def test_a_field_of_another_type_than_bluecore_documents(name: str, path: str, says: str) -> None:
    assert lines(**{f"products__{name}": path}) == [f"warning fields.products.{name}: {says}"]


def test_any_other_field_rides_along_as_it_is() -> None:
    assert lines(products__parts="parts", products__gift="gift") == []


def test_one_product_alone_is_a_list_of_one() -> None:
    assert lines(products="max_by(lines, &price) || lines[0]") == [
        "warning fields.products: may be null: such a record is refused as missing_field"
    ]


class TestFlat:
    SKU: ClassVar[Any] = {"name": "sku", "type": "string"}

    def test_a_single_product_at_the_top_of_the_record(self) -> None:
        assert check("viewed_product", record(self.SKU, {"name": "price", "type": "double"})) == []

    def test_whose_fields_are_checked_as_those_of_a_list(self) -> None:
        found = said(check("viewed_product", record(self.SKU, {"name": "price", "type": "string"})))
        assert [line.partition(",")[0] for line in found] == ["warning fields.products.price: is string"]

    def test_whose_id_must_be_an_id(self) -> None:
        found = said(check("viewed_product", record(self.SKU | {"type": "double"})))
        assert [line.partition(",")[0] for line in found] == ["error fields.products.id: is number"]

    def test_that_may_be_missing(self) -> None:
        found = said(check("viewed_product", record(self.SKU | {"type": ["null", "string"]})))
        assert found == ["warning fields.products: may be null: such a record is refused as missing_field"]

    def test_or_a_list_where_there_is_one(self) -> None:
        listed = {"name": "products", "type": ["null", {"type": "array", "items": "string"}]}
        found = said(check("viewed_product", record(self.SKU, listed)))
        assert [line.partition(",")[0] for line in found] == ["error fields.products: has elements of type string"]

    def test_a_bare_id_is_the_records_own(self) -> None:
        assert said(check("viewed_product", record({"name": "id", "type": "string"}))) == [
            "error fields.products: is required, and the schema has none of these names"
        ]


def test_products_that_only_some_of_the_events_need() -> None:
    choice = {"path": "paid", "values": {True: "viewed_product", False: "optin"}}
    assert said(check(choice, fields=EMAIL)) == [
        "warning fields.products: is required, and the schema has none of these names"
    ]


def test_what_rides_along_is_named_until_a_field_is_mapped() -> None:
    """Without a mapped `products.x` all that a product has is sent, whatever it is."""
    source = {name: path for name, path in FIELDS.items() if not name.startswith("products.")}
    (line,) = said(check(fields=source))
    assert line == (
        "info fields.products: of each product, gift, parts ride along: once a products.x is mapped, only what is "
        "mapped is sent, and name, price, quantity"
    )
    assert said(check(fields=source | {"products.id": "sku"})) == []


def test_of_products_that_are_maps_every_key_rides_along() -> None:
    products = {"name": "products", "type": {"type": "array", "items": {"type": "map", "values": "string"}}}
    found = said(check("wishlist", record(products)))
    assert any("every key of a map ride along" in line for line in found)
