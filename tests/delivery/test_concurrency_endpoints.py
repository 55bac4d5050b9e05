"""The limit that is found, beside the best of all fixed ones, on endpoints of many kinds."""

from __future__ import annotations

import pytest

from tests.delivery.endpoints import ENDPOINTS, fixed, found
from tests.support.pages import page

SEEDS = (1, 2, 3)
TABLE = page("docs/delivery.md")["How many requests at a time"].table("endpoint")


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", ENDPOINTS)
def test_it_brings_nine_tenths_of_the_best_fixed_limit(name: str, seed: int) -> None:
    """After the warm-up, which the endpoint names."""
    assert found(name, seed).rate >= 0.9 * fixed(name, seed).rate


@pytest.mark.parametrize("seed", SEEDS)
def test_a_limit_that_was_pushed_back_is_remembered(seed: int) -> None:
    """Held just below, with hardly a failure: not a saw's teeth."""
    run = found("503 at once above 24 in flight", seed)
    assert run.limit == 24
    assert run.failed <= 0.01


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("16 workers and a queue, exponential service", 32),
        ("100 a second, the rest queues without end", 8),
    ],
)
def test_a_queue_is_not_filled_for_nothing(name: str, most: int, seed: int) -> None:
    """What would bring as much is not passed by far."""
    assert found(name, seed).limit <= most


def test_few_requests_leave_the_limit_as_it_is() -> None:
    assert found("few requests: 20 a second", 1).limit == 16


def test_the_documented_table_is_what_is_found() -> None:
    """Each endpoint is in it; the shares may differ by some hundredths from one machine to another."""
    documented = {name: float(share) for name, _, _, _, share in TABLE}
    computed = {name: found(name, 1).rate / fixed(name, 1).rate for name in ENDPOINTS}
    assert documented == pytest.approx(computed, abs=0.03)
