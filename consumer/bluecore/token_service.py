"""Where access tokens of Bluecore's REST APIs come from: OAuth 2.0 client credentials, sent as JSON.

Source: Bluecore's help centre, "Create an API key". Early access, and not tried against Bluecore.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Final

import requests
from pydantic import Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked_dataclass

from consumer.bluecore.failures import no_answer
from consumer.bluecore.transport import trusted
from consumer.config.addresses import address
from consumer.config.rest_api import RestApiConfig
from consumer.records import NoAnswer
from consumer.telemetry.masking import MASK
from consumer.tokens.token import LONGEST_SECONDS, Token, TokenUnavailable
from consumer.web.session import bounded_session

_SECONDS: Final = 10.0
_DEFAULT_LIFE_SECONDS: Final = 300.0
_SAID: Final = 200
_WHY: Final = {
    NoAnswer.DNS: "its host name is unknown to DNS: check token_url",
    NoAnswer.TLS: "TLS failed: set bluecore.ca_location, if a proxy with a certificate of its own stands before it",
    NoAnswer.REFUSED: "nothing accepts connections there: check token_url, and the way there",
    NoAnswer.TIMEOUT: f"it did not answer within {_SECONDS:g} s: is a firewall or a NetworkPolicy in the way?",
    NoAnswer.RESET: "the connection broke",
    NoAnswer.OTHER: "it cannot be asked: check token_url, HTTPS_PROXY and NO_PROXY",
}


@dataclass(frozen=True, slots=True)
class Credentials:
    """Whose tokens, and where they are asked for: two sections that are alike here share one."""

    token_url: str
    audience: str
    client_id: str
    client_secret: str = field(repr=False)
    ca_location: str | None = None

    @classmethod
    def of(cls, api: RestApiConfig, ca_location: str | None) -> Credentials:
        """Those of a section; a mounted secret often ends in a line break."""
        secret = api.client_secret.get_secret_value().strip()
        return cls(api.token_url, api.audience, api.client_id.strip(), secret, ca_location)


@checked_dataclass(frozen=True)
class _Grant:
    access_token: str
    expires_in: Annotated[float, Field(gt=0)] = _DEFAULT_LIFE_SECONDS
    scope: str | None = None


@checked_dataclass(frozen=True)
class _Refusal:
    """In the form of OAuth 2.0, or of a `google.rpc.Status`, which Bluecore documents."""

    error: str = ""
    error_description: str = ""
    message: str = ""


_GRANT: Final = TypeAdapter(_Grant)
_REFUSAL: Final = TypeAdapter(_Refusal)


class TokenService:
    """Asks for one token at each call; for one thread."""

    def __init__(self, credentials: Credentials, clock: Callable[[], float] = time.monotonic) -> None:
        """Asks nothing yet.

        Args:
            credentials: whose.
            clock: seconds, by which the tokens end.
        """
        self._credentials = credentials
        self._clock = clock

    def __call__(self) -> Token:
        """Fetches one.

        Raises:
            TokenUnavailable: there is none; says why, and what to do.
        """
        asked = self._clock()
        answer = self._answer()
        if not answer.ok or answer.is_redirect:
            raise TokenUnavailable(self._sentence(f"it answers {answer.status_code}{self._advice(answer)}"))
        try:
            grant = _GRANT.validate_json(answer.content)
        except ValidationError:
            raise TokenUnavailable(
                self._sentence("what answers sends no token: check token_url, with its whole path")
            ) from None
        scopes = None if grant.scope is None else frozenset(grant.scope.split())
        return Token(grant.access_token, asked + min(grant.expires_in, LONGEST_SECONDS), scopes)

    def _answer(self) -> requests.Response:
        own = self._credentials
        body = {
            "client_id": own.client_id,
            "client_secret": own.client_secret,
            "audience": own.audience,
            "grant_type": "client_credentials",
        }
        with bounded_session(_SECONDS, trusted(own.token_url, own.ca_location), "bluecore.ca_location") as session:
            try:
                # A secret follows no redirect.
                return session.post(own.token_url, json=body, allow_redirects=False)
            except requests.RequestException as error:
                raise TokenUnavailable(self._sentence(_WHY[no_answer(error)])) from None

    def _sentence(self, why: str) -> str:
        where = address(self._credentials.token_url)
        return f"no access token for Bluecore's REST APIs from {where}: {why}"

    def _advice(self, answer: requests.Response) -> str:
        """What it says, and what to look at; Auth0, of whose form the answers are, says 403 of an audience too."""
        try:
            said = _REFUSAL.validate_json(answer.content)
        except ValidationError:
            said = _Refusal()
        words = ", ".join(filter(None, (said.error, said.error_description, said.message)))[:_SAID]
        shown = f" ({words.replace(self._credentials.client_secret, MASK)})" if words else ""
        status = answer.status_code
        if status == requests.codes.too_many_requests or status >= requests.codes.server_error:
            return f"{shown}: it is asked again"
        if answer.is_redirect or status in {requests.codes.not_found, requests.codes.method_not_allowed}:
            return f"{shown}: check token_url, with its whole path"
        client = f"of the client {self._credentials.client_id}"
        if status == requests.codes.forbidden or "audience" in words:
            return f"{shown}: check audience, and what the key {client} was made for in Bluecore's Developer Portal"
        return f"{shown}: check client_id and client_secret {client}"
