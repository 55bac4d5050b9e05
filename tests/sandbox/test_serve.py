"""An application is served over real HTTP for as long as the block lasts."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest
import requests
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse

from consumer.sandbox.serve import serve
from tests.support.waiting import free_port

HELLO = PlainTextResponse("hello")


def test_it_answers_within_the_block_and_not_after() -> None:
    with serve(HELLO, port=free_port(), lifespan="off") as url:
        assert requests.get(url, timeout=5).text == "hello"
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=5)


def test_a_given_port_is_taken() -> None:
    port = free_port()
    with serve(HELLO, port=port, lifespan="off") as url:
        assert urlsplit(url).port == port


def test_a_port_that_is_taken_is_the_callers_error() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(OSError, match="in use"),
        serve(HELLO, port=taken.getsockname()[1]),
    ):
        pass


def test_an_application_that_fails_to_start_is_the_callers_error() -> None:
    @asynccontextmanager
    async def fails(_: Starlette) -> AsyncIterator[None]:
        raise LookupError("no configuration")
        yield

    with pytest.raises(RuntimeError, match="failed while it started"), serve(Starlette(lifespan=fails)):
        pass


def test_an_ipv6_address_is_written_as_a_url_has_it() -> None:
    with serve(HELLO, host="::1", lifespan="off") as url:
        assert url.startswith("http://[::1]:")
        assert requests.get(url, timeout=5).text == "hello"
