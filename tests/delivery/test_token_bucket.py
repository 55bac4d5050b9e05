"""So many a second, and no second sees more."""

from __future__ import annotations

import pytest

from consumer.delivery.token_bucket import TokenBucket
from tests.delivery.samples import NOW


@pytest.mark.parametrize("rate", [0.5, 3, 20, 200, 5000])
def test_no_second_sees_more_than_the_rate_and_little_is_given_away(rate: float) -> None:
    """Whoever takes all that there is, whenever there is any."""
    bucket, now, taken = TokenBucket(rate), NOW, list[float]()
    while now < NOW + 20:
        for _ in range(int(bucket.available(now))):
            bucket.take()
            taken.append(now)
        now = max(bucket.next_at(now), now + 0.001)
    busiest = max(sum(start <= at < start + 1 for at in taken) for start in taken[:: max(1, len(taken) // 50)])

    assert busiest <= max(1, rate)
    assert len(taken) >= 0.9 * 20 * rate - 1


def test_the_next_comes_at_its_time() -> None:
    bucket = TokenBucket(4)
    assert (bucket.available(NOW), bucket.next_at(NOW)) == (1, NOW)
    bucket.take()
    assert (bucket.available(NOW), bucket.next_at(NOW)) == (0, NOW + 0.25)
    assert bucket.available(NOW + 0.25) == 1


def test_what_was_not_taken_does_not_pile_up() -> None:
    bucket = TokenBucket(100)
    assert bucket.available(NOW + 3600) == 5
