"""What the registry is shown of us: a user and password, a token that stays, or one that is fetched.

Users and passwords go as UTF-8 (RFC 7617): requests alone writes them as Latin-1, and fails at what that has not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit, urlunsplit

import requests
from requests.auth import AuthBase, HTTPBasicAuth

from consumer.avro.options import RegistryOptions
from consumer.avro.token_source import TokenSource


@dataclass(frozen=True, slots=True)
class Place:
    """One address of the registry.

    Attributes:
        url: without user, password and closing slash.
        auth: what goes with a request to it; raises RegistryUnavailable where that is not to be had.
    """

    url: str
    auth: Callable[[], AuthBase | None]


class Credentials:
    """Those of one registry."""

    def __init__(self, options: RegistryOptions) -> None:
        self._tokens = None if options.token_client is None else TokenSource(options.token_client, options)
        self._static: AuthBase | None = None
        if options.bearer_token:
            self._static = _Bearer(options.bearer_token)
        elif options.basic_auth:
            self._static = _basic(*options.basic_auth)
        self._shown = ""

    def place(self, url: str) -> Place:
        """An address, whose own user counts where the options name none."""
        parts = urlsplit(url.rstrip("/"))
        user_info, _, host = parts.netloc.rpartition("@")
        own = _basic(*map(unquote, user_info.partition(":")[::2])) if user_info else None
        plain = urlunsplit(parts._replace(netloc=host))
        return Place(plain, lambda: self._fetched() if self._tokens else self._static or own)

    def renewed(self) -> bool:
        """Whether it is worth to ask again what was answered with 401: the next time another token goes with it."""
        if self._tokens is None:
            return False
        self._tokens.refused(self._shown)
        return True

    def close(self) -> None:
        if self._tokens is not None:
            self._tokens.close()

    def _fetched(self) -> AuthBase | None:
        if self._tokens is None:
            return None
        self._shown = self._tokens.token()
        return _Bearer(self._shown)


def _basic(user: str, password: str) -> HTTPBasicAuth:
    return HTTPBasicAuth(user.encode(), password.encode())


class _Bearer(AuthBase):
    """An `auth` of its own, because a `.netrc` overrides a mere header."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request
