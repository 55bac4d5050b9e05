"""An exception with all that it wraps, however it wraps it."""

from __future__ import annotations

import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError

from consumer.errors import exception_chain


def test_what_requests_and_urllib3_wrap_comes_from_the_outside_in() -> None:
    refused = ConnectionRefusedError(111, "Connection refused")
    new_connection = NewConnectionError(None, "failed")  # type: ignore[arg-type]  # no connection is needed
    new_connection.__cause__ = refused
    retried = MaxRetryError(None, "/", new_connection)  # type: ignore[arg-type]
    outer = requests.ConnectionError(retried)
    assert list(exception_chain(outer)) == [outer, retried, new_connection, refused]


def test_a_circle_is_walked_once() -> None:
    one, other = ValueError("one"), ValueError("other")
    one.__context__, other.__context__ = other, one
    assert list(exception_chain(one)) == [one, other]
