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
FIELDS = st.text(max_size=60) | st.text('"\\;,=rtw remaining reset0123456789.-e', max_size=60)


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


@pytest.mark.parametrize(
    ("field", "left"),
    [
        ("limit=100, remaining=0, reset=3", Quota(0, 3)),
        ("limit=100,remaining=50,reset=5", Quota(50, 5)),
        ("limit=100;w=60, remaining=7, reset=30", Quota(7, 30)),
        ("Limit=100, Remaining=7, Reset=30", Quota(7, 30)),
        ('"default";r=0;t=3', Quota(0, 3)),
        ('"default"; r=50; t=30', Quota(50, 30)),
        ("default;r=50;t=30", Quota(50, 30)),
        ('"d;a,y";r=7;t=30', Quota(7, 30)),
        ('"a \\"quoted\\" name";r=7;t=30', Quota(7, 30)),
        ('"minute";r=50;t=30, "day";r=9;t=3600', Quota(9, 3600)),
        ('"minute";r=0;t=30, "day";r=0;t=3600', Quota(0, 3600)),
        ('"default";r=7;t=30;pk=:cHNrZXk=:', Quota(7, 30)),
        ('"broken";r=;t=3, "default";r=7;t=30', Quota(7, 30)),
    ],
)
def test_a_quota_in_one_field(field: str, left: Quota) -> None:
    """Both forms of the draft; of several policies the tightest counts."""
    assert quota({"ratelimit": field}, NOW) == left


@pytest.mark.parametrize(
    "field",
    [
        "",
        "100",
        "limit=100, remaining=0",
        "remaining=none, reset=3",
        "remaining=-1, reset=3",
        '"default";r=0',
        '"default";t=3',
        '"default";r=x;t=3',
        '"default;r=0;t=3',
        ",;=,;",
        '"""',
    ],
)
def test_a_field_that_does_not_parse_says_nothing(field: str) -> None:
    assert quota({"ratelimit": field}, NOW) is None


def test_the_policy_tells_the_window_of_an_item_without_its_time() -> None:
    assert quota({"ratelimit": '"d";r=0', "ratelimit-policy": '"d";q=100;w=60'}, NOW) == Quota(0, 60)


def test_a_quota_of_bytes_is_none_of_requests() -> None:
    headers = {
        "ratelimit": '"b";r=0;t=60, "d";r=9;t=5',
        "ratelimit-policy": '"b";q=1000;qu="content-bytes", "d";q=10',
    }
    assert quota(headers, NOW) == Quota(9, 5)


def test_of_several_headers_the_tightest_counts() -> None:
    headers = {"ratelimit": '"d";r=9;t=5', "x-ratelimit-remaining": "3", "x-ratelimit-reset": "60"}
    assert quota(headers, NOW) == Quota(3, 60)


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


@given(field=FIELDS, policies=FIELDS)
def test_no_field_raises_or_tells_less_than_nothing(field: str, policies: str) -> None:
    left = quota({"ratelimit": field, "ratelimit-policy": policies}, NOW)

    assert left is None or (left.remaining >= 0 and left.reset_seconds >= 0)
