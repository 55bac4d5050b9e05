"""Why a key management service gave no key: an outage, which is waited for, or an answer, which is not.

The services' libraries are not imported: their errors are told by class names and by the HTTP status that they carry.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from consumer.errors import exception_chain

_OUTAGES = frozenset(
    (
        # The system, requests and httpx
        *("OSError", "RequestException", "TransportError", "HTTPClientError"),
        # boto3
        *("ConnectionError", "NoCredentialsError", "CredentialRetrievalError", "TokenRetrievalError"),
        *("PartialCredentialsError", "NoRegionError", "ProfileNotFound"),
        # azure-core and azure-identity
        *("ServiceRequestError", "ServiceResponseError", "ClientAuthenticationError", "CredentialUnavailableError"),
        # google-auth and google-api-core
        *("GoogleAuthError", "ServerError", "TooManyRequests", "RetryError"),
        # hvac
        *("VaultDown", "InternalServerError", "BadGateway", "RateLimitExceeded", "Unauthorized"),
        "KeyServiceUnavailable",
    )
)
"""Missing credentials are one, too: no record is at fault, and whoever runs this can give them."""
_CODES = frozenset(("ThrottlingException", "LimitExceededException", "ExpiredTokenException", "KMSInternalException"))
_WAIT = frozenset((401, 408, 429))
_SERVER_ERRORS = 500
_LONGEST = 200


class KeyServiceUnavailable(Exception):
    """A key management service gave no answer, or one that says nothing of the key."""


def is_outage(error: BaseException) -> bool:
    """Whether the error says nothing of the key that was asked for."""
    return any(_is_one(each) for each in exception_chain(error))


def reason_of(error: BaseException) -> str:
    """What went wrong, in the words of the innermost error that has some: outer ones may be empty."""
    causes = list(exception_chain(error))
    said = next((text for each in reversed(causes) if (text := str(each).strip())), type(causes[-1]).__name__)
    return " ".join(said.split())[:_LONGEST]


def _is_one(error: BaseException) -> bool:
    if any(each.__name__ in _OUTAGES for each in type(error).__mro__):
        return True
    response: Any = getattr(error, "response", None)
    status = getattr(error, "status_code", None)
    if isinstance(response, Mapping):
        status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", status)
        if response.get("Error", {}).get("Code") in _CODES:
            return True
    return isinstance(status, int) and (status in _WAIT or status >= _SERVER_ERRORS)
