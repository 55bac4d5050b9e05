"""Tokens for Google's Managed Kafka through google-auth itself, with its services on loopback."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.responses import JSONResponse

from consumer.config.authentication import AuthenticationConfig
from consumer.kafka.tokens.process import fetcher
from consumer.sandbox.serve import serve
from consumer.tokens.token import Token, TokenUnavailable
from tests.kafka.tokens.stubs import Stub, google_metadata, google_tokens
from tests.support.pages import ROOT
from tests.support.waiting import free_port

CONFIG = AuthenticationConfig(type="google")
# The library reads the metadata server's address when it is imported.
OF_THE_POD = """
from consumer.config.authentication import AuthenticationConfig
from consumer.kafka.tokens.process import fetcher
token = fetcher(AuthenticationConfig(type="google"))()
print(token.text, token.expires_at)
"""


@pytest.fixture
def tokens(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Stub]:
    """The environment of who has a key file, and the service that its token comes from."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    stub = google_tokens()
    with serve(stub) as url:
        account = {
            "type": "service_account",
            "project_id": "shop",
            "client_email": "kafka@shop.iam.gserviceaccount.com",
            "private_key_id": "1",
            "private_key": key.decode(),
            "token_uri": f"{url}/token",
        }
        (tmp_path / "key.json").write_text(json.dumps(account))
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "key.json"))
        yield stub


def opened(token: Token) -> list[Any]:
    """Its header, its claims, and the access token within."""
    header, claims, text = (base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in token.text.split("."))
    return [json.loads(header), json.loads(claims), text.decode()]


def test_a_key_file_gives_tokens_in_the_form_that_the_brokers_take(tokens: Stub) -> None:
    token = fetcher(CONFIG)()
    header, claims, text = opened(token)
    assert (header, text) == ({"typ": "JWT", "alg": "GOOG_OAUTH2_TOKEN"}, "ya29.of-the-key")
    assert (claims["sub"], claims["scope"]) == ("kafka@shop.iam.gserviceaccount.com", "kafka")
    assert claims["iat"] < claims["exp"] == token.expires_at
    assert 3500 < token.expires_at - time.time() < 3600, "the library's time is UTC, and does not say so"
    assert tokens.asked[0]["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"


def test_a_pod_has_the_tokens_of_its_workload_identity() -> None:
    """The account's name is known after the first fetch only; before it, the library calls it `default`."""
    with serve(google_metadata()) as url:
        host = url.removeprefix("http://")
        environment = {**os.environ, "GCE_METADATA_HOST": host, "GCE_METADATA_IP": host, "HOME": "/nonexistent"}
        environment.pop("GOOGLE_APPLICATION_CREDENTIALS", None)
        command = [sys.executable, "-c", OF_THE_POD]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    text, ends = done.stdout.split()
    _, claims, access = opened(Token(text, float(ends)))
    assert (claims["sub"], access) == ("kafka@shop.iam.gserviceaccount.com", "ya29.of-the-pod")


@pytest.mark.parametrize(
    ("answer", "advice"),
    [
        ({"error": "unauthorized_client", "error_description": "no"}, "roles/managedkafka.client"),
        (
            {"error": "invalid_grant", "error_description": "Invalid JWT: check your iat and exp values"},
            "set this machine's clock",
        ),
    ],
)
def test_what_google_says_is_told(tokens: Stub, answer: dict[str, str], advice: str) -> None:
    tokens.instead = JSONResponse(answer, 400)
    with pytest.raises(TokenUnavailable, match=f"Google gives no token: {answer['error']}.*{advice}"):
        fetcher(CONFIG)()


def test_after_a_refusal_it_is_asked_again(tokens: Stub) -> None:
    fetch = fetcher(CONFIG)
    tokens.instead = JSONResponse({"error": "unauthorized_client"}, 400)
    with pytest.raises(TokenUnavailable):
        fetch()
    tokens.instead = None
    assert opened(fetch())[2] == "ya29.of-the-key"


def test_without_credentials_it_is_said_where_they_are_looked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    monkeypatch.setattr("google.auth.compute_engine._metadata._NO_GCE_CHECK", True)
    monkeypatch.setattr("google.auth.compute_engine._metadata.is_on_gce", lambda *_, **__: False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    with pytest.raises(TokenUnavailable, match="no credentials of Google were found: give the pod's service account"):
        fetcher(CONFIG)()


def test_a_service_that_is_not_there_is_an_outage(tokens: Stub, tmp_path: Path) -> None:
    account = json.loads((tmp_path / "key.json").read_text())
    (tmp_path / "key.json").write_text(json.dumps(account | {"token_uri": f"http://127.0.0.1:{free_port()}/token"}))
    with pytest.raises(TokenUnavailable, match="Google's token service cannot be reached"):
        fetcher(CONFIG)()
    assert tokens.asked == []
