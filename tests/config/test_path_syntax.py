"""Paths that are no JMESPath: where they cannot be read, and how names and texts are quoted."""

from __future__ import annotations

import pytest

from consumer.config.path_syntax import syntax_error

QUOTING = (
    "a name with anything but letters a to z, digits and underscores stands in double quotes, a text in single ones, "
    "as in \"order-id\" == 'A-1'"
)


@pytest.mark.parametrize("path", ["order.id", '"order-id"', "status == 'PAID'", "lines[?price > `10`] | [0]", "@"])
def test_an_expression_has_no_fault(path: str) -> None:
    assert syntax_error(path) is None


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("First Name", "First Name cannot be read from character 7 on (Name)"),
        ("stra\u00dfe", "stra\u00dfe cannot be read from character 5 on (\u00dfe)"),
        ("lines['sku']", "lines['sku'] cannot be read from character 7 on ('sku'])"),
        ("a\n! b", "a ! b cannot be read from character 3 on (! b)"),
        ("a #" + "b" * 30, f"a #{'b' * 30} cannot be read from character 3 on (#{'b' * 19}...)"),
    ],
)
def test_the_character_is_told_with_an_example_of_quoting(path: str, place: str) -> None:
    assert syntax_error(path) == f"{place}: {QUOTING}"


def test_a_name_with_a_dash_is_not_taken_for_a_difference() -> None:
    """`order-id` would be null on every record, without a word."""
    place = "order-id cannot be read from character 6 on (-id)"
    assert syntax_error("order-id") == f"{place}: {QUOTING}; a minus has blanks around it"
    assert syntax_error("total - discount") is None


def test_a_bare_number_is_told_how_it_is_written() -> None:
    place = "price * 100 cannot be read from character 9 on (100)"
    assert syntax_error("price * 100") == f"{place}: a number stands in backquotes, as in price * `100`"


@pytest.mark.parametrize("path", ["status = 'PAID'", "status='PAID'", "a == 'b' && status = 'PAID'"])
def test_one_sign_in_place_of_two_is_told(path: str) -> None:
    """Its text is quoted as it should be: that is not what is wrong."""
    told = syntax_error(path)
    assert told is not None
    assert told.endswith("'PAID'): two values are compared by two of them: write ==")


@pytest.mark.parametrize("quote", ["'", '"', "`"])
def test_a_quote_that_is_not_closed_is_named(quote: str) -> None:
    finding = f"a == {quote}b cannot be read from character 6 on ({quote}b)"
    assert syntax_error(f"a == {quote}b") == f"{finding}: the {quote} is never closed; {QUOTING}"


@pytest.mark.parametrize("path", ["status ==", "lines[", "buyer.", "length("])
def test_half_an_expression_ends_too_soon(path: str) -> None:
    assert syntax_error(path) == f"{path} ends too soon"


def test_a_blank_is_empty() -> None:
    assert syntax_error(" ") == "it is empty"


def test_what_is_nested_without_end_is_told_and_not_quoted() -> None:
    assert syntax_error("(" * 5000) == "it is nested too deeply"
