"""The transport of libcurl's multi interface: all requests in the caller's own thread, driven by `wait`.

Where requests and curl differ by default, requests is followed: no redirects, its CA bundle, its proxies, its
headers and none of curl's.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import certifi
import pycurl
from requests.utils import select_proxy

from consumer.bluecore.curl_errors import exception_for
from consumer.bluecore.curl_sockets import Sockets
from consumer.bluecore.outgoing import Outgoing, Request, Template
from consumer.bluecore.response import BODY_LIMIT, Response
from consumer.bluecore.transport import ConnectionSettings, Done

# Bluecore's addresses may change; a connection that is never idle would keep the old one for ever.
_CONNECTION_LIFETIME_SECONDS = 300
_FINAL = 200  # below are interim answers; a proxy's to CONNECT is none of libcurl's response codes
# Such as a length that is none, or one encoding on top of many others.
_ODD_HEADERS = frozenset({pycurl.E_FTP_WEIRD_SERVER_REPLY, pycurl.E_BAD_CONTENT_ENCODING})
# curl makes these itself, from the body and the options.
_CURLS_OWN = frozenset({"content-length", "accept-encoding", "user-agent"})
# From about here on curl would ask before it sends a body.
_LARGE_BYTES = 1_000_000

_CURLS_ACCEPT = ("accept", "*/*")
_NOTHING = Outgoing(Template(None, None, {}), b"", {})
_POSTFIELDS: int = pycurl.POSTFIELDS
_HTTPHEADER: int = pycurl.HTTPHEADER
_RESPONSE_CODE: int = pycurl.RESPONSE_CODE
_TOTAL_TIME: int = pycurl.TOTAL_TIME


class _Slot:
    """An easy handle with the buffers of its present request; used again for the next one."""

    def __init__(self, settings: ConnectionSettings, destination: str) -> None:
        self.handle = pycurl.Curl()
        self.destination = destination
        self.lines: list[bytes] = []
        self.body = bytearray()
        self.ticket = 0
        self.request = _NOTHING
        self._template = _NOTHING.template
        self._lines: list[str] = []
        """The headers of the template, as curl takes them."""
        option = self.handle.setopt
        option(pycurl.NOSIGNAL, 1)
        option(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1)
        option(pycurl.FOLLOWLOCATION, 0)
        option(pycurl.TIMEOUT_MS, max(1, int(settings.timeout * 1000)))
        option(pycurl.CONNECTTIMEOUT_MS, max(1, int(settings.timeout * 1000)))
        option(pycurl.MAXLIFETIME_CONN, _CONNECTION_LIFETIME_SECONDS)
        option(pycurl.HEADERFUNCTION, self.lines.append)
        option(pycurl.WRITEFUNCTION, self._append_body)
        self._set_tls(settings)

    def _set_tls(self, settings: ConnectionSettings) -> None:
        option = self.handle.setopt
        if settings.verify is False:
            option(pycurl.SSL_VERIFYPEER, 0)
            option(pycurl.SSL_VERIFYHOST, 0)
        else:
            bundle = certifi.where() if settings.verify is True else settings.verify
            if Path(bundle).is_dir():
                # libcurl's built-in bundle would be trusted beside it.
                self.handle.unsetopt(pycurl.CAINFO)
                option(pycurl.CAPATH, bundle)
            else:
                option(pycurl.CAINFO, bundle)
        if settings.cert is not None:
            certificate, key = (settings.cert,) * 2 if isinstance(settings.cert, str) else settings.cert
            option(pycurl.SSLCERT, certificate)
            option(pycurl.SSLKEY, key)

    def _append_body(self, data: bytes) -> int | None:
        """How much is taken, None being all: less than there is ends the transfer, lest an endless answer hold it."""
        body = self.body
        body += data
        if (over := len(body) - BODY_LIMIT) <= 0:
            return None
        del body[BODY_LIMIT:]
        return len(data) - over

    def prepare(self, ticket: int, request: Outgoing, proxies: Mapping[str, str]) -> None:
        """Make the handle ready for its next request."""
        self.ticket, self.request = ticket, request
        self.lines.clear()
        self.body.clear()
        template, body, own = request
        if template is not self._template:
            self._begin_as(template, proxies)
        option = self.handle.setopt
        option(_POSTFIELDS, body)
        headers = self._lines + [f"{name}: {value}" for name, value in own.items()]
        if len(body) >= _LARGE_BYTES:
            headers.append("Expect:")
        option(_HTTPHEADER, headers)

    def _begin_as(self, template: Template, proxies: Mapping[str, str]) -> None:
        """What is set for all requests of a template."""
        option, url = self.handle.setopt, template.url or ""
        option(pycurl.URL, url)
        # An empty proxy keeps curl from reading the environment by rules of its own.
        option(pycurl.PROXY, select_proxy(url, proxies) or "")
        option(pycurl.CUSTOMREQUEST, template.method)
        headers = {name.lower(): value for name, value in template.headers.items()}
        option(pycurl.ACCEPT_ENCODING, headers.get("accept-encoding", "identity"))
        option(pycurl.USERAGENT, headers.get("user-agent", ""))
        self._lines = [
            f"{name}: {value}" if value else f"{name};"
            for name, value in template.headers.items()
            if name.lower() not in _CURLS_OWN and (name.lower(), value) != _CURLS_ACCEPT
        ]
        self._template = template

    def has_status(self, code: int) -> bool:
        """Whether the head of the final answer is there: as a whole, or up to what libcurl cannot make sense of."""
        whole = bool(self.lines) and not self.lines[-1].strip()
        return (whole or code in _ODD_HEADERS) and bool(self.handle.getinfo(pycurl.RESPONSE_CODE) >= _FINAL)

    def response(self) -> Response:
        """The answer that has come in."""
        head = b"".join(self.lines).decode("latin-1")
        return Response(self.handle.getinfo(_RESPONSE_CODE), head, bytes(self.body))


class CurlTransport:
    """One multi handle and as many easy handles as were ever in flight together; connections are kept alive.

    An easy handle is one destination's for good: it has its settings.

    A request on a kept connection that the server has just closed is sent again on a fresh one, by libcurl, when
    no byte of an answer had come. The time limit runs whether `wait` is called or not: a caller that stays away
    for longer finds its requests timed out.
    """

    def __init__(self, settings: Mapping[str, ConnectionSettings]) -> None:
        """`settings`: by destination."""
        self._settings = settings
        self._longest = max(each.timeout for each in settings.values())
        self._multi: Any = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_MAXCONNECTS, sum(each.max_in_flight for each in settings.values()))
        self._sockets = Sockets(self._multi)
        self._busy: dict[Any, _Slot] = {}
        self._idle: dict[str, list[_Slot]] = {name: [] for name in settings}

    @property
    def in_flight(self) -> int:
        return len(self._busy)

    def send(self, ticket: int, request: Request, destination: str = "") -> None:
        settings, idle = self._settings[destination], self._idle[destination]
        slot = idle.pop() if idle else _Slot(settings, destination)
        outgoing = request if isinstance(request, Outgoing) else Outgoing.of(request)
        slot.prepare(ticket, outgoing, settings.proxies)
        self._busy[slot.handle] = slot
        self._multi.add_handle(slot.handle)

    def wait(self, seconds: float) -> list[Done]:
        if not self._busy:
            time.sleep(seconds)  # no socket that could stir: what was asked for is the wait itself
            return []
        until, left = time.monotonic() + seconds, seconds
        act = self._multi.socket_action
        while True:
            # Requests that were added since, and what has timed out.
            act(pycurl.SOCKET_TIMEOUT, 0)
            done = self._finished()
            for socket, mask in self._sockets.ready(0 if done else min(left, self._timeout_seconds())):
                act(socket, mask)
            done += self._finished()
            left = until - time.monotonic()
            if done or left <= 0:
                return done

    def close(self) -> None:
        for handle in self._busy:
            self._multi.remove_handle(handle)
        for slot in (*self._busy.values(), *chain.from_iterable(self._idle.values())):
            slot.handle.close()
        self._busy.clear()
        self._idle.clear()
        self._multi.close()
        self._sockets.close()

    def _timeout_seconds(self) -> float:
        """Seconds until libcurl wants to be called, though no socket stirs."""
        milliseconds: int = self._multi.timeout()
        return milliseconds / 1000 if milliseconds >= 0 else self._longest

    def _finished(self) -> list[Done]:
        done: list[Done] = []
        more = True
        while more:
            more, answered, failed = self._multi.info_read()
            done += [self._free(handle) for handle in answered]
            if failed:
                done += [self._free(handle, code, message) for handle, code, message in failed]
        return done

    def _free(self, handle: Any, code: int = pycurl.E_OK, message: str = "") -> Done:
        slot = self._busy.pop(handle)
        self._multi.remove_handle(handle)
        self._idle[slot.destination].append(slot)
        seconds = handle.getinfo(_TOTAL_TIME)
        # The status decides: what becomes of the answer's body changes nothing about the event.
        if not code or slot.has_status(code):
            return Done(slot.ticket, slot.response(), seconds, slot.destination)
        return Done(slot.ticket, exception_for(handle, code, message, slot.request), seconds, slot.destination)
