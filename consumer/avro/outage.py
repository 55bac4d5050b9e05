"""An outage of the schema registry in words: what is wrong, and what to do. Never with credentials."""

from __future__ import annotations

import requests
from urllib3.exceptions import NameResolutionError, NewConnectionError

from consumer.config.addresses import address
from consumer.errors import exception_chain


def no_answer(url: str, error: Exception, timeout_seconds: float) -> str:
    """Why no HTTP answer came."""
    where, causes = address(url), tuple(exception_chain(error))
    if any(isinstance(cause, requests.exceptions.SSLError) for cause in causes):
        return (
            f"the TLS connection to the schema registry at {where} failed: {_innermost(causes)}; set "
            "ssl.ca.location to its CA's certificate, and ssl.certificate.location if it asks for one"
        )
    if any(isinstance(cause, requests.Timeout) for cause in causes):
        return (
            f"the schema registry at {where} did not answer within {timeout_seconds:g} s: "
            "is it overloaded, or a firewall in the way? timeout.ms sets the limit"
        )
    if any(isinstance(cause, requests.exceptions.ProxyError) for cause in causes):
        return f"the proxy before the schema registry at {where} failed: check HTTPS_PROXY and NO_PROXY"
    if any(isinstance(cause, NameResolutionError) for cause in causes):
        return f"the schema registry's host name in {where} is unknown to DNS: check schema_registry.url"
    if any(isinstance(cause, NewConnectionError) for cause in causes):
        return f"nothing accepts connections at {where}: is the schema registry running, and is its port right?"
    return f"the connection to the schema registry at {where} broke ({type(error).__name__})"


def no_registry_answer(url: str, status: int) -> str:
    """Why an HTTP answer says nothing of what was asked for."""
    where = address(url)
    advice = {
        401: "it does not accept the credentials: check basic.auth.user.info or bearer.auth.token",
        403: "it does not allow this user what was asked for: have the permission granted",
        404: "is schema_registry.url the registry's address, with its whole path?",
    }
    if status in advice:
        return f"the schema registry at {where} answers {status}: {advice[status]}"
    if requests.codes.ok <= status < requests.codes.multiple_choices:
        return f"what answers at {where} does not speak the schema registry's protocol: check schema_registry.url"
    return f"the schema registry at {where} answers {status}: see its own logs"


def _innermost(causes: tuple[BaseException, ...]) -> str:
    return str(causes[-1])[:200]
