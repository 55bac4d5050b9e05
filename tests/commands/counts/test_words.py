"""Names, whichever way they are written."""

from __future__ import annotations

import pytest

from consumer.commands.counts.words import joined, words_of


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("buyerEmailAddress", ("buyer", "email", "address")),
        ("buyer_email-address", ("buyer", "email", "address")),
        ("orderID", ("order", "id")),
        ("URLPath", ("url", "path")),
        ("address1", ("address", "1")),
        ("prénom", ("prenom",)),
        ("", ()),
    ],
)
def test_a_name_is_its_words(name: str, words: tuple[str, ...]) -> None:
    assert words_of(name) == words


def test_the_words_in_one() -> None:
    assert joined("Order-Id") == joined("orderID") == "orderid"
