"""Names as Bluecore writes them."""

from __future__ import annotations

import pytest

from consumer.mapping.names import as_name, is_name, normalised


@pytest.mark.parametrize("written", ["First-Name", "first name", " FIRST_NAME ", "First - Name"])
def test_first_name_in_bluecores_spelling(written: str) -> None:
    assert normalised(written) == "first_name"


@pytest.mark.parametrize("name", ["first_name", "a1", "x"])
def test_a_name_that_bluecore_takes(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize("name", ["", "1a", "First", "a-b", "a b", "naïve", "a.b"])
def test_a_name_that_bluecore_ignores(name: str) -> None:
    assert not is_name(name)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("store_visit!", "store_visit"),
        ("Store Visit", "store_visit"),
        ("2nd-visit", "nd_visit"),
        ("!!", None),
        ("a.b", "a_b"),
    ],
)
def test_the_name_that_bluecore_takes(written: str, name: str | None) -> None:
    assert as_name(written) == name
