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


class Torrent(socket.socket):
    """The rest of an answer that comes faster than it can be read, and has no end."""

    def recv(self, _size: int, _flags: int = 0) -> bytes:
        return b"X: y\r\n"


def test_an_answer_without_an_end_leaves_the_time_limit_its_turn() -> None:
    with Torrent() as torrent:
        connection = Connection(torrent, Place(Address("h", 80, None, 1)), 0.0)
        connection.reply.feed(b"HTTP/1.1 202 A\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n")
        assert connection.read() is None
