"""One customer's consent is asked for: patiently in an outage, within the quota, and with a sentence at the end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.responses import JSONResponse, Response

from consumer.bluecore.access_tokens import access_tokens
from consumer.bluecore.consent_reader import (
    ConsentReader,
    ConsentUnavailable,
    ConsentUnreadable,
    Stopped,
)
from consumer.bluecore.consent_states import Status
from consumer.bluecore.read_pace import ReadPace
from consumer.config.destinations import BluecoreConfig
from consumer.sandbox.serve import serve
from tests.support.rest_api import RestApi, rest_api_section, status

NAMESPACE = "shop one"


class At:
    """The reader's surroundings: the server, and the event that ends its waits."""

    def __init__(self, api: RestApi, url: str) -> None:
        self.api = api
        self.url = url
        self.stop = threading.Event()

    def reader(self, url: str = "", waits: Callable[[float, float], object] = lambda *_: None) -> ConsentReader:
        section = rest_api_section(self.url)
        if url:
            section = section.model_copy(update={"url": url})
        config = BluecoreConfig.model_validate({"namespace": NAMESPACE, "rest_api": section})
        tokens = access_tokens(section)
        return ConsentReader(config, tokens, ReadPace(0.75), stop=self.stop, waits=waits)


@pytest.fixture
def at() -> Iterator[At]:
    api = RestApi()
    with serve(api) as url:
        yield At(api, url)


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "consumer.bluecore.consent_reader._BACKOFF", type("Short", (), {"seconds": lambda *_: 0.01})()
    )


@pytest.mark.parametrize("customer", ["jane+shop@example.com", "+12025550100"])
def test_the_state_is_read_with_the_id_of_the_answer(at: At, customer: str) -> None:
    at.api.states[NAMESPACE][customer] = "UNSUBSCRIBED"
    found = at.reader().read(customer)
    assert [each.status for each in found.states] == [Status.UNSUBSCRIBED]
    assert found.request_id == "id-1"
    assert at.api.reads == [(NAMESPACE, customer)]


def test_who_is_not_there_has_no_state(at: At) -> None:
    assert at.reader().read("nobody@example.com").states == ()


def test_who_waits_for_the_quota_is_told_for_how_long_and_at_which_pace(at: At) -> None:
    at.api.limit = "2;w=1"
    told: list[tuple[float, float]] = []
    reader = at.reader(waits=lambda seconds, per_second: told.append((seconds, per_second)))
    reader.read("a@example.com")
    assert told == []
    reader.read("b@example.com")
    assert 0 < told[0][0] <= 1
    assert told[0][1] == 1


def test_a_token_that_is_refused_is_fetched_anew_once(at: At) -> None:
    reader = at.reader()
    reader.read("a@example.com")
    at.api.revoked.add("t1")
    reader.read("b@example.com")
    assert len(at.api.token_requests) == 2
    at.api.revoked.update({"t2", "t3"})
    with pytest.raises(ConsentUnavailable, match=r"answers 401 .*: it takes no token of this client"):
        reader.read("c@example.com")
    assert len(at.api.token_requests) == 3


def test_many_threads_stay_within_the_quota(at: At) -> None:
    """None of the requests is refused: of 15 a second 11 are asked, and so 4 may arrive late."""
    at.api.limit = "1000;w=60;burst=15;w=1"
    reader = at.reader()
    reader.read("first@example.com")
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(reader.read, [f"{number}@example.com" for number in range(40)]))
    assert (len(at.api.reads), at.api.refused) == (41, 0)
    assert at.api.most_in_a_second <= 15


def test_a_429_is_waited_out(at: At) -> None:
    """Whatever it is for: the quota may be others'."""
    at.api.limit = "1000;w=60;burst=1;w=1"
    reader = at.reader()
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(reader.read, ["a@example.com", "b@example.com", "c@example.com"]))
    assert len(at.api.reads) == 3


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (status(500, 13, "try again"), r"answers 500 \(try again\)"),
        (status(403, 7, "no such right"), r"answers 403 \(no such right\): does the key allow eligibility:read"),
        (Response("not here", 404), r"answers 404: check rest_api.url, with its whole path"),
        (Response("", 302, {"location": "https://elsewhere/"}), "answers 302: check rest_api.url"),
    ],
)
def test_an_api_that_cannot_be_asked_is_a_sentence(at: At, answer: Response, says: str) -> None:
    at.api.instead = answer
    with pytest.raises(ConsentUnavailable, match=says):
        at.reader().read("jane@example.com")


def test_an_api_that_is_away_is_a_sentence(at: At) -> None:
    with pytest.raises(ConsentUnavailable, match=r"127.0.0.1:1/api does not answer \(refused\)"):
        at.reader("http://127.0.0.1:1/api").read("jane@example.com")


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (status(422, 3, "email is no address"), r"refuses the customer: it answers 422 \(email is no address\)"),
        (status(422, 3, "+15556667777 is odd"), r"it answers 422 \(\*\*\* is odd\)"),
        (JSONResponse({"states": []}), r"not of the form that is documented: data is missing \(x-bluecore-id id-1\)"),
        (Response("<html>"), "not of the form that is documented: it is no JSON object"),
    ],
)
def test_an_answer_that_says_nothing_of_this_customer_is_a_sentence(at: At, answer: Response, says: str) -> None:
    at.api.instead = answer
    with pytest.raises(ConsentUnreadable, match=says):
        at.reader().read("jane@example.com")


def test_an_outage_that_ends_is_survived(at: At) -> None:
    at.api.states[NAMESPACE]["jane@example.com"] = "SUBSCRIBED"
    at.api.scripted = [status(503, 14, "busy"), status(500, 13, "busy")]
    assert at.reader().read("jane@example.com").states[0].status is Status.SUBSCRIBED


def test_a_wait_ends_when_it_is_told_to(at: At) -> None:
    at.api.instead = status(429, 8, "later")
    at.api.instead.headers["retry-after"] = "300"
    reader = at.reader()
    threading.Timer(0.2, at.stop.set).start()
    with pytest.raises(Stopped):
        reader.read("jane@example.com")
