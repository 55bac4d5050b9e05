"""Where requests lead, and how they begin on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from ssl import SSLContext
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from requests import exceptions

from consumer.bluecore.connection import Place
from consumer.bluecore.dialing import Address, tls_context
from consumer.bluecore.outgoing import Outgoing, Template
from consumer.bluecore.transport import ConnectionSettings

_PORTS: Final = {"http": 80, "https": 443}
_MADE_HERE: Final = frozenset(("host", "content-length"))


class Way(NamedTuple):
    """How the requests of a template go.

    Attributes:
        head: the request up to the headers that each has alone.
    """

    template: Template
    place: Place
    head: bytes


class Places:
    """All of them. Its state is a memo: a destination nearly always has one template."""

    def __init__(self, settings: Mapping[str, ConnectionSettings]) -> None:
        self._settings = settings
        self._contexts: dict[str, SSLContext] = {}
        self._places: dict[tuple[str, str, str, int], Place] = {}
        self._ways: dict[str, Way] = {}

    def way(self, template: Template, destination: str) -> Way:
        """The way of a template's requests.

        Raises:
            RequestException: its address is none of HTTP, or the certificates of its destination cannot be read.
        """
        known = self._ways.get(destination)
        if known is None or known.template is not template:
            known = self._ways[destination] = self._found(template, destination)
        return known

    def _found(self, template: Template, destination: str) -> Way:
        url = urlsplit(template.url or "")
        host, settings = url.hostname or "", self._settings[destination]
        if url.scheme not in _PORTS or not host:
            raise exceptions.InvalidURL(f"{url.scheme or 'nothing'} is no scheme of HTTP, or there is no host")
        port = url.port or _PORTS[url.scheme]
        key = destination, url.scheme, host, port
        if (place := self._places.get(key)) is None:
            tls = self._context(destination) if url.scheme == "https" else None
            place = self._places[key] = Place(Address(host, port, tls, settings.timeout))
        name = f"[{host}]" if ":" in host else host
        authority = name if port == _PORTS[url.scheme] else f"{name}:{port}"
        path = (url.path or "/") + (f"?{url.query}" if url.query else "")
        lines = [f"{template.method} {path} HTTP/1.1", f"Host: {authority}"]
        lines += [_line(*each) for each in template.headers.items() if each[0].lower() not in _MADE_HERE]
        return Way(template, place, "\r\n".join([*lines, "Content-Length: "]).encode())

    def _context(self, destination: str) -> SSLContext:
        if destination not in self._contexts:
            settings = self._settings[destination]
            try:
                self._contexts[destination] = tls_context(settings)
            except OSError as error:
                what = f"{settings.verify}, {settings.cert}" if settings.cert else settings.verify
                raise exceptions.SSLError(f"the certificates of {what} cannot be read: {error}") from None
        return self._contexts[destination]


def on_the_wire(head: bytes, request: Outgoing) -> bytes:
    """The whole request; `head`: how those of its template begin."""
    _, body, headers = request
    own = "".join([f"\r\n{_line(name, value)}" for name, value in headers.items()])
    return b"%b%d%b\r\n\r\n%b" % (head, len(body), own.encode(), body)


def _line(name: str, value: str) -> str:
    """A header; what comes from a record must not bring another one along."""
    line = f"{name}: {value}"
    return line if line.isprintable() else "".join(each for each in line if each.isprintable())
