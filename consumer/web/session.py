"""HTTP whose answers end: a session of requests that gives no answer larger or slower than a limit."""

from __future__ import annotations

import io
import time
from pathlib import Path
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter

from consumer.errors import UnusableSetting
from consumer.web.answer import MOST_BYTES, bounded_content


class AnswerTooLargeError(requests.RequestException):
    """An answer has more bytes than any that a registry gives."""


class BoundedAdapter(HTTPAdapter):
    """Reads each answer whole before it gives it; no caller's time-out or CA bundle counts but its own."""

    def __init__(self, seconds: float, ca: str | None = None) -> None:
        """Takes the limits.

        Args:
            seconds: how long one answer may take, from the request to its last byte.
            ca: a PEM file of the CA; None: the well-known ones.
        """
        super().__init__()
        self._seconds = seconds
        self._ca = ca

    def send(self, request: requests.PreparedRequest, *_: Any, **options: Any) -> requests.Response:
        """See `HTTPAdapter.send`.

        Raises:
            AnswerTooLargeError: the answer is larger than MOST_BYTES.
            requests.exceptions.ReadTimeout: it drips for longer than a whole answer may take.
            requests.RequestException: there is none.
        """
        deadline = time.monotonic() + self._seconds
        own = {"stream": True, "timeout": self._seconds, "verify": self._ca or True}
        response = super().send(request, **(options | own))
        try:
            with response:
                content = bounded_content(response, deadline, MOST_BYTES)
        except urllib3.exceptions.TimeoutError as error:
            raise requests.exceptions.ReadTimeout(error) from None
        except urllib3.exceptions.HTTPError as error:
            raise requests.exceptions.ConnectionError(error) from None
        if content is None:
            raise AnswerTooLargeError(f"more than {MOST_BYTES >> 20} MB")
        # It is decoded by now: read once more with its encoding it would be garbage.
        response.headers.pop("Content-Encoding", None)
        response.raw = io.BytesIO(content)
        return response


def bounded_session(seconds: float, ca: str | None = None, setting: str = "ssl.ca.location") -> requests.Session:
    """A session with a `BoundedAdapter` for every address; `setting` names the CA's file.

    Raises:
        UnusableSetting: there is no file of the CA.
    """
    if ca is not None and not Path(ca).exists():
        raise UnusableSetting(f"{setting}: there is no file {ca}")
    session = requests.Session()
    # Else what a .netrc holds for the host would override the cloud's own credentials.
    session.auth = _as_it_is
    session.mount("https://", BoundedAdapter(seconds, ca))
    session.mount("http://", BoundedAdapter(seconds, ca))
    return session


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
