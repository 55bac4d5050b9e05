"""OAuth client credentials: a token of the registry's issuer, fetched when it is needed and kept while it is good.

Rules: RFC 6749, "Client Credentials Grant"; the names and headers are those of Confluent's clients.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from threading import Lock
from typing import Annotated, Any

import requests
from pydantic import Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth

from consumer.avro.errors import RegistryUnavailable
from consumer.avro.options import RegistryOptions, TokenClient
from consumer.config.addresses import address
from consumer.errors import exception_chain
from consumer.web.answer import bounded_content

_MOST_BYTES = 1 << 20
_SHARE_OF_LIFE = 0.8
"""After it a new token is fetched, as Confluent's clients do."""
_SHORTEST_SECONDS = 1.0
_DEFAULT_SECONDS = 300.0


@dataclass(frozen=True)
class _Token:
    access_token: Annotated[str, Field(min_length=1, pattern=r"^[\x21-\x7e]+$")]
    expires_in: float = _DEFAULT_SECONDS


@dataclass(frozen=True)
class _Refusal:
    error: str = ""


_TOKEN = TypeAdapter(_Token)
_REFUSAL = TypeAdapter(_Refusal)


class TokenSource:
    """The token of one client; for any number of threads."""

    def __init__(
        self, client: TokenClient, options: RegistryOptions, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._seconds = options.timeout_seconds
        self._clock = clock
        self._lock = Lock()
        self._token: str | None = None
        self._until = 0.0
        self._session = requests.Session()
        self._session.trust_env = True
        self._session.mount("https://", _BothTrusted(options.ca))
        # A client's id and secret may have any letters, and requests would write them as Latin-1.
        self._auth = HTTPBasicAuth(client.client_id.encode(), client.secret.encode())

    def token(self) -> str:
        """A token that is good for some time yet.

        Raises:
            RegistryUnavailable: none is to be had; says why.
        """
        with self._lock:
            if self._token is None or self._clock() >= self._until:
                found = self._fetch()
                self._token = found.access_token
                self._until = self._clock() + max(_SHORTEST_SECONDS, _SHARE_OF_LIFE * found.expires_in)
            return self._token

    def refused(self, token: str) -> None:
        """The registry did not accept this token: another one is fetched."""
        with self._lock:
            if self._token == token:
                self._token = None

    def close(self) -> None:
        self._session.close()

    def _fetch(self) -> _Token:
        where = f"no token for the schema registry from {address(self._client.issuer)}"
        body = {"grant_type": "client_credentials"}
        if self._client.scope:
            body["scope"] = self._client.scope
        deadline = time.monotonic() + self._seconds
        try:
            with self._session.post(
                self._client.issuer, data=body, auth=self._auth, timeout=self._seconds, stream=True
            ) as response:
                content = bounded_content(response, deadline, _MOST_BYTES)
        except (requests.RequestException, OSError) as error:
            raise RegistryUnavailable(f"{where}: {_failure(error, self._seconds)}") from None
        if content is None:
            raise RegistryUnavailable(f"{where}: its answer has no end; check bearer.auth.issuer.endpoint.url")
        if not response.ok:
            raise RegistryUnavailable(f"{where}: it answers {response.status_code}{_advice(content)}")
        try:
            return _TOKEN.validate_json(content)
        except ValidationError:
            raise RegistryUnavailable(
                f"{where}: what answers sends no token; check bearer.auth.issuer.endpoint.url"
            ) from None


class _BothTrusted(HTTPAdapter):
    """Trusts the registry's CA beside the public ones: the issuer may be behind either."""

    def __init__(self, ca: str | None) -> None:
        self._ca = ca
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        if self._ca is not None:
            context = ssl.create_default_context()
            context.load_verify_locations(self._ca)
            kwargs["ssl_context"] = context
        super().init_poolmanager(*args, **kwargs)


def _failure(error: Exception, seconds: float) -> str:
    causes = tuple(exception_chain(error))
    if any(isinstance(cause, requests.exceptions.SSLError) for cause in causes):
        return f"TLS failed: {str(causes[-1])[:200]}; set ssl.ca.location to its CA's certificate"
    if any(isinstance(cause, requests.Timeout) for cause in causes):
        return f"it did not answer within {seconds:g} s"
    return f"it cannot be reached ({type(causes[-1]).__name__}); check bearer.auth.issuer.endpoint.url"


def _advice(content: bytes) -> str:
    """The error's name, of the few that RFC 6749 has, and what to look at."""
    try:
        error = _REFUSAL.validate_json(content).error
    except ValidationError:
        error = ""
    known = {
        "invalid_client": "check bearer.auth.client.id and bearer.auth.client.secret",
        "unauthorized_client": "the client may not have tokens by its credentials: have that granted",
        "invalid_scope": "check bearer.auth.scope",
        "invalid_request": "check bearer.auth.issuer.endpoint.url and bearer.auth.scope",
    }
    return f" ({error}): {known[error]}" if error in known else ": check the bearer.auth options"
