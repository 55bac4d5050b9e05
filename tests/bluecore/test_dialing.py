"""Connections are opened beside the caller, whatever stands in the way."""

from __future__ import annotations

import errno
import os
import select
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from consumer.bluecore.dialing import Address, Dialled, Dialler
from consumer.bluecore.direct_errors import exception_for
from consumer.bluecore.failures import no_answer
from consumer.bluecore.outgoing import Outgoing, Template
from consumer.records import NoAnswer
from tests.support.waiting import eventually, free_port

REQUEST = Outgoing(Template("POST", "http://h/", {}), b"{}", {})


@pytest.fixture
def dialler() -> Iterator[Dialler[str]]:
    made: Dialler[str] = Dialler()
    yield made
    made.close()


def dialled(dialler: Dialler[str], address: Address) -> Dialled[str]:
    """What comes of one, once the bell rings."""
    dialler.dial(address, "here")
    assert select.select([dialler.bell], [], [], 10)[0]
    (found,) = dialler.opened()
    return found


def test_a_connection_is_handed_over_ready_to_send(dialler: Dialler[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        found = dialled(dialler, Address("localhost", server.getsockname()[1], None, 5))
        assert (found.place, found.error) == ("here", None)
        assert found.sock is not None
        assert not found.sock.getblocking()
        found.sock.close()


def test_why_there_is_none_is_told(dialler: Dialler[str]) -> None:
    refused = dialled(dialler, Address("127.0.0.1", free_port(), None, 5))
    assert isinstance(refused.error, ConnectionRefusedError)
    unknown = dialled(dialler, Address("bluecore.invalid", 80, None, 5))
    assert isinstance(unknown.error, OSError)


def test_an_address_that_does_not_answer_is_passed_over_and_the_good_one_is_tried_first_next_time(
    dialler: Dialler[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        nobody, somebody = (
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", free_port())),
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)),
        )
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: [nobody, somebody])
        tried: list[Any] = []
        connect = socket.socket.connect

        def noted(self: socket.socket, at: Any) -> None:
            tried.append(at)
            connect(self, at)

        monkeypatch.setattr(socket.socket, "connect", noted)
        for _ in range(2):
            found = dialled(dialler, Address("both.example", port, None, 5))
            assert found.sock is not None
            found.sock.close()
    assert tried == [nobody[4], somebody[4], somebody[4]]


def test_an_address_of_a_family_that_this_machine_lacks_is_passed_over(
    dialler: Dialler[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        at = server.getsockname()
        lacking = (socket.AF_APPLETALK, socket.SOCK_STREAM, 6, "", at)
        monkeypatch.setattr(
            socket, "getaddrinfo", lambda *_args, **_more: [lacking, (socket.AF_INET, socket.SOCK_STREAM, 6, "", at)]
        )
        found = dialled(dialler, Address("both.example", at[1], None, 5))
        assert found.sock is not None
        found.sock.close()


@pytest.mark.parametrize("code", [errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EPERM, errno.ECONNRESET, errno.EMFILE])
def test_what_keeps_a_connection_from_being_opened_is_a_refusal_as_nothing_was_sent(
    dialler: Dialler[str], monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def failing(_self: Dialler[str], _address: Address) -> socket.socket:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(Dialler, "_connected", failing)
    failed = dialled(dialler, Address("h", 1, None, 1)).error
    assert failed is not None
    assert no_answer(exception_for(failed, REQUEST)) is NoAnswer.REFUSED
    assert os.strerror(code) in str(failed)


def test_an_address_that_does_not_answer_holds_up_no_other(
    dialler: Dialler[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = socket.socketpair()
    over = threading.Event()

    def connected(_self: Dialler[str], address: Address) -> socket.socket:
        if address.host == "away":
            over.wait()
            raise TimeoutError
        return ours

    monkeypatch.setattr(Dialler, "_connected", connected)
    for _ in range(200):
        dialler.dial(Address("away", 1, None, 1), "away")
    try:
        assert dialled(dialler, Address("near", 1, None, 1)).sock is ours
    finally:
        over.set()
        ours.close()
        theirs.close()


def test_where_no_thread_can_be_started_it_is_told_as_a_refusal(
    dialler: Dialler[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else whoever waits for the connection would be late only when all the time is up."""

    def full(_self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with socket.create_server(("127.0.0.1", 0)) as server:
        address = Address("127.0.0.1", server.getsockname()[1], None, 5)
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", full)
            failed = dialled(dialler, address).error
        assert failed is not None
        assert "can't start new thread" in str(failed)
        assert no_answer(exception_for(failed, REQUEST)) is NoAnswer.REFUSED
        found = dialled(dialler, address)
        assert found.sock is not None, "as soon as there are threads again"
        found.sock.close()


def test_a_thread_that_cannot_be_started_is_made_up_for_by_one_that_is_at_work(
    dialler: Dialler[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, over = threading.Event(), threading.Event()

    def connected(_self: Dialler[str], _address: Address) -> socket.socket:
        begun.set()
        over.wait()
        raise TimeoutError

    def full(_self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(Dialler, "_connected", connected)
    address = Address("h", 1, None, 1)
    dialler.dial(address, "first")
    begun.wait()
    monkeypatch.setattr(threading.Thread, "start", full)
    dialler.dial(address, "second")
    assert dialler.opened() == []
    over.set()
    found: list[Dialled[str]] = []
    while len(found) < 2:
        assert select.select([dialler.bell], [], [], 10)[0]
        found += dialler.opened()
    assert [each.place for each in found] == ["first", "second"]
    assert all(isinstance(each.error, TimeoutError) for each in found)


def test_what_comes_after_the_end_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    dialler: Dialler[str] = Dialler()
    ours, theirs = socket.socketpair()
    closing = dialler.close

    def slow(_self: Dialler[str], _address: Address) -> socket.socket:
        closing()
        return ours

    monkeypatch.setattr(Dialler, "_connected", slow)
    dialler.dial(Address("h", 1, None, 1), "here")
    eventually(lambda: ours.fileno() == -1, 10, "the socket to be closed")
    theirs.close()
