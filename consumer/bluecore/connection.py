"""One connection to Bluecore, and the exchange that is under way on it."""

from __future__ import annotations

import socket
import ssl
from collections import deque
from typing import Final

from consumer.bluecore.dialing import Address, Dialler
from consumer.bluecore.outgoing import Outgoing
from consumer.bluecore.reply import Reply
from consumer.bluecore.response import Response

_A_READ: Final = 64 << 10
"""Bytes, more than a record of TLS has: what was decrypted and not taken would stir no epoll."""
_READS: Final = 16
# Bluecore's addresses may change; a connection that is never idle would keep the old one for ever.
_LIFETIME_SECONDS: Final = 300
_IDLE_SECONDS: Final = 118
"""After these a server or a firewall may have forgotten it [libcurl's default]."""
_UNDOUBTED_SECONDS: Final = 0.5
"""After these a server may have closed it, with a last word that would pass for the answer to what comes next."""
_LATER: Final = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Place:
    """One host and port, by one destination's settings.

    Attributes:
        idle: the connections that are free, the one used last at the end.
        waiting: the exchanges that have none yet.
        dialling: how many connections are being opened.
        replies: those that no connection has in use. An answer nearly always comes as a whole, and one reader that
            is in the processor's caches does for all of them.
    """

    __slots__ = ("address", "dialling", "idle", "replies", "waiting")

    def __init__(self, address: Address) -> None:
        self.address = address
        self.idle: list[Connection] = []
        self.waiting: deque[Exchange] = deque()
        self.replies: list[Reply] = []
        self.dialling = 0

    def dial(self, dialler: Dialler[Place]) -> None:
        """Begins to open a connection where more wait for one than are being opened."""
        if self.dialling < len(self.waiting):
            self.dialling += 1
            dialler.dial(self.address, self)


class Exchange:
    """A request on its way, until it is over.

    Attributes:
        began: when it was sent for the first time, on the monotonic clock.
        place: where it leads.
        data: the bytes of the request.
        connection: the one that it goes by; None while it waits for one.
        over: it was answered, or has failed: its place in a queue means nothing any more.
        again: it has gone once, by a connection that the server had closed meanwhile.
    """

    __slots__ = ("again", "began", "connection", "data", "destination", "outgoing", "over", "place", "ticket")
    place: Place
    data: bytes

    def __init__(self, ticket: int, outgoing: Outgoing, began: float, destination: str) -> None:
        self.ticket = ticket
        self.outgoing = outgoing
        self.began = began
        self.destination = destination
        self.connection: Connection | None = None
        self.over = self.again = False


class Connection:
    """A socket that does not block.

    Attributes:
        number: its descriptor's.
        exchange: the present one; None while it is idle.
        used: how many exchanges have begun on it.
        unsent: what the socket has not taken yet of the present request.
        reply: what has come of the answer; None where nothing has.
    """

    __slots__ = (
        "exchange",
        "idle_since",
        "number",
        "opened_at",
        "place",
        "reply",
        "sock",
        "unsent",
        "used",
    )

    def __init__(self, sock: socket.socket, place: Place, now: float) -> None:
        self.sock = sock
        self.place = place
        self.number = sock.fileno()
        self.opened_at = self.idle_since = now
        self.exchange: Exchange | None = None
        self.used = 0
        self.unsent: memoryview | None = None
        self.reply: Reply | None = None

    def begin(self, exchange: Exchange) -> None:
        """Sends a request, or as much of it as the socket takes now.

        Raises:
            OSError: the connection is broken.
        """
        self.exchange, exchange.connection = exchange, self
        self.used += 1
        try:
            sent = self.sock.send(exchange.data)
        except _LATER:
            sent = 0
        if sent < len(exchange.data):
            self.unsent = memoryview(exchange.data)[sent:]

    def go_on(self) -> None:
        """Sends what is left.

        What breaks here is told by the answer or by its absence: a server may refuse a body that it has not read.
        """
        try:
            while self.unsent:
                self.unsent = self.unsent[self.sock.send(self.unsent) :]
        except _LATER:
            return
        except OSError:
            pass
        self.unsent = None

    def read(self) -> Response | None:
        """The answer, if that is over with what has come; an endless one leaves others their turn.

        Raises:
            OSError: the connection has ended without one.
            NoHttpError: what has come is none.
        """
        for _ in range(_READS):
            try:
                data = self.sock.recv(_A_READ)
            except _LATER:
                return None
            except OSError:
                return self.ended_by(ConnectionResetError("the connection was reset before an answer"))
            if not data:
                return self.ended_by(ConnectionResetError("the server closed the connection before an answer"))
            if (reply := self.reply) is None:
                spare = self.place.replies
                reply = self.reply = spare.pop() if spare else Reply()
            if reply.feed(data):
                return reply.response()
        return None

    def is_usable(self, now: float) -> bool:
        """Whether another exchange may go by it, while it is idle."""
        idle = now - self.idle_since
        if now - self.opened_at >= _LIFETIME_SECONDS or idle >= _IDLE_SECONDS:
            return False
        return idle < _UNDOUBTED_SECONDS or self.is_quiet()

    def is_quiet(self) -> bool:
        """Whether nothing has come, where nothing is asked for."""
        try:
            self.sock.recv(1)
        except _LATER:
            return True
        except OSError:
            return False
        return False

    def ended_by(self, error: OSError) -> Response:
        """The answer as far as it has come: nothing more will.

        Raises:
            OSError: this one, where it has no status.
        """
        if self.reply is None or not self.reply.end():
            raise error
        return self.reply.response()

    def free(self, now: float) -> bool:
        """The exchange is over. Whether another one may follow on the same connection."""
        reply, self.reply = self.reply, None
        if reply is None or not reply.reusable or self.unsent is not None:
            return False
        reply.begin()
        self.place.replies.append(reply)
        self.exchange = None
        self.idle_since = now
        return True
