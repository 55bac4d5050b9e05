"""The seam between the client and the library that moves the bytes: requests' terms and exceptions.

Three ways stand behind it, and one suite of tests holds all of them to the same behaviour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple, Protocol

import requests

from consumer.bluecore.outgoing import Request
from consumer.bluecore.response import Response


class Done(NamedTuple):
    """A request that is over: the answer to it or requests' exception, after `seconds`."""

    ticket: int
    result: Response | requests.RequestException
    seconds: float
    destination: str = ""


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """How to reach the endpoint, in the terms of `requests.Session.send`.

    Attributes:
        timeout: seconds, for the whole exchange, connecting included: what trickles is as late as what never comes.
        max_in_flight: how many requests there are at a time, at most.
        verify: whether the server's certificate is checked, or the path of the CA bundle to check it by.
        cert: the path of the client's certificate, or those of certificate and key.
        proxies: by scheme, or scheme and host.
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


def trusted(url: str, ca_location: str | None) -> str | None:
    """The path of the CA bundle by which a server is checked; None: the well-known ones.

    Args:
        url: the server's.
        ca_location: what the configuration says; None: the environment may.
    """
    verify = ConnectionSettings.from_environment(url, timeout=1, max_in_flight=1, verify=ca_location or True).verify
    return verify if isinstance(verify, str) else None


class Transport(Protocol):
    """Carries requests, many at a time; called from one thread. Redirects are answers, not followed.

    It has the settings of every destination, by its name.
    """

    @property
    def in_flight(self) -> int:
        """Requests sent and not yet handed back by `wait`."""

    def send(self, ticket: int, request: Request, destination: str = "") -> None:
        """Begin a request; never blocks.

        Args:
            ticket: the caller's name for it, unique among those in flight.
            request: the whole request, as requests has it or in short.
            destination: by whose settings it goes.
        """

    def wait(self, seconds: float) -> list[Done]:
        """All requests that are over, as soon as there is one; none after `seconds`. 0: just look."""

    def close(self) -> None:
        """Give up what is in flight and close all connections."""
