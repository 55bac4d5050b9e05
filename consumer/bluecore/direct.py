"""The transport of plain sockets: kept connections, each with one request at a time, all in the caller's own thread.

For endpoints that are reached without a proxy. What takes time to open a connection is waited for by the threads of
`dialing`, and answers are read by `reply`; what is here sends, waits and keeps the time.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from select import EPOLLIN, EPOLLOUT, epoll
from typing import Final

from requests import RequestException, exceptions

from consumer.bluecore.connection import Connection, Exchange, Place
from consumer.bluecore.dialing import Dialled, Dialler
from consumer.bluecore.direct_errors import exception_for
from consumer.bluecore.outgoing import Outgoing, Request
from consumer.bluecore.places import Places, on_the_wire
from consumer.bluecore.reply import NoHttpError
from consumer.bluecore.response import Response
from consumer.bluecore.time_limits import TimeLimits
from consumer.bluecore.transport import ConnectionSettings, Done

_MOST_AT_ONCE: Final = 1024


class DirectTransport:
    """Kept connections by where they lead; one that the server has closed meanwhile is replaced once.

    The time limit runs whether `wait` is called or not, as it does in the other transports.
    """

    def __init__(self, settings: Mapping[str, ConnectionSettings]) -> None:
        """`settings`: by destination."""
        self._settings = settings
        self._places = Places(settings)
        self._dialler: Dialler[Place] = Dialler()
        self._epoll = epoll()
        self._epoll.register(self._dialler.bell, EPOLLIN)
        self._connections: dict[int, Connection] = {}
        self._limits = TimeLimits({name: each.timeout for name, each in settings.items()})
        self._done: list[Done] = []
        self.in_flight = 0

    def send(self, ticket: int, request: Request, destination: str = "") -> None:
        outgoing = request if isinstance(request, Outgoing) else Outgoing.of(request)
        self.in_flight += 1
        exchange = Exchange(ticket, outgoing, time.monotonic(), destination)
        try:
            _, exchange.place, head = self._places.way(outgoing.template, destination)
        except RequestException as error:
            self._fail(exchange, error)
            return
        exchange.data = on_the_wire(head, outgoing)
        self._limits.add(exchange)
        self._start(exchange)

    def wait(self, seconds: float) -> list[Done]:
        until = time.monotonic() + seconds
        connections, bell = self._connections, self._dialler.bell
        while True:
            now = time.monotonic()
            for exchange in self._limits.late(now):
                self._late(exchange)
            left = 0.0 if self._done else max(0.0, min(until, self._limits.soonest) - now)
            for number, events in self._epoll.poll(left, _MOST_AT_ONCE):
                if number == bell:
                    for dialled in self._dialler.opened():
                        self._opened(dialled)
                elif (connection := connections.get(number)) is not None:
                    self._stirred(connection, events)
            if self._done or time.monotonic() >= until:
                done, self._done = self._done, []
                self.in_flight -= len(done)
                return done

    def close(self) -> None:
        self._dialler.close()
        for connection in self._connections.values():
            connection.sock.close()
        self._connections.clear()
        self._epoll.close()

    # Requests begin

    def _start(self, exchange: Exchange) -> None:
        """By a connection that is free, or by the next one that is."""
        place, now = exchange.place, exchange.began
        while place.idle:
            connection = place.idle.pop()
            if connection.is_usable(now):
                self._begin(connection, exchange)
                return
            self._drop(connection)
        place.waiting.append(exchange)
        place.dial(self._dialler)

    def _begin(self, connection: Connection, exchange: Exchange) -> None:
        try:
            connection.begin(exchange)
        except OSError as error:
            self._broken(connection, exchange, error)
            return
        if connection.unsent is not None:
            self._epoll.modify(connection.number, EPOLLIN | EPOLLOUT)

    def _opened(self, dialled: Dialled[Place]) -> None:
        place = dialled.place
        place.dialling -= 1
        waiting = place.waiting.popleft() if place.waiting else None
        if dialled.sock is None:
            if waiting is None:
                return
            if waiting.began > dialled.began:  # what was tried before says nothing of it
                place.waiting.appendleft(waiting)
                place.dial(self._dialler)
            else:
                self._fail(waiting, dialled.error or OSError("there is no connection"))
            return
        connection = Connection(dialled.sock, place, time.monotonic())
        self._connections[connection.number] = connection
        self._epoll.register(connection.number, EPOLLIN)
        if waiting is None:
            place.idle.append(connection)
        else:
            self._begin(connection, waiting)

    # Answers come

    def _stirred(self, connection: Connection, events: int) -> None:
        exchange = connection.exchange
        if exchange is None:
            # The server closes it, or says what nobody has asked for; or TLS only talks to itself.
            if not connection.is_quiet():
                connection.place.idle.remove(connection)
                self._drop(connection)
            return
        if connection.unsent is not None and events & ~EPOLLIN:
            connection.go_on()
            if connection.unsent is None:
                self._epoll.modify(connection.number, EPOLLIN)
        try:
            response = connection.read()
        except (OSError, NoHttpError) as error:
            self._broken(connection, exchange, error)
            return
        if response is not None:
            self._answered(connection, exchange, response, time.monotonic())

    def _answered(self, connection: Connection, exchange: Exchange, response: Response, now: float) -> None:
        exchange.over = True
        self._done.append(Done(exchange.ticket, response, now - exchange.began, exchange.destination))
        place = connection.place
        if not connection.free(now):
            self._drop(connection)
        elif place.waiting:
            self._begin(connection, place.waiting.popleft())
        else:
            place.idle.append(connection)

    def _broken(self, connection: Connection, exchange: Exchange, error: Exception) -> None:
        """No answer will come; of a connection that was kept, perhaps as the server had closed it before."""
        if connection.used > 1 and connection.reply is None and not exchange.again and isinstance(error, OSError):
            exchange.again, exchange.connection = True, None
            exchange.place.waiting.appendleft(exchange)
        else:
            self._fail(exchange, error)
        self._drop(connection)

    def _fail(self, exchange: Exchange, error: Exception) -> None:
        exchange.over = True
        seconds = time.monotonic() - exchange.began
        result = exception_for(error, exchange.outgoing)
        self._done.append(Done(exchange.ticket, result, seconds, exchange.destination))

    def _drop(self, connection: Connection) -> None:
        """Closed, the kernel forgets it in the epoll, too. Who waits for one needs another."""
        del self._connections[connection.number]
        connection.sock.close()
        connection.place.dial(self._dialler)

    def _late(self, exchange: Exchange) -> None:
        connection, limit = exchange.connection, self._settings[exchange.destination].timeout
        if connection is None:
            exchange.place.waiting.remove(exchange)
            self._fail(exchange, exceptions.ConnectTimeout(f"no connection within {limit:g} s"))
            return
        try:
            response = connection.ended_by(exceptions.ReadTimeout(f"no complete answer within {limit:g} s"))
        except exceptions.ReadTimeout as error:
            self._drop(connection)
            self._fail(exchange, error)
        else:
            self._answered(connection, exchange, response, time.monotonic())
