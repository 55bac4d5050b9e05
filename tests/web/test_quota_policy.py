"""The windows of a quota, in each form in which endpoints tell of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.web.quota_policy import Policy, policies, policy_text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("700;w=60;burst=75;w=1", [(75, 1), (700, 60)]),
        ("1000;w=60", [(1000, 60)]),
        ("10, 10;w=1, 50;w=60, 1000;w=3600", [(10, 1), (50, 60), (1000, 3600)]),
        ('100;w=60;comment="fixed window"', [(100, 60)]),
        ("100", []),
        ("", []),
        ("many;w=60", []),
        ("100;w=0", []),
        ("0;w=60", []),
        ("w=60", []),
        ("1;w=1;" * 100, [(1, 1)] * 4),
    ],
)
def test_each_window_is_read_and_nothing_else(text: str, found: list[tuple[int, int]]) -> None:
    assert list(policies(text)) == [Policy(*each) for each in found]


def test_both_spellings_are_read() -> None:
    assert policy_text({"ratelimit-limit": "5;w=1"}) == "5;w=1"
    assert policy_text({"x-ratelimit-limit": "7;w=1", "ratelimit-limit": "5;w=1"}) == "7;w=1"
    assert not policy_text({})


@given(st.text(alphabet="0123456789;,w=burst ", max_size=300))
def test_whatever_it_says_there_are_few_windows_and_each_has_something(text: str) -> None:
    found = policies(text)
    assert len(found) <= 4
    assert all(each.limit > 0 and each.seconds > 0 for each in found)
