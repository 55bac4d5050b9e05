"""What the registry is shown of us, over HTTP: in UTF-8, from the options or from the address, fetched or given."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from consumer.avro.errors import RegistryUnavailable
from consumer.avro.options import parse_options
from consumer.avro.registry import RegistryClient
from consumer.sandbox.serve import serve
from tests.support.waiting import free_port


class Registry:
    """Answers with no subjects to whoever `accepts` lets in, and keeps what it was shown."""

    def __init__(self, accepts: Callable[[str], bool] = lambda _: True) -> None:
        self.accepts = accepts
        self.shown: list[Request] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope)
            self.shown.append(request)
            allowed = self.accepts(request.headers.get("authorization", ""))
            await (JSONResponse([]) if allowed else Response("", 401))(scope, receive, send)


class Issuer:
    """Hands out `token-1`, `token-2` and so on, or answers `instead`."""

    def __init__(self, seconds: float | None = 3600) -> None:
        self.seconds = seconds
        self.instead: Response | None = None
        self.asked: list[dict[str, list[str]]] = []
        self.shown: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope, receive)
            self.asked.append(parse_qs((await request.body()).decode()))
            self.shown.append(request.headers["authorization"])
            answer = {"access_token": f"token-{len(self.asked)}", "token_type": "Bearer"}
            if self.seconds is not None:
                answer["expires_in"] = self.seconds  # type: ignore[assignment]  # a number beside texts
            await (self.instead or JSONResponse(answer))(scope, receive, send)


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.mark.parametrize("password", ["s3cret", "pässwörd", "密码:word", "%41"])
def test_a_password_is_sent_in_utf_8(password: str) -> None:
    registry = Registry()
    options = parse_options({"basic.auth.user.info": f"jürgen:{password}"})
    with serve(registry) as url, RegistryClient(url, options) as client:
        client.subjects()
    assert registry.shown[0].headers["authorization"] == basic("jürgen", password)


def test_a_password_in_the_address_is_sent_in_utf_8_and_not_told() -> None:
    registry = Registry()
    with serve(registry) as url:
        address = url.replace("://", "://shop%40eu:p%C3%A4ss%2C@")
        with RegistryClient(address) as client:
            client.subjects()
            assert client.address == url
    assert registry.shown[0].headers["authorization"] == basic("shop@eu", "päss,")


def test_the_options_count_before_the_address() -> None:
    registry = Registry()
    with serve(registry) as url:
        address = url.replace("://", "://other:word@")
        with RegistryClient(address, parse_options({"bearer.auth.token": "abc"})) as client:
            client.subjects()
    assert registry.shown[0].headers["authorization"] == "Bearer abc"


def test_a_token_goes_with_the_logical_cluster_and_the_identity_pool() -> None:
    registry = Registry()
    options = parse_options(
        {
            "bearer.auth.token": "abc",
            "bearer.auth.logical.cluster": "lsrc-1",
            "bearer.auth.identity.pool.id": "pool-1,pool-2",
        }
    )
    with serve(registry) as url, RegistryClient(url, options) as client:
        client.subjects()
    headers = registry.shown[0].headers
    assert (headers["target-sr-cluster"], headers["confluent-identity-pool-id"]) == ("lsrc-1", "pool-1,pool-2")


OAUTH = {
    "bearer.auth.credentials.source": "OAUTHBEARER",
    "bearer.auth.client.id": "shöp",
    "bearer.auth.client.secret": "s3crét",
    "bearer.auth.scope": "schema:read",
    "bearer.auth.logical.cluster": "lsrc-1",
}


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def issuer_url(issuer: Issuer) -> Iterator[str]:
    with serve(issuer) as url:
        yield f"{url}/token"


def test_a_token_is_fetched_once_and_used_until_it_is_refused(issuer: Issuer, issuer_url: str) -> None:
    revoked: set[str] = set()
    registry = Registry(lambda shown: shown.startswith("Bearer token-") and shown not in revoked)
    options = parse_options(OAUTH | {"bearer.auth.issuer.endpoint.url": issuer_url})
    with serve(registry) as url, RegistryClient(url, options) as client:
        client.subjects()
        client.subjects()
        assert issuer.asked == [{"grant_type": ["client_credentials"], "scope": ["schema:read"]}]
        assert issuer.shown == [basic("shöp", "s3crét")]
        revoked.add("Bearer token-1")
        client.subjects()
        client.subjects()
    assert len(issuer.asked) == 2
    shown = [each.headers["authorization"] for each in registry.shown]
    assert shown == ["Bearer token-1"] * 3 + ["Bearer token-2"] * 2
    assert registry.shown[0].headers["target-sr-cluster"] == "lsrc-1"


def test_a_registry_that_accepts_no_token_is_asked_once_more_and_no_more(issuer: Issuer, issuer_url: str) -> None:
    registry = Registry(lambda _: False)
    options = parse_options(OAUTH | {"bearer.auth.issuer.endpoint.url": issuer_url})
    with (
        serve(registry) as url,
        RegistryClient(url, options) as client,
        pytest.raises(RegistryUnavailable, match="does not accept the credentials"),
    ):
        client.subjects()
    assert len(registry.shown) == len(issuer.asked) == 2


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            JSONResponse({"error": "invalid_client"}, 401),
            r"answers 401 \(invalid_client\): check bearer.auth.client.id",
        ),
        (JSONResponse({"error": "invalid_scope"}, 400), r"answers 400 \(invalid_scope\): check bearer.auth.scope"),
        (Response("oops", 503), "answers 503: check the bearer.auth options"),
        (JSONResponse({"error": "s3crét"}, 400), "answers 400: check the bearer.auth options"),
        (Response("<html>", 200), "sends no token; check bearer.auth.issuer.endpoint.url"),
        (JSONResponse({"access_token": ""}), "sends no token"),
        (JSONResponse({"access_token": "a\nb"}), "sends no token"),
        (Response(b"x" * (2 << 20)), "its answer has no end"),
    ],
)
def test_without_a_token_it_is_an_outage_that_names_the_issuer(
    issuer: Issuer, issuer_url: str, answer: Response, said: str
) -> None:
    issuer.instead = answer
    registry = Registry()
    options = parse_options(OAUTH | {"bearer.auth.issuer.endpoint.url": issuer_url})
    with (
        serve(registry) as url,
        RegistryClient(url, options) as client,
        pytest.raises(RegistryUnavailable, match=said) as caught,
    ):
        client.subjects()
    assert issuer_url in str(caught.value)
    assert "s3crét" not in str(caught.value)
    assert registry.shown == []


def test_an_issuer_that_is_gone_is_an_outage() -> None:
    options = parse_options(
        OAUTH | {"bearer.auth.issuer.endpoint.url": f"http://127.0.0.1:{free_port()}/token", "timeout.ms": "2000"}
    )
    with (
        RegistryClient("http://127.0.0.1:1", options) as client,
        pytest.raises(RegistryUnavailable, match=r"cannot be reached .*; check bearer.auth.issuer.endpoint.url"),
    ):
        client.subjects()


def test_a_token_without_a_life_is_kept_for_some_minutes(issuer: Issuer, issuer_url: str) -> None:
    """RFC 6749 only recommends to say it."""
    issuer.seconds = None
    options = parse_options(OAUTH | {"bearer.auth.issuer.endpoint.url": issuer_url})
    with serve(Registry()) as url, RegistryClient(url, options) as client:
        client.subjects()
        client.subjects()
    assert len(issuer.asked) == 1
