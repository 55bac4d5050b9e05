"""The errors of the key services' own libraries: which are outages, and what is told of them."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
import requests

from consumer.avro.key_failures import KeyServiceUnavailable, is_outage, reason_of

# Most of them have no types.
azure: Any = import_module("azure.core.exceptions")
boto: Any = import_module("botocore.exceptions")
google: Any = import_module("google.api_core.exceptions")
google_auth: Any = import_module("google.auth.exceptions")
vault: Any = import_module("hvac.exceptions")
tink: Any = import_module("tink")


def aws(code: str, status: int) -> Any:
    return boto.ClientError(
        {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": status}}, "Decrypt"
    )


def azure_answer(status: int) -> Any:
    error = azure.HttpResponseError("no")
    error.status_code = status
    return error


OUTAGES: dict[str, Callable[[], Exception]] = {
    "a connection that is refused": lambda: ConnectionRefusedError(111, "refused"),
    "a time-out": TimeoutError,
    "TLS": lambda: ssl.SSLError("handshake"),
    "requests": lambda: requests.ConnectionError("no route"),
    "AWS, no connection": lambda: boto.EndpointConnectionError(endpoint_url="https://kms"),
    "AWS, silent": lambda: boto.ReadTimeoutError(endpoint_url="https://kms"),
    "AWS, no credentials": boto.NoCredentialsError,
    "AWS, throttled": lambda: aws("ThrottlingException", 400),
    "AWS, failing": lambda: aws("KMSInternalException", 500),
    "AWS, expired credentials": lambda: aws("ExpiredTokenException", 400),
    "Azure, no connection": lambda: azure.ServiceRequestError("no"),
    "Azure, no token": lambda: azure.ClientAuthenticationError("no"),
    "Azure, busy": lambda: azure_answer(429),
    "Azure, failing": lambda: azure_answer(503),
    "Google, failing": lambda: google.ServiceUnavailable("no"),
    "Google, busy": lambda: google.TooManyRequests("no"),
    "Google, no credentials": lambda: google_auth.DefaultCredentialsError("no"),
    "Google, no token": lambda: google_auth.TransportError("no"),
    "Vault, sealed": lambda: vault.VaultDown("sealed"),
    "Vault, failing": lambda: vault.InternalServerError("no"),
    "ours": lambda: KeyServiceUnavailable("it did not answer within 5 s"),
}
ANSWERS: dict[str, Callable[[], Exception]] = {
    "AWS, not allowed": lambda: aws("AccessDeniedException", 400),
    "AWS, no such key": lambda: aws("NotFoundException", 400),
    "AWS, another key": lambda: aws("InvalidCiphertextException", 400),
    "Azure, not allowed": lambda: azure_answer(403),
    "Azure, no such key": lambda: azure_answer(404),
    "Google, not allowed": lambda: google.PermissionDenied("no"),
    "Google, no such key": lambda: google.NotFound("no"),
    "Vault, not allowed": lambda: vault.Forbidden("permission denied"),
    "Vault, another key": lambda: vault.InvalidRequest("cipher: message authentication failed"),
    "local": lambda: tink.TinkError("cannot load secret"),
    "a mistake": lambda: ValueError("no"),
}


@pytest.mark.parametrize("name", OUTAGES)
def test_an_error_that_says_nothing_of_the_key_is_an_outage(name: str) -> None:
    error = OUTAGES[name]()
    assert is_outage(error)
    assert is_outage(tink.TinkError(error)), "as tink wraps it"


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_none(name: str) -> None:
    error = ANSWERS[name]()
    assert not is_outage(error)
    assert not is_outage(tink.TinkError(error))


def test_what_is_told_is_what_the_innermost_error_with_words_says() -> None:
    """Confluent's `RuleError` and `SerializationError` may have none."""
    outer = RuntimeError("")
    outer.__cause__ = tink.TinkError(vault.Forbidden("permission\ndenied"))
    assert reason_of(outer).startswith("permission denied")
    assert reason_of(TimeoutError()) == "TimeoutError"
    assert len(reason_of(ValueError("x" * 1000))) == 200
