"""Why a request got no answer, read from requests' exception, whichever library raised it."""

from __future__ import annotations

import socket
import ssl

import requests
from urllib3.exceptions import NewConnectionError
from urllib3.exceptions import TimeoutError as PoolTimeoutError

from consumer.errors import exception_chain
from consumer.records import NoAnswer


class NoTokenError(requests.RequestException):
    """There is no access token to be shown; the message says why."""


# The first that fits: a name error is a failed connection too, a TLS failure may come with a reset.
_KINDS: tuple[tuple[NoAnswer, tuple[type[BaseException], ...]], ...] = (
    (NoAnswer.TOKEN, (NoTokenError,)),
    (NoAnswer.DNS, (socket.gaierror,)),
    (NoAnswer.TLS, (requests.exceptions.SSLError, ssl.SSLError)),
    (NoAnswer.REFUSED, (ConnectionRefusedError, NewConnectionError)),
    (NoAnswer.TIMEOUT, (requests.Timeout, PoolTimeoutError, TimeoutError)),
    (NoAnswer.RESET, (ConnectionError, requests.exceptions.ChunkedEncodingError)),
)


def no_answer(error: requests.RequestException) -> NoAnswer:
    """The kind of failure, by the error and all that caused it."""
    chain = list(exception_chain(error))
    for kind, exceptions in _KINDS:
        if any(isinstance(cause, exceptions) for cause in chain):
            return kind
    return NoAnswer.OTHER
