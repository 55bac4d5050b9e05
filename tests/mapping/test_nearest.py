"""What is missing is told with where it was looked for, and with the field that was probably meant."""

from __future__ import annotations

import pytest

from consumer.mapping.nearest import with_nearest

LOOKED = "looked for products"


@pytest.mark.parametrize(
    ("record", "told"),
    [
        ({"email": "jane", "products_v2": []}, "looked for products; the record has products_v2"),
        ({"email": "jane", "Product": []}, "looked for products; the record has Product"),
        ({"email": "jane", "products": None}, LOOKED),
        ({"email": "jane"}, LOOKED),
        (None, LOOKED),
    ],
)
def test_the_field_that_was_probably_meant_is_named(record: object, told: str) -> None:
    assert with_nearest(LOOKED, {"products"}, record) == told


def test_an_expression_that_may_look_anywhere_guesses_nothing() -> None:
    assert with_nearest("path *", None, {"product": []}) == "path *"
