"""Whatever goes wrong on the way to the registry is an outage, told with what to do, and without credentials."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from consumer.avro.errors import RegistryUnavailable, SchemaUnknown
from consumer.avro.options import RegistryOptions, parse_options
from consumer.avro.registry import RegistryClient
from consumer.sandbox.serve import serve
from tests.avro.support import BreakableRegistry
from tests.support.waiting import free_port


def problem(url: str, options: RegistryOptions | None = None) -> str:
    with RegistryClient(url, options) as client, pytest.raises(RegistryUnavailable) as caught:
        client.schema(1)
    return str(caught.value)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Response("no", 401), "answers 401: it does not accept the credentials: check basic.auth.user.info"),
        (JSONResponse({"error_code": 40301, "message": "no"}, 403), "answers 403: it does not allow this user"),
        (Response("<html>", 404), "answers 404: is schema_registry.url the registry's address"),
        (JSONResponse({"error_code": 404, "message": "HTTP 404 Not Found"}, 404), "answers 404"),
        (JSONResponse({"error_code": 50001, "message": "store"}, 500), "answers 500: see its own logs"),
        (Response("", 503), "answers 503"),
        (Response("<html>sign in</html>", 200), "does not speak the schema registry's protocol"),
        (JSONResponse({"id": 1}), "does not speak the schema registry's protocol"),
    ],
)
def test_an_answer_that_says_nothing_of_the_schema(
    client: RegistryClient, registry: BreakableRegistry, answer: Response, said: str
) -> None:
    registry.instead = answer
    with pytest.raises(RegistryUnavailable, match=said):
        client.schema(1)


def test_nobody_listens() -> None:
    assert "nothing accepts connections at http://127.0.0.1" in problem(f"http://127.0.0.1:{free_port()}")


def test_no_answer_in_time() -> None:
    """The operating system completes the connection to a listener that never accepts."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        said = problem(url, RegistryOptions(timeout_seconds=0.1))
    assert "did not answer within 0.1 s" in said


def test_a_proxy_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    said = problem("http://registry.example:8081")
    assert "the proxy before the schema registry at http://registry.example:8081 failed: check HTTPS_PROXY" in said


def test_a_connection_that_breaks() -> None:
    """Whatever it is that listens: it takes the request, and closes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"

        def closes() -> None:
            connection, _ = listener.accept()
            connection.recv(1)
            connection.close()

        closing = threading.Thread(target=closes)
        closing.start()
        said = problem(url)
        closing.join()
    assert f"the connection to the schema registry at {url} broke (ConnectionError)" in said


def test_a_host_that_dns_does_not_know() -> None:
    """RFC 6761: no name under `invalid` exists."""
    assert "unknown to DNS: check schema_registry.url" in problem("http://registry.invalid:8081")


def test_credentials_in_the_address_are_not_shown(registry: BreakableRegistry) -> None:
    registry.instead = Response("", 401)
    with serve(registry) as url:
        said = problem(url.replace("http://", "http://user:s3cret@"))
    assert url in said
    assert "s3cret" not in said


class OnlyFor:
    """Answers 401 unless the request carries this `Authorization`."""

    def __init__(self, authorization: str) -> None:
        self._authorization = authorization.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            allowed = dict(scope["headers"]).get(b"authorization") == self._authorization
            unknown = JSONResponse({"error_code": 40403, "message": "Schema 1 not found"}, 404)
            await (unknown if allowed else Response("", 401))(scope, receive, send)


@dataclass(frozen=True)
class Tls:
    url: str
    certificate: str
    key: str


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tls]:
    """A registry for `user:pass` that asks for a client's certificate; all certificates are this one."""
    folder: Path = tmp_path_factory.mktemp("tls")
    key, certificate = str(folder / "key.pem"), str(folder / "certificate.pem")
    made = f"-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {key} -out {certificate} -days 1"
    named = "-subj /CN=registry -addext subjectAltName=IP:127.0.0.1"
    subprocess.run(["openssl", "req", "-x509", *made.split(), *named.split()], check=True, capture_output=True)
    app = OnlyFor("Basic dXNlcjpwYXNz")
    options: dict[str, Any] = {"ssl_ca_certs": certificate, "ssl_cert_reqs": ssl.CERT_REQUIRED, "lifespan": "off"}
    with serve(app, ssl_certfile=certificate, ssl_keyfile=key, **options) as url:
        yield Tls(url, certificate, key)


def secured(tls: Tls) -> dict[str, str]:
    return {
        "ssl.ca.location": tls.certificate,
        "ssl.certificate.location": tls.certificate,
        "ssl.key.location": tls.key,
        "basic.auth.user.info": "user:pass",
    }


def test_certificates_and_user_are_presented(tls: Tls) -> None:
    with RegistryClient(tls.url, parse_options(secured(tls))) as client, pytest.raises(SchemaUnknown):
        client.schema(1)


def test_the_ca_of_the_options_goes_before_the_environments(tls: Tls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", tls.key)
    with RegistryClient(tls.url, parse_options(secured(tls))) as client, pytest.raises(SchemaUnknown):
        client.schema(1)


def test_a_certificate_that_nobody_vouches_for(tls: Tls) -> None:
    said = problem(tls.url)
    assert "the TLS connection" in said
    assert "certificate verify failed" in said
    assert "set ssl.ca.location" in said


def test_a_wrong_password(tls: Tls) -> None:
    said = problem(tls.url, parse_options(secured(tls) | {"basic.auth.user.info": "user:wr0ng"}))
    assert "answers 401" in said
    assert "wr0ng" not in said


def test_a_token_is_presented_and_a_netrc_does_not_replace_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login other password other\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    options = parse_options({"bearer.auth.token": "t0ken"})
    with (
        serve(OnlyFor("Bearer t0ken"), lifespan="off") as url,
        RegistryClient(url, options) as client,
        pytest.raises(SchemaUnknown),
    ):
        client.schema(1)
