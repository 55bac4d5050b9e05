"""The API server, as an administrator calls it."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any, Final, NamedTuple

import requests

Object = dict[str, Any]
JSON: Final = "application/json"
MERGE: Final = "application/merge-patch+json"
STRATEGIC: Final = "application/strategic-merge-patch+json"
_SECONDS: Final = 30


class Answer(NamedTuple):
    """HTTP's status, and the object; that of an error has a `message`."""

    status: int
    body: Object


class Api:
    """Any thread may call it."""

    def __init__(self, server: str, token: str, authority: Path) -> None:
        self._server = server
        self._session = requests.Session()
        self._session.verify = str(authority)
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {token}"
        self._lock = threading.Lock()

    def call(self, method: str, path: str, body: Object | None = None, kind: str = JSON) -> Answer:
        """What it answers, be it an error.

        Raises:
            requests.RequestException: it does not answer.
        """
        data = None if body is None else json.dumps(body)
        with self._lock:
            answer = self._session.request(
                method, self._server + path, data=data, headers={"Content-Type": kind}, timeout=_SECONDS
            )
        return Answer(answer.status_code, answer.json() if answer.content else {})

    def get(self, path: str) -> Object:
        """The object, or the list of them.

        Raises:
            AssertionError: it is not to be had; with the server's sentence.
        """
        answer = self.call("GET", path)
        assert answer.status < 300, f"GET {path}: {answer.body.get('message')}"
        return answer.body

    def text(self, path: str) -> str:
        """What is no JSON, such as a pod's log."""
        with self._lock:
            return self._session.get(self._server + path, timeout=_SECONDS).text
