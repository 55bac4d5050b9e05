"""Requests to the REST APIs are sent with a token: one that ended is replaced once, and none is the event's fault."""

from __future__ import annotations

from dataclasses import dataclass, field

import requests

from consumer.bluecore.authorised import AuthorisedTransport
from consumer.bluecore.failures import no_answer
from consumer.bluecore.outgoing import Outgoing, Request
from consumer.bluecore.response import Response
from consumer.bluecore.transport import Done
from consumer.records import NoAnswer
from consumer.tokens.token import Token

API = "/eligibility"
OK, REFUSED = Response(200, "", b"{}"), Response(401, "", b"{}")


@dataclass
class Service:
    """Who has the tokens, played."""

    tokens: list[Token] = field(default_factory=list)
    failure: str = ""
    refusals: list[str] = field(default_factory=list)

    @property
    def reason(self) -> str:
        return self.failure or "it has not answered"

    def current(self) -> Token | None:
        return self.tokens[-1] if self.tokens else None

    def refused(self, token: Token) -> None:
        self.refusals.append(token.text)
        if token in self.tokens:
            self.tokens.remove(token)


@dataclass
class Wire:
    """Notes what goes, and hands back what the test has put there."""

    went: list[tuple[int, str | None, str]] = field(default_factory=list)
    done: list[Done] = field(default_factory=list)
    asked_seconds: float = 0.0
    in_flight: int = 0

    def send(self, ticket: int, request: Request, destination: str = "") -> None:
        headers = request.prepared().headers if isinstance(request, Outgoing) else request.headers
        self.went.append((ticket, headers.get("Authorization"), destination))

    def wait(self, seconds: float) -> list[Done]:
        self.asked_seconds = seconds
        done, self.done = self.done, []
        return done

    def close(self) -> None:
        self.done.clear()


class Played:
    """A transport with its service, its wire and a clock that stands."""

    def __init__(self, *texts: str) -> None:
        self.service, self.wire, self.now = Service([Token(text, 1e9) for text in texts]), Wire(), 0.0
        self.transport = AuthorisedTransport(self.wire, {API: self.service}, lambda: self.now)

    def send(self, ticket: int = 1, endpoint: str = API) -> None:
        request = requests.PreparedRequest()
        request.headers = requests.structures.CaseInsensitiveDict()
        self.transport.send(ticket, request, endpoint)

    def answers(self, response: Response, ticket: int = 1) -> list[Done]:
        self.wire.done = [Done(ticket, response, 0.1, API)]
        return self.transport.wait(1)


def test_a_request_shows_the_token_and_others_show_none() -> None:
    played = Played("one")
    played.send(1)
    played.send(2, "")
    assert played.wire.went == [(1, "Bearer one", API), (2, None, "")]
    assert [done.result for done in played.answers(OK)] == [OK]


def test_the_first_token_is_waited_for() -> None:
    played = Played()
    played.send()
    assert (played.transport.in_flight, played.transport.wait(1), played.wire.went) == (1, [], [])
    assert played.wire.asked_seconds < 0.1, "it looks for a token again soon"
    played.service.tokens = [Token("one", 1e9)]
    assert played.transport.wait(1) == []
    assert played.wire.went == [(1, "Bearer one", API)]


def test_a_token_that_has_ended_is_replaced_and_the_request_goes_again() -> None:
    played = Played("two", "one")
    played.send()
    assert played.answers(REFUSED) == []
    played.transport.wait(1)
    assert played.service.refusals == ["one"]
    assert [token for _, token, _ in played.wire.went] == ["Bearer one", "Bearer two"]
    assert [done.result for done in played.answers(OK)] == [OK]


def test_a_second_refusal_is_the_answer() -> None:
    """A wrong secret, or a key that was taken away: the endpoint's fault."""
    played = Played("three", "two", "one")
    played.send()
    played.answers(REFUSED)
    played.transport.wait(1)
    assert [done.result for done in played.answers(REFUSED)] == [REFUSED]
    assert played.service.refusals == ["one", "two"]


def test_a_token_service_that_is_away_is_told_at_once() -> None:
    played = Played()
    played.service.failure = "no access token: it answers 503"
    played.send()
    (done,) = played.transport.wait(1)
    assert isinstance(done.result, requests.RequestException)
    assert (no_answer(done.result), str(done.result)) == (NoAnswer.TOKEN, "no access token: it answers 503")
    assert (played.wire.went, played.transport.in_flight) == ([], 0)


def test_an_endpoint_has_recovered_once_there_is_a_token_for_it_again() -> None:
    """It is named once for each time that a request found none."""
    played = Played()
    played.service.failure = "no access token: it answers 503"
    assert played.transport.recovered() == [], "it has missed none yet"
    for _ in range(2):
        played.send()
        played.transport.wait(1)
        assert played.transport.recovered() == []
        played.service.tokens = [Token("one", 1e9)]
        assert [played.transport.recovered() for _ in range(2)] == [[API], []]
        played.service.tokens = []


def test_one_that_says_nothing_is_waited_for_so_long_and_no_longer() -> None:
    played = Played()
    played.send()
    played.now = 29
    assert played.transport.wait(1) == []
    played.now = 31
    assert [done.ticket for done in played.transport.wait(1)] == [1]


def test_what_waits_for_a_token_is_given_up_with_the_rest() -> None:
    played = Played()
    played.send()
    played.transport.close()
    assert played.transport.in_flight == 0
