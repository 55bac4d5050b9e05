"""How long the REST APIs take for what lies in the topics, by their documented quota."""

from __future__ import annotations

import pytest

from consumer.commands.rehearse.quotas import Load, loads
from consumer.commands.rehearse.tally import RowKey, Span, Tally
from consumer.config.model import Config
from tests.support.configs import SOUND

CLIENT = {"client_id": "c", "client_secret": "s"}
ROUTES = [
    {"topic": "shop.consent", "event": "optin", "api": "eligibility"},
    {"topic": "shop.customers", "event": "customer_patch", "api": "customers", "destination": "acme"},
    {"topic": "shop.orders", "event": "purchase"},
]
CONFIG = Config.model_validate(
    {
        **SOUND,
        "bluecore": {"namespace": "shop", "rest_api": CLIENT},
        "destinations": {"acme": {"namespace": "a"}},
        "routes": ROUTES,
    }
)


def tally(*, held: int = 0, seconds: int = 0) -> Tally:
    """600 requests of 300 records of consents, of a topic that holds so many, written in so many seconds."""
    found = Tally()
    found.row(RowKey(0, "shop.consent", "optin", "")).requests = 600
    found.spans["shop.consent"] = Span(0, 1000 * seconds, read=300, held=held)
    return found


def test_what_was_read_is_taken_for_the_whole_topic() -> None:
    (load,) = loads(tally(held=300_000), CONFIG).values()
    assert (load.requests, load.in_all) == (600, 600_000)
    assert load.seconds == pytest.approx(36_000), "1,000 in a minute"
    assert load.in_words("/eligibility") == (
        "The eligibility API would get 600,000 requests for all that the topics hold: at least 10 hours, as the "
        "documented quota is 1,000 a minute for the whole account."
    )


def test_a_topic_of_which_some_is_compacted_away_has_at_least_what_was_read() -> None:
    """Offsets span more than there are records, and never less."""
    assert loads(tally(held=10), CONFIG)["/eligibility"].in_all == 600


def test_a_pace_above_the_quota_falls_ever_further_behind() -> None:
    slow, fast = (loads(tally(seconds=each), CONFIG)["/eligibility"] for each in (60, 30))
    assert (slow.per_second, slow.exceeds) == (10, False)
    assert (fast.per_second, fast.exceeds) == (0, False), "written at once, which tells no pace"
    busy = Load(600, 600, 20)
    assert busy.exceeds
    assert busy.in_words("acme/customers").endswith(
        "The topics' real pace is 1,200 a minute: it would fall ever further behind."
    )
    assert "The customers API of acme would get 600 requests" in busy.in_words("acme/customers")


def test_only_what_goes_by_a_rest_api_is_told() -> None:
    found = tally()
    found.row(RowKey(2, "shop.orders", "purchase", "")).requests = 5
    found.row(RowKey(1, "shop.customers", "customer_patch", "acme")).requests = 7
    found.row(RowKey(None, "shop.orders", "", None)).requests = 9
    found.spans |= {"shop.orders": Span(), "shop.customers": Span()}
    assert {name: each.requests for name, each in loads(found, CONFIG).items()} == {
        "/eligibility": 600,
        "acme/customers": 7,
    }


def test_a_program_gets_figures() -> None:
    assert loads(tally(held=300, seconds=60), CONFIG)["/eligibility"].as_json() == {
        "requests": 600,
        "requests_of_all_records": 600,
        "first_load_seconds": 36.0,
        "requests_per_second": 10.0,
        "quota_per_minute": 1000,
        "exceeds_quota": False,
    }
