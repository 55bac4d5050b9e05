"""Which sockets libcurl is told of: those that it waits for, whatever became of the others."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pycurl
import pytest

from consumer.bluecore.curl_sockets import Sockets


class Multi:
    """In libcurl's place: keeps the callback, for the tests to call."""

    watch: Callable[..., None]

    def setopt(self, option: int, value: Any) -> None:
        assert option == pycurl.M_SOCKETFUNCTION
        self.watch = lambda event, descriptor: value(event, descriptor, self, None)


@pytest.fixture
def multi() -> Multi:
    return Multi()


@pytest.fixture
def sockets(multi: Multi) -> Iterator[Sockets]:
    opened = Sockets(multi)
    yield opened
    opened.close()


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


Ends = tuple[socket.socket, socket.socket]


def test_an_answer_is_told(multi: Multi, sockets: Sockets, ends: Ends) -> None:
    ours, theirs = ends
    multi.watch(pycurl.POLL_IN, ours.fileno())

    assert sockets.ready(0) == []
    theirs.send(b"HTTP/1.1 202 Accepted\r\n")
    assert sockets.ready(1) == [(ours.fileno(), pycurl.CSELECT_IN)]


def test_room_to_send_is_told_while_it_is_waited_for(multi: Multi, sockets: Sockets, ends: Ends) -> None:
    ours, _ = ends
    multi.watch(pycurl.POLL_OUT, ours.fileno())
    assert sockets.ready(0) == [(ours.fileno(), pycurl.CSELECT_OUT)]

    multi.watch(pycurl.POLL_IN, ours.fileno())
    assert sockets.ready(0) == []


def test_a_server_that_closes_an_idle_connection_wakes_nobody_twice(
    multi: Multi, sockets: Sockets, ends: Ends
) -> None:
    ours, theirs = ends
    multi.watch(pycurl.POLL_IN, ours.fileno())
    multi.watch(pycurl.POLL_REMOVE, ours.fileno())

    theirs.close()

    assert sockets.ready(0) == []
    multi.watch(pycurl.POLL_IN, ours.fileno())
    assert sockets.ready(0) == [(ours.fileno(), pycurl.CSELECT_IN)], "used again, it is told"


def test_a_number_that_went_to_another_connection_is_watched_anew(multi: Multi, sockets: Sockets) -> None:
    """What was closed the kernel forgets by itself, and gives its number to the next that is opened."""
    first, second = socket.socketpair(), socket.socketpair()
    number = first[0].fileno()
    multi.watch(pycurl.POLL_IN, number)
    multi.watch(pycurl.POLL_REMOVE, number)
    first[0].close()
    os.dup2(second[0].fileno(), number)

    multi.watch(pycurl.POLL_IN, number)
    second[1].send(b"x")

    assert sockets.ready(1) == [(number, pycurl.CSELECT_IN)]
    os.close(number)
    for each in (first[1], *second):
        each.close()
