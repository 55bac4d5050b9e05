"""Whom the sandbox answers: its own page and programs, and no other web page that a browser has open.

A page of a stranger reaches a sandbox on this machine in two ways. It posts to it across sites, which a browser lets
pass, though it does not show the answer. Or its own name leads to this machine all of a sudden (DNS rebinding): then
it may read, too. A browser tells the first by `Origin` and `Sec-Fetch-Site` and the second by `Host`.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

import orjson
from starlette.types import ASGIApp, Receive, Scope, Send

MOST_BYTES = 1 << 20
"""Of a body to another page than the Events API, which has a limit of its own."""
ANY = "*"
_OWN = frozenset(("localhost", "host.docker.internal", "host.containers.internal"))
_READING = frozenset(("GET", "HEAD", "OPTIONS"))
_OWN_SITE = frozenset(("", "same-origin", "none"))


class Callers:
    """An application, for those who may call it. What passes is handed on as it came."""

    def __init__(self, app: ASGIApp, allowed: Iterable[str] = ()) -> None:
        """Takes the names by which it may be called.

        Args:
            app: the application.
            allowed: host names beside `localhost` and any IP address, which no other site can have; `*.` in front
                stands for any name below, and `*` alone for all.
        """
        self._app = app
        self._allowed = [name.lower().rstrip(".") for name in allowed]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (refusal := self._refusal(scope)) is not None:
            await _refuse(send, *refusal)
        else:
            await self._app(scope, receive, send)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = {name: value.decode("latin-1") for name, value in scope["headers"] if name in _LOOKED_AT}
        host = headers.get(b"host", "")
        if not self._is_own(host):
            name = _name_of(host)[:255]
            return (
                421,
                f"The sandbox does not go by the name {name}. If it should, start it with --allow-host {name}.",
            )
        if scope["method"] in _READING:
            return None
        origin = headers.get(b"origin")
        if headers.get(b"sec-fetch-site", "").lower() not in _OWN_SITE or not _is_same(origin, host):
            return 403, "Another web page has sent this. Only programs and the sandbox's own page may."
        return None

    def _is_own(self, host: str) -> bool:
        """Without a name it is no browser that asks."""
        name = _name_of(host)
        if not host or name in _OWN or name.endswith(".localhost") or ANY in self._allowed:
            return True
        for allowed in self._allowed:
            if name == allowed or (allowed.startswith("*.") and name.endswith(allowed[1:])):
                return True
        try:
            ip_address(name.strip("[]"))
        except ValueError:
            return False
        return True


_LOOKED_AT = frozenset((b"host", b"origin", b"sec-fetch-site"))


def _name_of(host: str) -> str:
    """A `Host` without its port, in lower case."""
    host = host.strip().lower()
    name = host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]
    return name.rstrip(".")


def _is_same(origin: str | None, host: str) -> bool:
    """Whether the page that asks is the sandbox's own; a program names no origin."""
    if origin is None:
        return True
    try:
        return urlsplit(origin).netloc.lower() == host.strip().lower()
    except ValueError:
        return False


async def bounded_body(receive: Receive, most: int) -> tuple[bytes | None, bool]:
    """A body, and whether it came whole; no body when it is too large.

    Too large a body is read to its end all the same: a client that is still sending would miss the answer.
    """
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None, False
        part: bytes = message.get("body", b"")
        size += len(part)
        if size <= most:
            parts.append(part)
        else:
            parts.clear()
        if not message.get("more_body", False):
            return (b"".join(parts) if size <= most else None), True


async def _refuse(send: Send, status: int, error: str) -> None:
    body = orjson.dumps({"error": error})
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
