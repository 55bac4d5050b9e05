"""requests' adapter, made to pass over interim answers, to read what headers libcurl reads, and to tell of the head.

The standard library passes over 100 alone: a 102 or 103 (Early Hints) would be taken for the answer itself. And of an
answer with more than a hundred headers it gives nothing, not even the status [Python 3.11 to 3.14].
"""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

_FINAL = 200
_MOST_HEADERS = 5_000
_LONGEST_HEADER = 100 << 10
http.client._MAXLINE = max(_LONGEST_HEADER, http.client._MAXLINE)  # type: ignore[attr-defined]  # noqa: SLF001 - as libcurl
http.client._MAXHEADERS = max(_MOST_HEADERS, http.client._MAXHEADERS)  # type: ignore[attr-defined]  # noqa: SLF001 - there is no other way to say it before Python 3.15


class Heads(threading.local):
    """Of each thread, who is told of the head of an answer: what comes behind it may still fail.

    Attributes:
        told: is given the status and its reason.
    """

    told: Callable[[int, str], None] | None = None


heads = Heads()


class _Response(http.client.HTTPResponse):
    def begin(self) -> None:
        super().begin()
        if heads.told is not None:
            heads.told(self.status, self.reason)

    def _read_status(self) -> tuple[str, int, str]:
        while True:
            version, status, reason = super()._read_status()  # type: ignore[misc]
            if status == http.client.SWITCHING_PROTOCOLS or status >= _FINAL:
                return version, status, reason
            http.client.parse_headers(self.fp)


class _Connection(HTTPConnection):
    response_class = _Response


class _SecureConnection(HTTPSConnection):
    response_class = _Response


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class InterimAnswersPass(HTTPAdapter):
    """The adapter, with pools whose connections do so; a proxy's too."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
        return manager
