"""One token for the whole process: renewed before it ends, and told of where that fails."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from itertools import count

import pytest
from structlog.testing import capture_logs

from consumer.backoff import Backoff
from consumer.tokens.source import TokenPolicy, TokenSource
from consumer.tokens.token import Token, TokenUnavailable
from tests.support.waiting import eventually

NOW = 1_800_000_000.0
POLICY = TokenPolicy(first_seconds=20, retry=Backoff(0.01, 0.02))


class Service:
    """Gives tokens `t1`, `t2`, … of a life of `seconds`; fails while `failure` is set. The time stands still."""

    def __init__(self, seconds: float = 900) -> None:
        self.now = NOW
        self.seconds = seconds
        self.failure: Exception | None = None
        self.asked = 0
        self._numbers = count(1)

    def __call__(self) -> Token:
        self.asked += 1
        if self.failure is not None:
            raise self.failure
        return Token(f"t{next(self._numbers)}", self.now + self.seconds)

    def clock(self) -> float:
        return self.now

    def source(self, policy: TokenPolicy = POLICY) -> TokenSource:
        return TokenSource(self, policy, self.clock, whose="Kafka")


@pytest.fixture
def hanging() -> Iterator[Callable[[], Token]]:
    end = threading.Event()

    def fetch() -> Token:
        end.wait(60)
        raise TokenUnavailable("ended")

    yield fetch
    end.set()


def test_the_first_token_is_waited_for_and_kept_for_all_who_ask() -> None:
    service = Service()
    source = service.source()
    assert {source.token().text for _ in range(5)} == {"t1"}
    assert service.asked == 1


def test_the_error_of_the_first_is_told_as_it_is() -> None:
    service = Service()
    service.failure = TokenUnavailable("no credentials of AWS were found")
    with pytest.raises(TokenUnavailable, match="no credentials of AWS were found"):
        service.source().token()


def test_a_fault_of_a_library_is_an_outage_and_no_crash() -> None:
    """Whatever it raises; and it is asked again."""
    service = Service()
    service.failure = AttributeError("'NoneType' object has no attribute 'access_key'")
    source = service.source()
    with pytest.raises(TokenUnavailable, match="AttributeError: 'NoneType' object has no attribute 'access_key'"):
        source.token()
    service.failure = None
    eventually(lambda: not source.failure, 20, "the next try")
    assert source.token().text == "t1"


def test_a_service_that_hangs_is_not_waited_for_without_end(hanging: Callable[[], Token]) -> None:
    source = TokenSource(hanging, TokenPolicy(first_seconds=0.05), lambda: NOW, whose="Kafka")
    with pytest.raises(TokenUnavailable, match=r"has not answered for 0\.05 s"):
        source.token()


def test_a_token_is_renewed_when_most_of_its_life_is_over() -> None:
    """By real time: 0.7 of a life of half a second."""
    numbers = count(1)
    source = TokenSource(lambda: Token(f"t{next(numbers)}", NOW + 0.5), POLICY, lambda: NOW, whose="Kafka")
    assert source.token().text == "t1"
    eventually(lambda: source.token().text == "t3", 20, "two renewals")


def test_a_renewal_that_fails_is_told_once_and_survived_while_the_token_is_good() -> None:
    service = Service()
    source = service.source()
    source.token()
    service.failure = TokenUnavailable("STS answers AccessDenied")
    service.now += 60
    with capture_logs() as logs:
        source.refused()
        eventually(lambda: service.asked > 3, 20, "some tries")
        assert (source.token().text, source.failure, source.expired) == ("t1", "STS answers AccessDenied", "")
        service.now = NOW + 901
        assert source.expired == "STS answers AccessDenied"
        with pytest.raises(TokenUnavailable, match="AccessDenied"):
            source.token()
        service.failure = None
        eventually(lambda: source.expired == "", 20, "a new token")
    assert source.token().text == "t2"
    assert [line["log_level"] for line in logs] == ["warning", "info"]
    assert "t1" not in str(logs)


def test_a_token_that_is_refused_is_replaced_unless_it_is_new() -> None:
    """Else a cluster that refuses all of them would have the service asked for each try to connect."""
    service = Service()
    source = service.source()
    source.token()
    source.refused()
    assert (source.token().text, service.asked) == ("t1", 1)
    service.now += 31
    source.refused()
    eventually(lambda: source.token().text == "t2", 20, "another token")


def test_a_closed_source_renews_no_more_until_it_is_asked_again() -> None:
    service = Service(seconds=0.2)
    source = service.source()
    assert source.token().text == "t1"
    source.close()
    eventually(lambda: not any(each.name == "kafka-token" for each in threading.enumerate()), 20, "the thread's end")
    asked = service.asked
    service.now += 1
    with pytest.raises(TokenUnavailable):
        source.token()
    eventually(lambda: service.asked > asked, 20, "another token")


@pytest.mark.parametrize(
    ("token", "says"),
    [
        (Token("", NOW + 900), "no text without spaces"),
        (Token("a b", NOW + 900), "no text without spaces"),
        (Token("a\nb", NOW + 900), "no text without spaces"),
        (Token("t", NOW - 20), "has ended 20 s ago: set this machine's clock"),
        (Token("t", NOW * 1000), "good for more than a day"),
    ],
)
def test_what_cannot_be_a_token_is_refused(token: Token, says: str) -> None:
    """Of another shape librdkafka asks no more; of milliseconds in place of seconds it never renews it."""
    with pytest.raises(TokenUnavailable, match=says):
        TokenSource(lambda: token, POLICY, lambda: NOW, whose="Kafka").token()


def test_a_token_is_not_in_its_own_description() -> None:
    assert "s3cret" not in repr(Token("s3cret", NOW))
