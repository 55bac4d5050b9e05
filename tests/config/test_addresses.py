"""Several addresses stand in one text."""

from __future__ import annotations

import pytest

from consumer.config.addresses import addresses_in


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("http://a:8081", ("http://a:8081",)),
        ("http://a:8081,https://b", ("http://a:8081", "https://b")),
        (" http://a , http://b/path ", ("http://a", "http://b/path")),
        ("http://u:p,w@a,http://b", ("http://u:p,w@a", "http://b")),
        ("http://a,b", ("http://a,b",)),
    ],
)
def test_each_begins_as_an_address_does(text: str, addresses: tuple[str, ...]) -> None:
    assert addresses_in(text) == addresses
