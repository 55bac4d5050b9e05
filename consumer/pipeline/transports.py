"""What carries the requests of a configuration: its transport, with access tokens where APIs ask for them."""

from __future__ import annotations

from collections.abc import Iterable

import structlog

from consumer.bluecore.access_tokens import access_tokens
from consumer.bluecore.authorised import AuthorisedTransport, Tokens
from consumer.bluecore.factory import open_transport
from consumer.bluecore.threads import ThreadTransport
from consumer.bluecore.transport import Transport
from consumer.config.endpoints import is_rest, parted, reached
from consumer.config.model import Config

log = structlog.get_logger(__name__)


def transport(config: Config, max_in_flight: int | None = None) -> Transport:
    """The transport that the configuration asks for; a slower one in its place is told of.

    Args:
        config: the configuration.
        max_in_flight: how many requests there are at a time to each API; None: as the configuration has it.

    Raises:
        UnusableSetting: a CA bundle is not there, or what is asked for by name cannot be used.
    """
    endpoints = reached(config)
    most = config.delivery.max_in_flight if max_in_flight is None else max_in_flight
    opened = open_transport(endpoints, most)
    asked = next(iter(endpoints.values())).transport
    if asked == "auto" and isinstance(opened, ThreadTransport):
        log.warning(
            "neither plain sockets nor libcurl can be used here: they take Linux, and pycurl where there is a proxy;"
            " sending by requests, which costs more CPU"
        )
    tokens = _tokens(config, endpoints)
    return AuthorisedTransport(opened, tokens) if tokens else opened


def _tokens(config: Config, endpoints: Iterable[str]) -> dict[str, Tokens]:
    """By REST API of a destination, who has its tokens."""
    found: dict[str, Tokens] = {}
    for name in endpoints:
        bluecore = config.endpoints[parted(name)[0]]
        if is_rest(name) and bluecore.rest_api is not None:
            found[name] = access_tokens(bluecore.rest_api, bluecore.ca_location)
    return found
