"""What stands before a broker and lets less through: services that speak Kafka's protocol have such limits.

A front leaves requests out of what the broker says that it takes (ApiVersions), and refuses compressed records.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from typing import Final

from tests.support.waiting import free_port

_PRODUCE, _API_VERSIONS = 0, 18
INIT_PRODUCER_ID, DESCRIBE_GROUPS, DESCRIBE_ACLS, DESCRIBE_CLUSTER, DESCRIBE_TOPIC_PARTITIONS = 22, 15, 29, 60, 75
_PRODUCE_VERSION: Final = 7
"""The last one without fields of any number, which the front reads."""
_UNSUPPORTED_COMPRESSION: Final = 76


class Front:
    """Forwards the connections to `address`, and answers itself what is refused.

    Attributes:
        address: to be told to clients as the broker's.
        refused: how many writes of compressed records.
    """

    def __init__(self, without: Collection[int], *, compressed: bool) -> None:
        """`without`: the numbers of the requests that are left out; `compressed`: whether such records are taken."""
        self.address = f"127.0.0.1:{free_port()}"
        self.refused = 0
        self._without = frozenset(without)
        self._compressed = compressed
        self._open: list[socket.socket] = []

    @contextmanager
    def before(self, address: str) -> Iterator[None]:
        host, port = self.address.split(":")
        listener = socket.create_server((host, int(port)))
        self._open.append(listener)
        threading.Thread(target=self._accept, args=(listener, address), daemon=True).start()
        try:
            yield
        finally:
            for each in self._open:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
                each.close()

    def _accept(self, listener: socket.socket, address: str) -> None:
        host, port = address.split(":")
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                broker = socket.create_connection((host, int(port)))
                self._open += [client, broker]
                asked: set[int] = set()
                lock = threading.Lock()
                for run in (self._requests, self._answers):
                    threading.Thread(target=run, args=(client, broker, asked, lock), daemon=True).start()

    def _requests(self, client: socket.socket, broker: socket.socket, asked: set[int], lock: threading.Lock) -> None:
        for frame in _frames(client):
            key, version, correlation = struct.unpack_from(">hhi", frame)
            if key == _API_VERSIONS:
                asked.add(correlation)
            if key == _PRODUCE and not self._compressed and (places := _compressed(frame)):
                self.refused += 1
                assert version == _PRODUCE_VERSION
                _send(client, _refusal(correlation, places), lock)
            else:
                _send(broker, frame, None)
        broker.close()

    def _answers(self, client: socket.socket, broker: socket.socket, asked: set[int], lock: threading.Lock) -> None:
        for frame in _frames(broker):
            (correlation,) = struct.unpack_from(">i", frame)
            _send(client, self._limited(frame) if correlation in asked else frame, lock)
            asked.discard(correlation)
        client.close()

    def _limited(self, frame: bytes) -> bytes:
        """The list of what the broker takes (versions 3 and 4), shortened."""
        count, place = frame[6] - 1, 7
        entries = [struct.unpack_from(">hhh", frame, place + 7 * number) for number in range(count)]
        rest = frame[place + 7 * count :]
        kept = [
            (key, low, min(high, _PRODUCE_VERSION) if key == _PRODUCE else high)
            for key, low, high in entries
            if key not in self._without
        ]
        listed = b"".join(struct.pack(">hhhB", *entry, 0) for entry in kept)
        return frame[:6] + bytes([len(kept) + 1]) + listed + rest


def _frames(connection: socket.socket) -> Iterator[bytes]:
    with suppress(OSError):
        while len(head := _exactly(connection, 4)) == 4:
            (size,) = struct.unpack(">i", head)
            yield _exactly(connection, size)


def _exactly(connection: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size and (data := connection.recv(size - len(found))):
        found += data
    return found


def _send(connection: socket.socket, frame: bytes, lock: threading.Lock | None) -> None:
    with lock or threading.Lock(), suppress(OSError):
        connection.sendall(struct.pack(">i", len(frame)) + frame)


def _compressed(frame: bytes) -> list[tuple[bytes, list[int]]]:
    """The topics and partitions of a write, version 7; empty where no batch of it is compressed."""
    found: list[tuple[bytes, list[int]]] = []
    compressed = False
    place = 8 + _length(frame, 8)  # the client's name
    place += _length(frame, place) + 6  # the transaction, acks and the time-out
    (topics,) = struct.unpack_from(">i", frame, place)
    place += 4
    for _ in range(topics):
        size = _length(frame, place)
        name, place = frame[place : place + size], place + size
        (partitions,) = struct.unpack_from(">i", frame, place)
        place += 4
        numbers: list[int] = []
        for _ in range(partitions):
            number, length = struct.unpack_from(">ii", frame, place)
            numbers.append(number)
            (attributes,) = struct.unpack_from(">h", frame, place + 8 + 21)
            compressed = compressed or bool(attributes & 7)
            place += 8 + length
        found.append((name, numbers))
    return found if compressed else []


def _length(frame: bytes, place: int) -> int:
    """Of a text that may be null, with its own length before it."""
    (size,) = struct.unpack_from(">h", frame, place)
    return 2 + max(0, int(size))


def _refusal(correlation: int, places: list[tuple[bytes, list[int]]]) -> bytes:
    answer = struct.pack(">ii", correlation, len(places))
    for name, numbers in places:
        answer += name + struct.pack(">i", len(numbers))
        for number in numbers:
            answer += struct.pack(">ihqqq", number, _UNSUPPORTED_COMPRESSION, -1, -1, -1)
    return answer + struct.pack(">i", 0)
