"""A connection to the first of a host's addresses that answers: none that is silent holds up the others.

A host often has addresses of IPv6 and of IPv4, and a firewall that drops one of the two families [RFC 8305].
"""

from __future__ import annotations

import os
import select
import socket
import time
from collections import deque
from collections.abc import Sequence
from itertools import chain, zip_longest
from typing import Any, Final, NamedTuple

_HEAD_START_SECONDS: Final = 0.25
"""What an address has before the next is tried beside it [RFC 8305, 5: "Connection Attempt Delay"]."""


class Found(NamedTuple):
    """One of a host's addresses, as `socket.getaddrinfo` gives it."""

    family: int
    kind: int
    protocol: int
    canonical: str
    at: Any


def resolved(host: str, port: int, first: object = None) -> list[Found]:
    """The addresses of a host in the order in which they are to be tried: the families in turns.

    Args:
        host: its name, or its address.
        port: of TCP.
        first: the address that is to be tried before all others, if it is still one of them.

    Raises:
        OSError: the name is not known, or has no address.
    """
    found = [Found(*each) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not found:
        raise OSError(f"{host} has no address")
    preferred = [each for each in found if each.family == found[0].family]
    others = [each for each in found if each.family != found[0].family]
    turns = [each for each in chain.from_iterable(zip_longest(preferred, others)) if each is not None]
    return sorted(turns, key=lambda each: each.at != first)


def reached(addresses: Sequence[Found], until: float) -> tuple[socket.socket, Any]:
    """A socket that does not block, to the first address that answers, and that address.

    Args:
        addresses: in the order in which they are tried; at least one.
        until: when to give up, on the monotonic clock.

    Raises:
        OSError: none can be reached; the last reason. TimeoutError: the time is up.
    """
    waiting, trying, poller = deque(addresses), dict[int, tuple[socket.socket, Any]](), select.poll()
    failed = OSError("there is no address")
    try:
        while waiting or trying:
            if waiting:
                address = waiting.popleft()
                try:
                    made = _begun(address)
                except OSError as error:
                    failed = error
                    continue
                trying[made.fileno()] = made, address.at
                poller.register(made, select.POLLOUT)
            next_at = min(until, time.monotonic() + _HEAD_START_SECONDS) if waiting else until
            stirred = poller.poll(max(0.0, next_at - time.monotonic()) * 1000)
            if not stirred and next_at >= until:
                raise TimeoutError("no address of the host has answered in time")
            for number, _ in stirred:
                made, at = trying.pop(number)
                poller.unregister(number)
                if not (code := made.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)):
                    return made, at
                made.close()
                failed = OSError(code, os.strerror(code))
        raise failed
    finally:
        for made, _ in trying.values():
            made.close()


def _begun(address: Found) -> socket.socket:
    """A socket that is being connected."""
    made = socket.socket(address.family, address.kind, address.protocol)
    try:
        made.setblocking(False)
        made.connect(address.at)
    except BlockingIOError:
        pass
    except BaseException:
        made.close()
        raise
    return made
