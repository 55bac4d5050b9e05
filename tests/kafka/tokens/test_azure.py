"""Tokens for Event Hubs through azure-identity itself, with its services on loopback."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from starlette.responses import JSONResponse

from consumer.config.authentication import AuthenticationConfig
from consumer.kafka.tokens.process import fetcher
from consumer.sandbox.serve import serve
from consumer.tokens.token import TokenUnavailable
from consumer.web.session import bounded_session
from tests.kafka.tokens.stubs import Entra, Stub, azure_identity
from tests.support.servers import certificate
from tests.support.waiting import free_port

SCOPE = "https://shop.servicebus.windows.net/.default"
CONFIG = AuthenticationConfig(type="azure", scope=SCOPE)
VARIABLES = ("CLIENT_ID", "TENANT_ID", "CLIENT_SECRET", "FEDERATED_TOKEN_FILE", "USERNAME", "TOKEN_CREDENTIALS")


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"), alternative="IP:127.0.0.1")


@pytest.fixture(autouse=True)
def identity(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    """The environment of a pod with a managed identity; nothing of this machine's."""
    for name in VARIABLES:
        monkeypatch.delenv(f"AZURE_{name}", raising=False)
    stub = azure_identity()
    with serve(stub) as url:
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{url}/token")
        monkeypatch.setenv("IDENTITY_HEADER", "h")
        yield stub


def test_a_managed_identity_gives_tokens_for_the_scope(identity: Stub) -> None:
    token = fetcher(CONFIG)()
    assert token.text == "t0ken"
    assert 3500 < token.expires_at - time.time() <= 3600
    assert [each["resource"] for each in identity.asked] == ["https://shop.servicebus.windows.net"]


def test_one_of_several_identities_is_chosen_by_its_id(identity: Stub) -> None:
    fetcher(AuthenticationConfig(type="azure", scope=SCOPE, client_id="c-1"))()
    assert identity.asked[0]["client_id"] == "c-1"


def test_what_azure_says_is_told_with_what_to_do(identity: Stub) -> None:
    identity.instead = JSONResponse({"message": "no identity of this pod"}, 400)
    with pytest.raises(TokenUnavailable, match=r"gives no token: .*no identity of this pod.*Event Hubs Data Owner"):
        fetcher(CONFIG)()


def test_after_a_refusal_it_is_asked_again(identity: Stub) -> None:
    fetch = fetcher(CONFIG)
    identity.instead = JSONResponse({"message": "not yet"}, 500)
    with pytest.raises(TokenUnavailable):
        fetch()
    identity.instead = None
    assert fetch().text == "t0ken"


def test_each_fetch_is_a_token_of_its_own(identity: Stub) -> None:
    """The library keeps one until five minutes before its end: who is refused would be given the same again."""
    fetch = fetcher(CONFIG)
    fetch()
    fetch()
    assert len(identity.asked) == 2


def test_a_service_that_is_not_there_is_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"http://127.0.0.1:{free_port()}/token")
    with pytest.raises(TokenUnavailable, match=r"Azure.s token service cannot be used: .*; give the pod a"):
        fetcher(CONFIG)()


@pytest.mark.parametrize("code", ["AADSTS700024", "AADSTS90002"])
def test_a_workload_identity_shows_the_token_of_its_service_account(
    code: str, pem: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What Entra says of it is told; of an assertion that is not valid at this time, what that means."""
    (tmp_path / "token").write_text("ey.of.the-pod")
    stub = Entra(code)
    trusting = partial(bounded_session, ca=str(pem))
    monkeypatch.setattr("consumer.kafka.tokens.azure.bounded_session", trusting)
    with serve(stub, ssl_certfile=str(pem), ssl_keyfile=str(pem), lifespan="off") as url:
        for name, value in {
            "AZURE_FEDERATED_TOKEN_FILE": str(tmp_path / "token"),
            "AZURE_TENANT_ID": "11111111-2222-3333-4444-555555555555",
            "AZURE_CLIENT_ID": "66666666-2222-3333-4444-555555555555",
            "AZURE_AUTHORITY_HOST": url,
        }.items():
            monkeypatch.setenv(name, value)
        fetch = fetcher(CONFIG)
        assert fetch().text == "ey.of.workload"
        asked = [each for each in stub.asked if each["path"].endswith("/token")]
        assert (asked[0]["client_assertion"], asked[0]["scope"]) == ("ey.of.the-pod", SCOPE)
        stub.refuses = True
        advice = "set this machine's clock" if code == "AADSTS700024" else "give the pod a workload"
        with pytest.raises(TokenUnavailable, match=f"Azure gives no token: .*{code}.*; {advice}"):
            fetch()
