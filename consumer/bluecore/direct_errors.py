"""What breaks a connection of our own, as requests' exceptions."""

from __future__ import annotations

import ssl

from requests import RequestException, exceptions

from consumer.bluecore.outgoing import Outgoing
from consumer.bluecore.reply import NoHttpError


def exception_for(error: Exception, outgoing: Outgoing) -> RequestException:
    """What requests would have raised."""
    if isinstance(error, RequestException):
        error.request = outgoing.prepared()
        return error
    kind: type[RequestException] = exceptions.ConnectionError
    if isinstance(error, NoHttpError):
        kind = exceptions.InvalidHeader
    elif isinstance(error, ssl.SSLError):
        kind = exceptions.SSLError
    elif isinstance(error, TimeoutError):
        kind = exceptions.ConnectTimeout
    return kind(error, request=outgoing.prepared())
