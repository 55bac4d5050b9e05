"""The seam between the client and the library that moves the bytes: requests' own values in and out.

Two libraries stand behind it, and one suite of tests holds both to the same behaviour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple, Protocol

import requests
from requests.cookies import RequestsCookieJar
from requests.structures import CaseInsensitiveDict
from requests.utils import get_encoding_from_headers

BODY_LIMIT = 64 * 1024
"""Bytes of an answer's body that are kept; the rest is read past or the connection closed."""


_NONE: Mapping[str, str] = MappingProxyType({})


class ReadResponse(requests.Response):
    """A response whose body has been read, up to `BODY_LIMIT`, and whose connection is free again.

    Its parts are made when they are first asked for, as most answers' never are: less than an attribute, to mypy.
    """

    def __init__(
        self, request: requests.PreparedRequest, status: int, head: str, body: bytes, seconds: float
    ) -> None:
        """`head`: what stood on the wire before the body; where there were interim answers, theirs too."""
        # Not the library's own: the cookie jar alone that it makes costs as much as the request.
        self.request = request
        self.url = request.url or ""
        self.status_code = status
        self.history = []
        self.raw = None
        self._head = head
        self._seconds = seconds
        self._next = None
        self._content = body
        self._content_consumed = True

    @cached_property
    def _lines(self) -> list[str]:
        # Interim answers (100, 103) and a proxy's come first, each with its own status line.
        return self._head.removesuffix("\r\n\r\n").rpartition("\r\n\r\n")[2].split("\r\n")

    @cached_property
    def reason(self) -> str:  # type: ignore[override]
        return self._lines[0].partition(" ")[2].partition(" ")[2]

    @cached_property
    def headers(self) -> CaseInsensitiveDict[str]:  # type: ignore[override]
        found: CaseInsensitiveDict[str] = CaseInsensitiveDict()
        for line in self._lines[1:]:
            name, colon, value = line.partition(":")
            if colon:
                value = value.strip()
                found[name] = f"{found[name]}, {value}" if name in found else value
        return found

    @cached_property
    def encoding(self) -> str | None:  # type: ignore[override]
        return get_encoding_from_headers(self.headers)

    @cached_property
    def elapsed(self) -> timedelta:  # type: ignore[override]
        return timedelta(seconds=self._seconds)

    @cached_property
    def cookies(self) -> RequestsCookieJar:  # type: ignore[override]
        return RequestsCookieJar()

    def headers_like(self, prefixes: tuple[str, ...]) -> Mapping[str, str]:
        """The headers whose names begin with one of these, all in lower case."""
        head = self._head.lower()
        for prefix in prefixes:
            if prefix in head:
                break
        else:
            return _NONE
        return {name: value for name, value in self.headers.lower_items() if name.startswith(prefixes)}


class Done(NamedTuple):
    """A request that is over: requests' answer to it or requests' exception, after `seconds`."""

    ticket: int
    result: ReadResponse | requests.RequestException
    seconds: float


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """How to reach the endpoint, in the terms of `requests.Session.send`.

    `timeout` is in seconds and bounds the whole exchange, connecting included: what trickles is as late as what
    never comes.
    """

    timeout: float
    max_in_flight: int
    verify: bool | str = True
    cert: str | tuple[str, str] | None = None
    proxies: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def from_environment(
        cls, url: str, *, timeout: float, max_in_flight: int, verify: bool | str = True
    ) -> ConnectionSettings:
        """What a requests session would use for `url`: proxies and CA bundle from the environment, read once."""
        with requests.Session() as session:
            merged = session.merge_environment_settings(url, {}, stream=None, verify=verify, cert=None)
        return cls(
            timeout=timeout,
            max_in_flight=max_in_flight,
            verify=verify if merged["verify"] is None else merged["verify"],
            cert=merged["cert"],
            proxies=MappingProxyType(dict(merged["proxies"])),
        )


class Transport(Protocol):
    """Carries prepared requests, many at a time; called from one thread. Redirects are answers, not followed."""

    @property
    def in_flight(self) -> int:
        """Requests sent and not yet handed back by `wait`."""

    def send(self, ticket: int, request: requests.PreparedRequest) -> None:
        """Begin a request; never blocks. `ticket` is the caller's name for it, unique among those in flight."""

    def wait(self, seconds: float) -> list[Done]:
        """All requests that are over, as soon as there is one; none after `seconds`. 0: just look."""

    def close(self) -> None:
        """Give up what is in flight and close all connections."""
