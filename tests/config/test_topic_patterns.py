"""A pattern takes the same topics whoever reads it; what would not is refused, with the way to write it."""

from __future__ import annotations

import re

import pytest

from consumer.config.topic_patterns import fault, subscribed


@pytest.mark.parametrize(
    "pattern",
    [
        "^shop",
        r"^shop\..*",
        "^shop[.].*",
        r"^shop\.events\.(us|ca)$",
        r"^shop\.v[0-9]+$",
        "^[a-z]{2}[.]orders$",
        "^(a|b(c|d)*)?x{2,3}$",
        "^a_b-c{2,}",
        "^[^.]+$",
        "^.*orders$",
    ],
)
def test_what_all_read_alike_is_accepted(pattern: str) -> None:
    assert fault(pattern) is None


@pytest.mark.parametrize(
    ("pattern", "instead"),
    [
        (r"^shop\.v\d+$", r"^shop\.v[0-9]+$"),
        (r"^shop\.\w+", r"^shop\.[A-Za-z0-9_]+"),
        (r"^shop\.(?:us|ca)$", r"^shop\.(us|ca)$"),
        (r"^shop\-a", "^shop-a"),
        (r"^shop\.a$|^shop\.b$", ""),
        (r"^shop\.a|shop\.b", r"^(shop\.a|shop\.b)"),
        ("^a|b$", "^(a|b)$"),
    ],
)
def test_another_way_to_write_it_is_told(pattern: str, instead: str) -> None:
    """It is itself accepted, and takes what was meant."""
    message = fault(pattern)
    assert message is not None
    assert "is not read alike" in message
    if instead:
        assert message.endswith(f"; write {instead}")
        assert fault(instead) is None


@pytest.mark.parametrize(
    "pattern",
    [
        "^a*?",
        "^a++",
        "^a{2}{3}",
        "^a{300}",
        "^a{,2}",
        "^(?i)a",
        "^(?=a)a",
        "^[[:alpha:]]",
        r"^[\d]",
        "^[a&&b]",
        "^[]a]",
        "^a$b",
        "^a^b",
        "^(a|)",
        "^(|a)",
        "^()",
        "^*a",
        r"^a\b",
        r"^a\$",
        "^ä",
        "^a b",
    ],
)
def test_what_is_not_read_alike_is_refused_with_what_is(pattern: str) -> None:
    message = fault(pattern)
    assert message is not None
    assert "they share names" in message


@pytest.mark.parametrize("pattern", ["^shop", r"^shop\.a", "^shop.*", "^shop$", "^(a|b)", "^(a|b)$"])
@pytest.mark.parametrize("topic", ["shop", "shop.a", "shop.ab", "a", "ab", "b"])
def test_kafka_is_given_one_that_means_the_same_for_whole_names(pattern: str, topic: str) -> None:
    """The brokers match the whole name, this program its beginning."""
    assert (re.fullmatch(subscribed(pattern), topic) is None) == (re.match(pattern, topic) is None)
