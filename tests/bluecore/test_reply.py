"""Answers as the network brings them: in one piece or in many, usual or odd."""

from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.bluecore.reply import LONGEST_HEAD, NoHttpError, Reply
from consumer.bluecore.response import BODY_LIMIT, Response

USUAL = (
    b"HTTP/1.1 202 Accepted\r\nServer: nginx\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
    b"Connection: keep-alive\r\n\r\nok"
)
PACKED = gzip.compress(b"too many requests")
ODD = {
    "chunks": b"HTTP/1.1 202 A\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=1\r\n world\r\n0\r\n\r\n",
    "trailers": b"HTTP/1.1 202 A\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n",
    "interim": b"HTTP/1.1 103 Early\r\nLink: x\r\n\r\n" + USUAL,
    "no body": b"HTTP/1.1 204 No\r\nX: 1\r\n\r\n",
    "packed": b"HTTP/1.1 429 Slow\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%b" % (len(PACKED), PACKED),
    "bare line ends": b"HTTP/1.1 202 A\nContent-Length: 2\n\nok",
}


def fed(*pieces: bytes) -> Reply:
    reply = Reply()
    for piece in pieces:
        reply.feed(piece)
    return reply


def test_a_connection_brings_one_answer_after_the_other() -> None:
    reply = fed(USUAL)
    assert (reply.over, reply.reusable) == (True, True)
    assert reply.response() == Response(202, USUAL[:-2].decode(), b"ok")
    reply.begin()
    assert (reply.over, reply.status) == (False, 0)
    reply.feed(ODD["chunks"])
    assert reply.response().body == b"hello world"


@pytest.mark.parametrize("piece", [1, 12, 40, len(USUAL)])
def test_an_answer_that_nobody_has_asked_for_ends_the_connection(piece: int) -> None:
    reply = fed(USUAL + USUAL[:piece])
    assert (reply.over, reply.reusable, reply.response().body) == (True, False, b"ok")


def test_one_that_changes_the_protocol_is_an_answer_and_the_last_one() -> None:
    reply = fed(b"HTTP/1.1 202 A\r\nUpgrade: h2\r\nConnection: Upgrade\r\nContent-Length: 2\r\n\r\nok")
    assert (reply.over, reply.status, reply.response().body) == (True, 202, b"ok")


@given(name=st.sampled_from(["usual", *ODD]), data=st.data())
def test_the_pieces_in_which_it_comes_make_no_difference(name: str, data: st.DataObject) -> None:
    whole = USUAL if name == "usual" else ODD[name]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=5)))
    pieces = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    reply, at_once = fed(*pieces), fed(whole)
    assert (reply.over, reply.reusable) == (True, True)
    assert reply.response() == at_once.response()


@given(st.binary(max_size=300))
def test_whatever_comes_is_an_answer_or_none(data: bytes) -> None:
    for begins in (b"", b"HTTP/1.1 202 A\r\n", b"HTTP/1.1 202 A\r\nTransfer-Encoding: chunked\r\n\r\n"):
        reply = Reply()
        try:
            reply.feed(begins + data)
        except NoHttpError:
            continue
        assert reply.end() is (reply.status > 0)
        if reply.status:
            reply.response().headers()


@pytest.mark.parametrize(
    ("name", "body"),
    [("chunks", b"hello world"), ("trailers", b"ok"), ("interim", b"ok"), ("no body", b"")],
)
def test_odd_answers_are_read_to_their_ends(name: str, body: bytes) -> None:
    reply = fed(ODD[name])
    assert (reply.over, reply.response().body) == (True, body)


def test_a_body_is_unpacked() -> None:
    assert fed(ODD["packed"]).response().body == b"too many requests"
    deflated = zlib.compress(b"slow")
    head = b"HTTP/1.1 429 S\r\nContent-Encoding: deflate\r\nContent-Length: %d\r\n\r\n" % len(deflated)
    assert fed(head + deflated).response().body == b"slow"


def test_a_small_packed_body_becomes_no_large_one() -> None:
    packed = gzip.compress(bytes(50 * BODY_LIMIT))
    head = b"HTTP/1.1 500 O\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    reply = fed(head, *(packed[at : at + 1000] for at in range(0, len(packed), 1000)))
    assert len(reply.response().body) <= BODY_LIMIT


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 202 A\r\n\r\n",
        b"HTTP/1.0 202 A\r\nContent-Length: 2\r\n\r\n",
        b"HTTP/1.1 202 A\r\nContent-Length: 2\r\nConnection: close\r\n\r\n",
        b"HTTP/1.1 202 A\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n",
        b"HTTP/1.1 202 A\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n",
        b"HTTP/1.1 202 A\r\nContent-Length: two\r\n\r\n",
        b"HTTP/1.1 202 A\r\nTransfer-Encoding: gzip\r\nContent-Length: 2\r\n\r\n",
        b"HTTP/1.1 202 A\r\nTransfer-Encoding: chunked\r\n\r\nno size\r\n",
        b"HTTP/1.1 202 A\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxx\r\n",
        b"HTTP/1.1 202 A\r\nContent-Length: 1\r\n\r\n",
    ],
)
def test_where_the_next_answer_would_begin_must_be_sure(head: bytes) -> None:
    reply = fed(head, b"ok")
    reply.end()
    assert (reply.status, reply.reusable) == (202, False)


@pytest.mark.parametrize(
    "data",
    [
        b"SMTP ready\r\n\r\n",
        b"\x00\x01",
        b"HTTP/1.1 two-hundred OK\r\n\r\n",
        b"HTTP/2 202\r\n\r\n",
        b"HTTP/1.1 202 A\r\nX: " + b"x" * LONGEST_HEAD,
        b"HTTP/1.1 100 Go\r\n\r\n" * 20_000,
    ],
)
def test_what_is_no_answer_is_refused(data: bytes) -> None:
    with pytest.raises(NoHttpError):
        fed(data)


def test_of_a_body_without_end_the_start_is_kept() -> None:
    reply = fed(b"HTTP/1.1 202 A\r\nTransfer-Encoding: chunked\r\n\r\n", b"200000\r\n" + b"x" * 0x200000)
    assert (reply.over, reply.reusable, reply.response().body) == (True, False, b"x" * BODY_LIMIT)


def test_an_answer_that_breaks_off_is_what_has_come_of_it() -> None:
    reply = fed(b"HTTP/1.1 422 No\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nthe em")
    assert (reply.over, reply.end(), reply.response().body) == (False, True, b"the em")
    assert not Reply().end()
