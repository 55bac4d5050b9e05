"""HTTP clients of the package index, each sending events as fast as they are accepted, so many at once.

A process carries for one client: it is told by lines on its standard input how many to send, and answers each with
the µs of CPU that one of them cost, all threads included.
"""

from __future__ import annotations

import argparse
import asyncio
import ssl
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import uvloop

_BODY = b'{"event":"add_to_cart","properties":{"token":"bench","products":[{"id":"SKU-1001","price":39.90}]}}' * 2

Post = Callable[[dict[str, str]], Awaitable[int]]
"""Sends the body with these headers, and gives the status of the answer, once it is read."""


def _read(authority: str) -> bytes:
    return Path(authority).read_bytes()


@asynccontextmanager
async def _aiohttp(url: str, in_flight: int, authority: str, _http2: bool) -> AsyncIterator[list[Post]]:  # noqa: FBT001
    import aiohttp  # noqa: PLC0415 - each process needs one of them

    tls = ssl.create_default_context(cafile=authority)
    connector = aiohttp.TCPConnector(limit=in_flight, ssl=tls)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def post(headers: dict[str, str]) -> int:
            async with session.post(url, data=_BODY, headers=headers) as answer:
                await answer.read()
                return answer.status

        yield [post] * in_flight


@asynccontextmanager
async def _httpunk(url: str, in_flight: int, authority: str, http2: bool) -> AsyncIterator[list[Post]]:  # noqa: FBT001
    from httpunk import Backend  # type: ignore[import-not-found]  # noqa: PLC0415
    from httpunk.util import connect  # type: ignore[import-not-found]  # noqa: PLC0415

    tls = ssl.create_default_context(cafile=authority)
    tls.set_alpn_protocols(["h2"] if http2 else ["http/1.1"])
    host = {} if http2 else {"host": url.split("/")[2]}

    def posting(connection: Any) -> Post:
        async def post(headers: dict[str, str]) -> int:
            answer = await connection.request("POST", "/", headers={**host, **headers}, body=_BODY)
            await answer.read()
            status: int = answer.status
            return status

        return post

    async with AsyncExitStack() as stack:
        connections = [
            await stack.enter_async_context(await connect(url, backend=Backend.asyncio, ssl_context=tls))
            for _ in range(1 if http2 else in_flight)
        ]
        yield [posting(connection) for connection in connections] * (in_flight // len(connections))


@asynccontextmanager
async def _pyqwest(url: str, in_flight: int, authority: str, http2: bool) -> AsyncIterator[list[Post]]:  # noqa: FBT001
    from pyqwest import Client, HTTPTransport, HTTPVersion  # type: ignore[import-not-found]  # noqa: PLC0415

    version = HTTPVersion.HTTP2 if http2 else HTTPVersion.HTTP1
    async with HTTPTransport(http_version=version, tls_ca_cert=_read(authority), enable_otel=False) as transport:
        client = Client(transport)

        async def post(headers: dict[str, str]) -> int:
            status: int = (await client.post(url, headers=headers, content=_BODY)).status
            return status

        yield [post] * in_flight


@asynccontextmanager
async def _pyreqwest(url: str, in_flight: int, authority: str, http2: bool) -> AsyncIterator[list[Post]]:  # noqa: FBT001
    from pyreqwest.client import ClientBuilder  # type: ignore[import-not-found]  # noqa: PLC0415

    builder = ClientBuilder().http2(http2).add_root_certificate_pem(_read(authority))
    async with builder.build() as client:

        async def post(headers: dict[str, str]) -> int:
            answer = await client.post(url).headers(headers).body_bytes(_BODY).build().send()
            await answer.bytes()
            status: int = answer.status
            return status

        yield [post] * in_flight


CLIENTS = {"aiohttp": _aiohttp, "httpunk": _httpunk, "pyqwest": _pyqwest, "pyreqwest": _pyreqwest}


async def _sent(posts: list[Post], count: int) -> None:
    """Send so many, each of the posts one after the other.

    Raises:
        RuntimeError: one was not accepted.
    """
    left = iter(range(count))

    async def some(post: Post) -> None:
        for number in left:
            headers = {"content-type": "application/json", "idempotency-key": f"bench:0:{number}"}
            if (status := await post(headers)) != HTTPStatus.ACCEPTED:
                raise RuntimeError(f"an event was answered {status}")

    await asyncio.gather(*map(some, posts))


async def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--client", required=True, choices=CLIENTS)
    arguments.add_argument("--url", required=True)
    arguments.add_argument("--in-flight", required=True, type=int)
    arguments.add_argument("--authority", required=True)
    arguments.add_argument("--http2", action="store_true")
    given = arguments.parse_args()
    asked = await asyncio.to_thread(sys.stdin.readline)
    async with CLIENTS[given.client](given.url, given.in_flight, given.authority, given.http2) as posts:
        while asked:
            count, begun = int(asked), time.process_time()
            await _sent(posts, count)
            sys.stdout.write(f"{(time.process_time() - begun) / count * 1e6}\n")
            sys.stdout.flush()
            asked = await asyncio.to_thread(sys.stdin.readline)


if __name__ == "__main__":
    uvloop.run(main())
