"""How old an event may be."""

from __future__ import annotations

import pytest

from consumer.age import AgeLimit

NOW_MS = 1_800_000_000_000


@pytest.mark.parametrize(("age_ms", "exceeded"), [(0, False), (60_000, False), (60_001, True), (-5_000, False)])
def test_an_event_is_too_old_when_it_is_older_than_the_limit(age_ms: int, exceeded: bool) -> None:  # noqa: FBT001
    assert AgeLimit(60).exceeded(NOW_MS - age_ms, NOW_MS) is exceeded


def test_without_a_limit_or_a_time_nothing_is_too_old() -> None:
    assert not AgeLimit(0).exceeded(0, NOW_MS)
    assert not AgeLimit(60).exceeded(None, NOW_MS)
