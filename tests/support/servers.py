"""Servers that misbehave at the level of the socket, each a small script for one connection after the other."""

from __future__ import annotations

import re
import socket
import ssl
import struct
import subprocess
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

ACCEPTED = b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\nok"


class Peer:
    """One connection, from the server's side."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def read_request(self) -> bytes:
        """The next request, head and body; empty when the client has gone."""
        head = self._read_until(b"\r\n\r\n")
        if not head:
            return b""
        length = re.search(rb"(?i)\r\ncontent-length: *([0-9]+)", head)
        expected = int(length[1]) if length else 0
        body = b""
        while len(body) < expected and (data := self._connection.recv(65536)):
            body += data
        return head + body

    def _read_until(self, end: bytes) -> bytes:
        data = b""
        while not data.endswith(end):
            byte = self._connection.recv(1)
            if not byte:
                return b""
            data += byte
        return data

    def send(self, data: bytes) -> None:
        self._connection.sendall(data)

    def drain(self) -> None:
        """Read until the client closes."""
        while self._connection.recv(65536):
            pass

    def reset(self) -> None:
        """Close with a RST, as a killed process or a full balancer does."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._connection.close()

    def finish(self) -> None:
        self._connection.shutdown(socket.SHUT_WR)


Script = Callable[[Peer], None]


class Server:
    """Runs `script` in a thread of its own for each connection to a port of 127.0.0.1."""

    def __init__(self, script: Script, tls: ssl.SSLContext | None = None) -> None:
        self._script = script
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}/api"
        self.connections = 0
        self.closed = threading.Semaphore(0)  # released for each connection that the server has closed
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            wrapped = self._tls.wrap_socket(connection, server_side=True) if self._tls else connection
            with wrapped:
                self._script(Peer(wrapped))
        except OSError:
            # The client has hung up, or did not like the certificate.
            return
        finally:
            self.closed.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        # Wakes accept(), which a mere close does not.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)
        for connection in self._open:
            connection.close()


def certificate(folder: Path, *, alternative: str, expired: bool = False) -> Path:
    """A self-signed certificate for `alternative` (`IP:127.0.0.1`) and its key, in one file."""
    pem, key = folder / "certificate.pem", folder / "key.pem"
    _openssl(
        *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"),
        *("-subj", "/CN=test", "-addext", f"subjectAltName={alternative}", "-keyout", str(key), "-out", str(pem)),
    )
    if expired:
        _expire(pem, key)
    pem.write_bytes(pem.read_bytes() + key.read_bytes())
    return pem


def _expire(pem: Path, key: Path) -> None:
    """The same certificate, of yesterday: newer versions of openssl make none that has ended."""
    now, made = datetime.now(UTC), x509.load_pem_x509_certificate(pem.read_bytes())
    again = (
        x509.CertificateBuilder(made.issuer, made.subject, made.public_key(), made.serial_number)
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(now - timedelta(days=1))
    )
    for extension in made.extensions:
        again = again.add_extension(extension.value, extension.critical)
    signer = load_pem_private_key(key.read_bytes(), None)
    assert isinstance(signer, EllipticCurvePrivateKey)
    pem.write_bytes(again.sign(signer, SHA256()).public_bytes(Encoding.PEM))


def _openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def server_context(pem: Path, lowest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2) -> ssl.SSLContext:
    """`lowest`: the version of TLS that the client has to know."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = lowest
    context.load_cert_chain(pem)
    return context


def endless(head: bytes) -> Callable[[Peer], None]:
    """A server whose chunked answer has no end."""

    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(head)
        while True:
            peer.send(b"10000\r\n" + b"x" * 65536 + b"\r\n")

    return script


def dripping(head: bytes) -> Callable[[Peer], None]:
    """One that is slow, but never silent for as long as the time limit."""

    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(head)
        while True:
            peer.send(b"1\r\n{\r\n")
            time.sleep(0.05)  # what makes it slow

    return script
