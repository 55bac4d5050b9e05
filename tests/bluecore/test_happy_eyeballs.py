"""A host's addresses race: one that is silent, or refuses, costs the others next to nothing."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from consumer.bluecore.happy_eyeballs import Found, reached, resolved
from tests.support.waiting import free_port

LONG = 30.0


def found(at: tuple[str, int], family: int = socket.AF_INET) -> Found:
    return Found(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", at)


def listening() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


@contextmanager
def silent() -> Iterator[socket.socket]:
    """One that drops what is sent to it, as a firewall does: its queue of connections is full."""
    with ExitStack() as stack:
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(2):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(server.getsockname())
        yield server


def test_one_that_is_silent_holds_up_the_next_by_a_fraction_of_the_time() -> None:
    with silent() as dropping, listening() as server:
        made, at = reached([found(dropping.getsockname()), found(server.getsockname())], time.monotonic() + LONG)
        assert at == made.getpeername() == server.getsockname()
        assert not made.getblocking()
        made.close()


def test_one_that_answers_late_is_taken_if_it_is_the_first_to_answer() -> None:
    """It is still being tried while others are."""

    def make_room() -> None:
        for _ in range(2):
            late.accept()[0].close()

    with silent() as late, silent() as never:
        accepting = threading.Timer(0.5, make_room)
        accepting.start()
        made, at = reached([found(late.getsockname()), found(never.getsockname())], time.monotonic() + LONG)
        assert at == late.getsockname()
        made.close()
        accepting.join()


def test_one_that_refuses_is_passed_over_at_once() -> None:
    with listening() as server:
        refusing = [found(("127.0.0.1", free_port())) for _ in range(3)]
        made, at = reached([*refusing, found(server.getsockname())], time.monotonic() + LONG)
        assert at == server.getsockname()
        made.close()


def test_where_all_refuse_the_reason_is_told() -> None:
    with pytest.raises(ConnectionRefusedError):
        reached([found(("127.0.0.1", free_port())) for _ in range(2)], time.monotonic() + LONG)


def test_where_none_answers_the_time_is_up() -> None:
    with silent() as dropping, pytest.raises(TimeoutError):
        reached([found(dropping.getsockname())] * 2, time.monotonic() + 0.3)


def test_one_that_cannot_even_be_tried_is_passed_over() -> None:
    with listening() as server:
        lacking = found(server.getsockname(), socket.AF_APPLETALK)
        made, _ = reached([lacking, found(server.getsockname())], time.monotonic() + LONG)
        made.close()
    with pytest.raises(OSError, match="not supported"):
        reached([lacking], time.monotonic() + LONG)


def test_no_socket_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[socket.socket] = []
    begun = socket.socket.connect

    def noted(self: socket.socket, at: tuple[str, int]) -> None:
        opened.append(self)
        begun(self, at)

    with silent() as dropping, listening() as server:
        monkeypatch.setattr(socket.socket, "connect", noted)
        dropped, refusing = found(dropping.getsockname()), found(("127.0.0.1", free_port()))
        made, _ = reached([dropped, refusing, dropped, found(server.getsockname())], time.monotonic() + LONG)
        assert len(opened) == 4
        assert [each.fileno() for each in opened if each is not made] == [-1, -1, -1]
        made.close()


SIX = [found(("2001:db8::1", 443), socket.AF_INET6), found(("2001:db8::2", 443), socket.AF_INET6)]
FOUR = [found(("192.0.2.1", 443)), found(("192.0.2.2", 443)), found(("192.0.2.3", 443))]


@pytest.fixture
def dual_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [*SIX, *FOUR])


@pytest.mark.usefixtures("dual_stack")
def test_the_families_take_turns_and_the_systems_first_choice_stays_first() -> None:
    assert resolved("both.example", 443) == [SIX[0], FOUR[0], SIX[1], FOUR[1], FOUR[2]]


@pytest.mark.usefixtures("dual_stack")
def test_the_address_that_was_good_is_tried_before_all_others() -> None:
    assert resolved("both.example", 443, first=FOUR[1].at) == [FOUR[1], SIX[0], FOUR[0], SIX[1], FOUR[2]]
    assert resolved("both.example", 443, first=("192.0.2.9", 443))[0] == SIX[0]


def test_a_name_without_an_address_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [])
    with pytest.raises(OSError, match=r"none\.example has no address"):
        resolved("none.example", 443)
