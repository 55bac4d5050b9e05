"""What the log may say of a refusal: fields of the contract, and never a value."""

from __future__ import annotations

import pytest

from consumer.pipeline.refusal import named_fields, why
from consumer.records import Failure, Outcome, Reason, Stage

HEADER = "__connect.errors.exception.message"


def refused(message: str, status: int | None = 400, outcome: Outcome = Outcome.DEAD_LETTER) -> Failure:
    return Failure(outcome, Reason.REJECTED, Stage.DELIVER, message, status)


@pytest.mark.parametrize(
    ("answer", "named"),
    [
        ('{"errors":[{"field":"properties.total","message":"is missing"}]}', ["properties.total"]),
        ("properties.products[0].id: The product's id is missing.", ["properties.products[0].id"]),
        ("properties.products.0.id must be a string", ["properties.products.0.id"]),
        ("missing required field: order_id", ["order_id"]),
        ('"email" is not valid', ["email"]),
        ("order_id is missing, properties.customer.email is none", ["properties.customer.email"]),
        ("The customer has no valid email in this event", []),
        ("properties.customer.jane_doe is unknown", []),
        ("jane.doe@example.com lives in Boston", []),
        ("order_id order_id search_term total_x distinct_id client_id", ["order_id", "search_term", "distinct_id"]),
        (
            "properties.customer.birthday[1990] and products[0].price",
            ["properties.customer.birthday", "products[0].price"],
        ),
        ("", []),
    ],
)
def test_only_names_of_the_contract_are_taken_from_an_answer(answer: str, named: list[str]) -> None:
    assert named_fields(answer) == named


def test_an_answer_is_told_by_what_it_names_and_where_it_is() -> None:
    told = why(refused("properties.order_id: jane@example.com is none"))
    where = f"its answer is in the header {HEADER} of the record in the dead-letter topic"
    assert told == f"Bluecore names properties.order_id: {where}"
    assert "jane" not in told


def test_one_that_names_nothing_is_told_by_where_it_is() -> None:
    told = why(refused("jane@example.com? Never!", 422, Outcome.RETRY))
    assert told.startswith("Bluecore says why, and may quote the record: its answer is in the header")
    assert told.endswith("of the record in the retry topic")


@pytest.mark.parametrize(("message", "status"), [("HTTP 503", 503), ("email: missing (path buyer.mail)", None)])
def test_what_quotes_nothing_is_told_as_it_is(message: str, status: int | None) -> None:
    """An answer without a body, and what the mapping says."""
    assert why(refused(message, status)) == message


def test_what_a_rest_api_has_stored_otherwise_is_said_in_full() -> None:
    """It is our sentence, of statuses and names."""
    sentence = "Bluecore has UNSUBSCRIBED since 2026-01-01T00:00:00Z for MARKETING, which was to be SUBSCRIBED"
    assert why(Failure(Outcome.DEAD_LETTER, Reason.NOT_APPLIED, Stage.DELIVER, sentence, 200)) == sentence


def test_the_message_of_a_rest_api_is_shown_without_phone_numbers() -> None:
    failure = Failure(
        Outcome.DEAD_LETTER, Reason.REJECTED, Stage.DELIVER, "+1555 666-7777 is none", 422, request_id="b"
    )
    assert why(failure) == "Bluecore says: *** is none"
