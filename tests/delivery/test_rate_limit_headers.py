"""Headers come from outside: what parses is honoured, what does not says nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.delivery.rate_limit_headers import Quota, quota, retry_after
from tests.delivery.samples import NOW

NOON = datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)
WORDS = st.text(max_size=40) | st.from_regex(r"[A-Z][a-z]{2}, \d{1,6} [A-Z][a-z]{2} \d{1,20} \d+:\d+:\d+ [-+A-Z0-9]*")


@pytest.fixture
def new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose clock shows New York's time."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "America/New_York")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("new_york")
@pytest.mark.parametrize(
    "date",
    ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"],
)
def test_the_three_forms_of_an_http_date(date: str) -> None:
    """All mean UTC, wherever the service runs (RFC 9110 5.6.7)."""
    assert retry_after({"retry-after": date}, NOON.timestamp() - 90) == 90


@pytest.mark.parametrize(("text", "seconds"), [("120", 120), ("0", 0), ("1.5", 1.5), (" 3 ", 3)])
def test_seconds(text: str, seconds: float) -> None:
    assert retry_after({"retry-after": text}, NOW) == seconds


def test_a_date_that_has_passed_is_no_wait() -> None:
    assert retry_after({"retry-after": format_datetime(NOON, usegmt=True)}, NOW) == 0


@pytest.mark.parametrize("text", ["", "soon", "-5", "inf", "nan", "1e999", "Sun, 99 Nov 1994 08:49:37 GMT"])
def test_a_wait_that_does_not_parse_says_nothing(text: str) -> None:
    assert retry_after({"retry-after": text}, NOW) is None


def test_no_header_says_nothing() -> None:
    assert retry_after({}, NOW) is None
    assert quota({}, NOW) is None


@pytest.mark.parametrize("prefix", ["ratelimit-", "x-ratelimit-"])
def test_a_quota(prefix: str) -> None:
    assert quota({prefix + "remaining": "7", prefix + "reset": "30"}, NOW) == Quota(7, 30)


def test_a_reset_may_be_a_point_in_time() -> None:
    """GitHub and others give seconds since the epoch where the draft says seconds from now."""
    assert quota({"x-ratelimit-remaining": "7", "x-ratelimit-reset": str(int(NOW) + 30)}, NOW) == Quota(7, 30)


@pytest.mark.parametrize(
    "headers",
    [
        {"ratelimit-remaining": "7"},
        {"ratelimit-reset": "30"},
        {"ratelimit-remaining": "many", "ratelimit-reset": "30"},
        {"ratelimit-remaining": "-1", "ratelimit-reset": "30"},
        {"ratelimit-remaining": "7", "ratelimit-reset": "nan"},
    ],
)
def test_half_a_quota_is_none(headers: dict[str, str]) -> None:
    assert quota(headers, NOW) is None


@given(date=st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1)).map(lambda date: date.replace(microsecond=0)))  # noqa: DTZ001 - Hypothesis takes its bounds without a zone
def test_any_date_is_the_wait_until_then(date: datetime) -> None:
    aware = date.replace(tzinfo=UTC)
    text = format_datetime(aware, usegmt=True)

    assert retry_after({"retry-after": text}, (aware - timedelta(seconds=5)).timestamp()) == 5


@given(text=WORDS)
def test_no_header_raises_or_asks_for_a_wait_below_nothing(text: str) -> None:
    wait = retry_after({"retry-after": text}, NOW)
    left = quota({"ratelimit-remaining": text, "ratelimit-reset": text}, NOW)

    assert wait is None or wait >= 0
    assert left is None or (left.remaining >= 0 and left.reset_seconds >= 0)
