"""Opens connections: each takes its time, for a name, a way and a handshake, which a thread waits for."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections import Counter, deque
from contextlib import suppress
from os import EFD_CLOEXEC, EFD_NONBLOCK, close, eventfd, eventfd_read, eventfd_write
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final, Generic, NamedTuple, TypeVar

import certifi

from consumer.bluecore.happy_eyeballs import reached, resolved
from consumer.bluecore.transport import ConnectionSettings

_MOST_AT_ONCE: Final = 32
"""With one address; a thread costs little, and one alone would take seconds for hundreds of handshakes."""


class Address(NamedTuple):
    """Where a connection leads."""

    host: str
    port: int
    tls: ssl.SSLContext | None
    timeout: float


T = TypeVar("T")


class Dialled(NamedTuple, Generic[T]):
    """What came of one: a socket that does not block, or why there is none.

    Attributes:
        began: when it was tried, on the monotonic clock.
    """

    place: T
    sock: socket.socket | None
    error: OSError | None
    began: float


class Dialler(Generic[T]):
    """Hands over what it has opened through a queue, and says so by a descriptor that a wait can look at."""

    def __init__(self) -> None:
        self.bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)
        """Readable once something is in the queue."""
        self._wanted: dict[Address, deque[T]] = {}
        """By address, so that one that does not answer holds up no other."""
        self._opened: SimpleQueue[Dialled[T]] = SimpleQueue()
        self._lock = threading.Lock()
        self._threads: Counter[Address] = Counter()
        self._closed = False
        self._last_good: dict[tuple[str, int], object] = {}
        """Of each host and port, the address that was reached last: it is tried first."""

    def dial(self, address: Address, place: T) -> None:
        """Begin to open a connection; never blocks. `place` is handed back with it."""
        with self._lock:
            self._wanted.setdefault(address, deque()).append(place)
            if self._threads[address] >= _MOST_AT_ONCE:
                return
            self._threads[address] += 1
        try:
            threading.Thread(target=self._work, args=(address,), name="bluecore-connect", daemon=True).start()
        except RuntimeError as error:  # the system has no more threads for us
            self._without_thread(address, _unreached(OSError(f"no connection can be opened: {error}")))

    def _without_thread(self, address: Address, error: OSError) -> None:
        """Those that are at work open it when they are free; where there are none, it has failed."""
        with self._lock:
            self._threads[address] -= 1
            left = [] if self._threads[address] else list(self._wanted.pop(address))
        for place in left:
            self._hand_over(Dialled(place, None, error, time.monotonic()))

    def opened(self) -> list[Dialled[T]]:
        """What has come of some since the last time."""
        with suppress(BlockingIOError):
            eventfd_read(self.bell)
        found: list[Dialled[T]] = []
        with suppress(Empty):
            while True:
                found.append(self._opened.get_nowait())
        return found

    def close(self) -> None:
        with self._lock:
            if self._closed:
                return
            self._closed = True
            close(self.bell)
        for each in iter(self._next_opened, None):
            if each.sock is not None:
                each.sock.close()

    def _next_opened(self) -> Dialled[T] | None:
        try:
            return self._opened.get_nowait()
        except Empty:
            return None

    def _work(self, address: Address) -> None:
        while True:
            with self._lock:
                wanted = self._wanted[address]
                if not wanted:
                    self._threads[address] -= 1
                    return
                place = wanted.popleft()
            began = time.monotonic()
            opened: socket.socket | None = None
            failed: OSError | None = None
            try:
                opened = self._connected(address)
            except OSError as error:
                failed = _unreached(error)
            except Exception as error:  # noqa: BLE001 - a ticket without an answer would stop its lane for ever
                failed = _unreached(OSError(str(error)))
            self._hand_over(Dialled(place, opened, failed, began))

    def _hand_over(self, dialled: Dialled[T]) -> None:
        with self._lock:
            if not self._closed:
                self._opened.put(dialled)
                eventfd_write(self.bell, 1)
            elif dialled.sock is not None:
                dialled.sock.close()

    def _connected(self, address: Address) -> socket.socket:
        """The connection, ready for the first request."""
        until = time.monotonic() + address.timeout
        key = address.host, address.port
        plain, self._last_good[key] = reached(resolved(*key, self._last_good.get(key)), until)
        try:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if address.tls is not None:
                plain.settimeout(max(0.001, until - time.monotonic()))
                plain = address.tls.wrap_socket(plain, server_hostname=address.host)
            plain.setblocking(False)
        except BaseException:
            plain.close()
            raise
        return plain


def _unreached(error: OSError) -> OSError:
    """Whatever the system calls it (no route, no permission, a reset handshake): nothing was sent, as if refused."""
    if isinstance(error, socket.gaierror | ssl.SSLError | TimeoutError | ConnectionRefusedError):
        return error
    return ConnectionRefusedError(error.errno, error.strerror or str(error))


def tls_context(settings: ConnectionSettings) -> ssl.SSLContext:
    """How a destination's certificate is checked, and what is shown of ours.

    Raises:
        OSError: a file of certificates cannot be read.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_alpn_protocols(["http/1.1"])
    if settings.verify is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        bundle = certifi.where() if settings.verify is True else settings.verify
        is_folder = Path(bundle).is_dir()
        context.load_verify_locations(None if is_folder else bundle, bundle if is_folder else None)
        # Whoever stands in the bundle is trusted, not only who signs for themselves; so it is in libcurl.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    if settings.cert is not None:
        certificate, key = (settings.cert, None) if isinstance(settings.cert, str) else settings.cert
        context.load_cert_chain(certificate, key)
    return context
