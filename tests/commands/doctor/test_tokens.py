"""Whether the brokers can be shown a token is said before they are asked, with what keeps it from us."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from consumer.commands.doctor.finding import Finding, Severity
from consumer.commands.doctor.tokens import check_tokens
from consumer.config.model import Config
from consumer.kafka.tokens.source import KafkaTokenSource
from consumer.sandbox.serve import serve
from consumer.tokens.token import Token, TokenUnavailable
from tests.support.configs import SOUND
from tests.support.waiting import free_port

URL = "sasl.oauthbearer.token.endpoint.url"
TOKEN = JSONResponse({"access_token": "ey.a.b", "expires_in": 300, "token_type": "Bearer"})


class Endpoint:
    def __init__(self) -> None:
        self.answer: Response = TOKEN
        self.asked: list[tuple[str, str]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope, receive)
            self.asked.append((request.headers["authorization"], (await request.body()).decode()))
            await self.answer(scope, receive, send)


@pytest.fixture
def endpoint() -> Iterator[tuple[Endpoint, Config]]:
    app = Endpoint()
    with serve(app) as url:
        yield app, oidc(f"{url}/token")


def oidc(url: str) -> Config:
    options: dict[str, Any] = {
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "OAUTHBEARER",
        "sasl.oauthbearer.method": "oidc",
        URL: url,
        "sasl.oauthbearer.client.id": "shop",
        "sasl.oauthbearer.client.secret": "s3cret",
        "sasl.oauthbearer.scope": "kafka",
    }
    return Config.model_validate({**SOUND, "kafka": {"bootstrap_servers": "127.0.0.1:9092", "options": options}})


def look(config: Config) -> list[Finding]:
    return list(check_tokens(config, time.time()))


def test_nothing_is_asked_where_no_token_is_needed() -> None:
    assert look(Config.model_validate(SOUND)) == []


def test_an_endpoint_that_gives_tokens_is_asked_as_a_client_asks(endpoint: tuple[Endpoint, Config]) -> None:
    app, config = endpoint
    (finding,) = look(config)
    assert (finding.severity, finding.what) == (Severity.OK, f"kafka.options {URL}")
    assert app.asked == [("Basic c2hvcDpzM2NyZXQ=", "grant_type=client_credentials&scope=kafka")]


@pytest.mark.parametrize(
    ("answer", "says", "advice"),
    [
        (Response("out of order", 500), "answers 500: out of order", "see its own logs"),
        (JSONResponse({"error": "invalid_client"}, 401), "answers 401", "check sasl.oauthbearer.client.id"),
        (Response("<html>"), "answers without a token", f"check {URL}"),
    ],
)
def test_an_endpoint_that_gives_none_is_told(
    endpoint: tuple[Endpoint, Config], answer: Response, says: str, advice: str
) -> None:
    app, config = endpoint
    app.answer = answer
    (finding,) = look(config)
    assert finding.severity is Severity.ERROR
    assert says in finding.message
    assert advice in finding.advice


def test_an_endpoint_that_quotes_the_secret_is_masked(endpoint: tuple[Endpoint, Config]) -> None:
    app, config = endpoint
    app.answer = Response("no client s3cret", 400)
    assert "s3cret" not in look(config)[0].message


def test_an_endpoint_that_is_not_there_is_told() -> None:
    (finding,) = look(oidc(f"http://127.0.0.1:{free_port()}/token"))
    assert finding.severity is Severity.ERROR
    assert "does not answer" in finding.message


def test_a_clock_that_is_off_is_told(endpoint: tuple[Endpoint, Config]) -> None:
    """Tokens are signed and end by it."""
    app, config = endpoint
    (_, clock) = check_tokens(config, time.time() + 900)
    assert app.asked
    assert (clock.what, clock.severity) == ("clock", Severity.ERROR)
    assert "ahead of the token endpoint's" in clock.message
    assert "signed tokens" in clock.advice


@pytest.mark.parametrize("failure", ["", "STS answers AccessDenied"])
def test_the_identity_of_a_cloud_is_tried(monkeypatch: pytest.MonkeyPatch, failure: str) -> None:
    def fetch() -> Token:
        if failure:
            raise TokenUnavailable(failure)
        return Token("t", time.time() + 900)

    monkeypatch.setattr("consumer.commands.doctor.tokens.token_source", lambda _: KafkaTokenSource(fetch))
    section = {"bootstrap_servers": "127.0.0.1:9092", "authentication": {"type": "google"}}
    (finding,) = look(Config.model_validate({**SOUND, "kafka": section}))
    assert finding.what == "kafka.authentication"
    assert finding.severity is (Severity.ERROR if failure else Severity.OK)
    assert finding.message == (failure or "google gives a token")
