"""Ways to carry requests in this project's environment: the service's client by each transport, and bare loops.

A process carries in one way: it is told by lines on its standard input how many events to send, and answers each
with the µs of CPU that one of them cost, all threads included.
"""

from __future__ import annotations

import gc
import socket
import ssl
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from select import EPOLLIN, epoll
from urllib.parse import urlsplit

import click
import pycurl
from prometheus_client import CollectorRegistry

from consumer.bluecore.client import BluecoreClient
from consumer.bluecore.curl_sockets import Sockets
from consumer.bluecore.dialing import tls_context
from consumer.bluecore.factory import open_transport
from consumer.bluecore.transport import ConnectionSettings
from consumer.config.destinations import BluecoreConfig
from consumer.telemetry.metrics import Metrics
from tests.bench.sending import BODY, handle, send_all

_PATIENCE_SECONDS = 0.1
_A_READ = 64 << 10

Sends = Callable[[int], None]
"""Sends so many events, and returns once all of them are accepted."""


@contextmanager
def by_the_client(transport: str, url: str, in_flight: int, authority: str) -> Iterator[Sends]:
    """As the service does."""
    settings = {"url": url, "namespace": "bench", "transport": transport, "ca_location": authority}
    config = BluecoreConfig.model_validate(settings)
    client = BluecoreClient({"": config}, open_transport({"": config}, in_flight), Metrics(CollectorRegistry()))
    yield lambda count: send_all(client, count, in_flight)
    client.close()


@contextmanager
def bare_sockets(url: str, in_flight: int, authority: str) -> Iterator[Sends]:
    """The least that sockets can cost in Python: one send and one read an event, and nobody looks at the answer."""
    place = urlsplit(url)
    assert place.hostname is not None
    settings = ConnectionSettings(timeout=1, max_in_flight=in_flight, verify=authority)
    tls = tls_context(settings) if place.scheme == "https" else None
    head = f"POST / HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Type: application/json\r\n"
    data = f"{head}Idempotency-Key: bench:0:0\r\nContent-Length: {len(BODY)}\r\n\r\n".encode() + BODY
    waiting, sockets = epoll(), dict[int, socket.socket]()
    for _ in range(in_flight):
        made = socket.create_connection((place.hostname, place.port))
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made = tls.wrap_socket(made, server_hostname=place.hostname) if tls else made
        made.setblocking(False)
        sockets[made.fileno()] = made
        waiting.register(made.fileno(), EPOLLIN)

    def sends(count: int) -> None:
        sent = min(count, in_flight)
        for each in list(sockets.values())[:sent]:
            each.send(data)
        answered = 0
        while answered < count:
            for number, _ in waiting.poll(_PATIENCE_SECONDS):
                each = sockets[number]
                try:
                    answer = each.recv(_A_READ)
                except (BlockingIOError, ssl.SSLWantReadError):
                    continue
                assert answer.startswith(b"HTTP/1.1 202"), answer
                answered += 1
                if sent < count:
                    each.send(data)
                    sent += 1

    yield sends
    for each in sockets.values():
        each.close()
    waiting.close()


@contextmanager
def bare_libcurl(connections: int, url: str, in_flight: int, authority: str) -> Iterator[Sends]:
    """libcurl in a loop of its own; `connections`: so many, over HTTP/2; 0: over HTTP/1.1, one a request."""
    multi = pycurl.CurlMulti()
    multi.setopt(pycurl.M_MAXCONNECTS, in_flight)
    if connections:
        multi.setopt(pycurl.M_MAX_HOST_CONNECTIONS, connections)
        multi.setopt(pycurl.M_MAX_CONCURRENT_STREAMS, -(-in_flight // connections))
    sockets, idle = Sockets(multi), [handle(url) for _ in range(in_flight)]
    version = pycurl.CURL_HTTP_VERSION_2_0 if connections else pycurl.CURL_HTTP_VERSION_1_1
    for each in idle:
        each.setopt(pycurl.CAINFO, authority)
        each.setopt(pycurl.PIPEWAIT, int(connections == 1))
        each.setopt(pycurl.HTTP_VERSION, version)
        each.setopt(pycurl.POSTFIELDS, BODY)

    def sends(count: int) -> None:
        sent = answered = 0
        while answered < count:
            while idle and sent < count:
                free = idle.pop()
                key = f"Idempotency-Key: bench:0:{sent}"
                free.setopt(pycurl.HTTPHEADER, ["Content-Type: application/json", key, "Expect:"])
                multi.add_handle(free)
                sent += 1
            multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
            due = multi.timeout()
            for number, mask in sockets.ready(_PATIENCE_SECONDS if due < 0 else due / 1000):
                multi.socket_action(number, mask)
            more = 1
            while more:
                more, over, failed = multi.info_read()
                assert not failed, failed
                for each in over:
                    assert each.getinfo(pycurl.INFO_HTTP_VERSION) == version
                    multi.remove_handle(each)
                answered += len(over)
                idle.extend(over)

    yield sends
    multi.close()
    sockets.close()


WAYS: dict[str, Callable[[str, int, str], AbstractContextManager[Sends]]] = {
    "direct": partial(by_the_client, "direct"),
    "curl": partial(by_the_client, "curl"),
    "bare sockets": bare_sockets,
    "bare libcurl": partial(bare_libcurl, 0),
    "bare libcurl, HTTP/2, one connection": partial(bare_libcurl, 1),
    "bare libcurl, HTTP/2, four connections": partial(bare_libcurl, 4),
}


@click.command()
@click.option("--way", required=True, type=click.Choice(list(WAYS)))
@click.option("--url", required=True)
@click.option("--in-flight", required=True, type=int)
@click.option("--authority", required=True, help="the file of its certificate")
def main(way: str, url: str, in_flight: int, authority: str) -> None:
    """Send as many as each line says, until there are no more lines."""
    with WAYS[way](url, in_flight, authority) as sends:
        gc.freeze()
        for line in iter(sys.stdin.readline, ""):
            count, begun = int(line), time.process_time()
            sends(count)
            click.echo(f"{(time.process_time() - begun) / count * 1e6}")


if __name__ == "__main__":
    main()
