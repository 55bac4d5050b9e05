"""The access tokens of this process for Bluecore's REST APIs, and what they allow."""

from __future__ import annotations

import time
from collections.abc import Iterable
from functools import cache
from typing import Final

from consumer.bluecore.token_service import Credentials, TokenService
from consumer.config.rest_api import RestApiConfig
from consumer.tokens.source import TokenPolicy, TokenSource
from consumer.tokens.token import Token

# As soon as it is refused: an API that takes none of them is asked by fewer and fewer probes, or given up.
_POLICY: Final = TokenPolicy(refused_seconds=0)


def access_tokens(api: RestApiConfig, ca_location: str | None = None) -> TokenSource:
    """The same for all who use one client: a token is fetched once, ahead of its end, and nobody waits for that.

    `current()` gives one at once or none; `token()` waits for the first. Its end is one of `time.monotonic`.

    Args:
        api: the section of the destination.
        ca_location: of the destination.
    """
    return _source(Credentials.of(api, ca_location))


@cache
def _source(credentials: Credentials) -> TokenSource:
    return TokenSource(TokenService(credentials), _POLICY, time.monotonic, whose="Bluecore")


def missing_scopes(token: Token, needed: Iterable[str]) -> str:
    """What the token does not allow of what is needed, and what to do; empty where that is nothing, or not known."""
    missing = () if token.scopes is None else sorted(set(needed) - token.scopes)
    if not missing:
        return ""
    return (
        f"the key of bluecore.rest_api does not allow {', '.join(missing)}: add it in Bluecore's Developer Portal; "
        "the next token has it"
    )
