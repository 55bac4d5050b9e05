"""What the plain sockets alone have to get right: who goes by which connection."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
from requests.exceptions import ConnectTimeout

from consumer.bluecore.connection import Connection, Place
from consumer.bluecore.dialing import Address, Dialler
from consumer.bluecore.direct import DirectTransport
from consumer.bluecore.outgoing import Outgoing, Template
from consumer.bluecore.response import Response
from consumer.bluecore.transport import ConnectionSettings
from tests.support.servers import ACCEPTED, Peer, Server
from tests.support.waiting import eventually

LONG = 10.0


@pytest.fixture
def transport() -> Iterator[DirectTransport]:
    made = DirectTransport({"": ConnectionSettings(timeout=2, max_in_flight=8)})
    yield made
    made.close()


def test_an_attempt_that_fails_fails_only_who_was_there_before_it(
    transport: DirectTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else one that came a moment ago would be late with one that has waited for the whole time."""
    begun, over = threading.Event(), threading.Event()

    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(ACCEPTED)

    with Server(script) as server:

        def hanging(_self: Dialler[Place], address: Address) -> socket.socket:
            # Another test's thread may still be at its work: it has another port.
            if str(address.port) in server.url and not begun.is_set():
                begun.set()
                over.wait(LONG)
                raise TimeoutError
            opened = socket.create_connection((address.host, address.port))
            opened.setblocking(False)
            return opened

        monkeypatch.setattr(Dialler, "_connected", hanging)
        template = Template("POST", server.url, {})
        transport.send(1, Outgoing(template, b"{}", {}))
        (late,) = transport.wait(LONG)
        assert isinstance(late.result, ConnectTimeout)
        transport.send(2, Outgoing(template, b"{}", {}))
        over.set()
        (done,) = transport.wait(LONG)
    assert isinstance(done.result, Response)


def test_what_the_server_has_closed_is_closed_here_though_nothing_is_in_flight(transport: DirectTransport) -> None:
    hang_up = threading.Event()

    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(ACCEPTED)
        hang_up.wait(LONG)
        peer.finish()
        peer.drain()

    with Server(script) as server:
        for ticket in range(4):
            transport.send(ticket, Outgoing(Template("POST", server.url, {}), b"{}", {}))
        while transport.in_flight:
            assert transport.wait(LONG)
        hang_up.set()
        for _ in range(server.connections):
            eventually(lambda: transport.wait(0.01) or server.closed.acquire(blocking=False), LONG, "it to be closed")


def test_answers_that_come_in_turns_piece_by_piece_do_not_mix(transport: DirectTransport) -> None:
    """They are read by readers that belong to no connection for good."""
    pieces = threading.Barrier(2)

    def script(peer: Peer) -> None:
        for _ in range(2):
            name = peer.read_request().partition(b"\r\n\r\n")[2]
            for piece in (b"HTTP/1.1 202 A\r\nX-Na", b"me: " + name + b"\r\nContent-Le", b"ngth: 1\r\n\r\n", name):
                pieces.wait(LONG)
                peer.send(piece)

    with Server(script) as server:
        template = Template("POST", server.url, {})
        for round_ in range(2):
            for name in ("a", "b"):
                transport.send(ord(name) + round_, Outgoing(template, name.encode(), {}))
            seen: dict[int, Response] = {}
            while len(seen) < 2:
                for done in transport.wait(LONG):
                    assert isinstance(done.result, Response)
                    seen[done.ticket - round_] = done.result
            for ticket, response in seen.items():
                name = chr(ticket)
                assert (response.body, response.headers()["x-name"]) == (name.encode(), name)


class Torrent(socket.socket):
    """An answer that comes faster than it can be read, and has no end."""

    begun = False

    def recv(self, _size: int, _flags: int = 0) -> bytes:
        if self.begun:
            return b"X: y\r\n"
        self.begun = True
        return b"HTTP/1.1 202 A\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"


def test_an_answer_without_an_end_leaves_the_time_limit_its_turn() -> None:
    with Torrent() as torrent:
        connection = Connection(torrent, Place(Address("h", 80, None, 1)), 0.0)
        assert connection.read() is None
