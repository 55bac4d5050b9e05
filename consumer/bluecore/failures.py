"""Why a request got no answer, read from requests' exception, whichever library raised it."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import requests
from urllib3.exceptions import NewConnectionError
from urllib3.exceptions import TimeoutError as PoolTimeoutError

from consumer.records import NoAnswer

# The first that fits: a name error is a failed connection too, a TLS failure may come with a reset.
_KINDS: tuple[tuple[NoAnswer, tuple[type[BaseException], ...]], ...] = (
    (NoAnswer.DNS, (socket.gaierror,)),
    (NoAnswer.TLS, (requests.exceptions.SSLError, ssl.SSLError)),
    (NoAnswer.REFUSED, (ConnectionRefusedError, NewConnectionError)),
    (NoAnswer.TIMEOUT, (requests.Timeout, PoolTimeoutError, TimeoutError)),
    (NoAnswer.RESET, (ConnectionError, requests.exceptions.ChunkedEncodingError)),
)


def no_answer(error: requests.RequestException) -> NoAnswer:
    """The kind of failure, by the error and all that caused it."""
    chain = list(_causes(error))
    for kind, exceptions in _KINDS:
        if any(isinstance(cause, exceptions) for cause in chain):
            return kind
    return NoAnswer.OTHER


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, and those that it wraps: requests and urllib3 pass them as arguments, as `reason`, and by `from`."""
    seen: set[int] = set()
    pending: list[object] = [error]
    while pending:
        cause = pending.pop()
        if isinstance(cause, BaseException) and id(cause) not in seen:
            seen.add(id(cause))
            yield cause
            pending += [*cause.args, getattr(cause, "reason", None), cause.__cause__, cause.__context__]
