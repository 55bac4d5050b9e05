"""One suite for all transports, against real servers that misbehave: the same request, the same outcome.

A transport must never hang, never raise, never follow, and hand back each ticket exactly once.
"""

from __future__ import annotations

import gzip
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from consumer.bluecore.curl import CurlTransport
from consumer.bluecore.direct import DirectTransport
from consumer.bluecore.failures import no_answer
from consumer.bluecore.response import BODY_LIMIT, Response
from consumer.bluecore.threads import ThreadTransport
from consumer.bluecore.transport import ConnectionSettings, Done, Transport
from consumer.records import NoAnswer
from tests.support.authority import Authority
from tests.support.servers import ACCEPTED, Peer, Server, certificate, server_context
from tests.support.waiting import free_port

Opens = Callable[[ConnectionSettings], "Transport"]

SETTINGS = ConnectionSettings(timeout=1.0, max_in_flight=8)
LONG = 10.0


@pytest.fixture(params=[ThreadTransport, CurlTransport, DirectTransport], ids=["requests", "curl", "direct"])
def opened(request: pytest.FixtureRequest) -> Iterator[Opens]:
    """Opens transports of one kind, and closes them after the test."""
    yield from _opened(request)


@pytest.fixture(params=[ThreadTransport, CurlTransport], ids=["requests", "curl"])
def opened_by_proxy(request: pytest.FixtureRequest) -> Iterator[Opens]:
    """The same of those that go by proxies; where there is one, no other is taken (`test_factory.py`)."""
    yield from _opened(request)


def _opened(request: pytest.FixtureRequest) -> Iterator[Opens]:
    transports: list[Transport] = []

    def open_one(settings: ConnectionSettings = SETTINGS) -> Transport:
        transport: Transport = request.param({"": settings})
        transports.append(transport)
        return transport

    yield open_one
    for transport in transports:
        transport.close()


def post(url: str, body: bytes = b"{}", **headers: str) -> requests.PreparedRequest:
    prepared = requests.Request("POST", url, data=body, headers=headers).prepare()
    prepared.headers.setdefault("Accept-Encoding", "gzip, deflate")
    return prepared


def exchange(transport: Transport, request: requests.PreparedRequest) -> Done:
    """Send one request and wait for what comes of it."""
    transport.send(7, request)
    (done,) = transport.wait(LONG)
    assert done.ticket == 7
    assert transport.in_flight == 0
    return done


def answered(done: Done) -> Response:
    assert isinstance(done.result, Response), repr(done.result)
    return done.result


def failed(done: Done) -> NoAnswer:
    assert isinstance(done.result, requests.RequestException), repr(done.result)
    return no_answer(done.result)


def answering(*parts: bytes) -> Callable[[Peer], None]:
    """A script that answers each request with these bytes and keeps the connection."""

    def script(peer: Peer) -> None:
        while peer.read_request():
            for part in parts:
                peer.send(part)

    return script


@pytest.mark.ratio
def test_a_name_is_looked_up_without_a_turn_of_the_processor(opened: Opens) -> None:
    """What the lookup leaves behind must neither delay the answer nor keep the wait awake."""

    def script(peer: Peer) -> None:
        while peer.read_request():
            time.sleep(0.5)  # the endpoint takes its time: what is looked at is what the wait costs meanwhile
            peer.send(ACCEPTED)

    with Server(script) as server:
        begun, spent = time.monotonic(), time.process_time()
        done = exchange(opened(SETTINGS), post(server.url.replace("127.0.0.1", "localhost")))
        took, spent = time.monotonic() - begun, time.process_time() - spent

    assert answered(done).status == 202
    assert spent < took / 2


# -- what is sent and what comes back -------------------------------------------------------------------------


def test_an_answer_has_its_status_headers_and_body(opened: Opens) -> None:
    answer = b"HTTP/1.1 400 Bad Request\r\nX-Trace: 1\r\nX-trace: 2\r\nContent-Length: 7\r\n\r\nno name"
    with Server(answering(answer)) as server:
        done = exchange(opened(SETTINGS), post(server.url))
    response = answered(done)
    assert (response.status, response.body) == (400, b"no name")
    assert response.head.startswith("HTTP/1.1 400 Bad Request\r\n")
    assert response.headers()["x-trace"] == "1, 2"
    assert 0 < done.seconds < LONG


def test_the_request_goes_out_as_it_was_prepared(opened: Opens) -> None:
    seen: list[bytes] = []

    def script(peer: Peer) -> None:
        seen.append(peer.read_request())
        peer.send(ACCEPTED)

    headers = {"Content-Type": "application/json", "Idempotency-Key": "shop:0:1", "User-Agent": "us/1", "X-Empty": ""}
    with Server(script) as server:
        answered(exchange(opened(SETTINGS), post(server.url, b'{"n":"\xc3\xa4"}', **headers)))
    head, _, body = seen[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /api HTTP/1.1"
    assert body == b'{"n":"\xc3\xa4"}'
    sent = {line.partition(":")[0].lower(): line.partition(":")[2].strip() for line in lines[1:]}
    sent.pop("connection", None)
    sent.pop("accept", None)
    assert sent == {
        "host": f"127.0.0.1:{server.port}",
        "content-type": "application/json",
        "content-length": "10",
        "idempotency-key": "shop:0:1",
        "user-agent": "us/1",
        "accept-encoding": "gzip, deflate",
        "x-empty": "",
    }


def test_a_large_body_is_sent_without_asking_first(opened: Opens) -> None:
    """curl asks for a 100-continue before a large body; Bluecore's contract knows of none."""
    seen: list[bytes] = []

    def script(peer: Peer) -> None:
        seen.append(peer.read_request())
        peer.send(ACCEPTED)

    with Server(script) as server:
        answered(exchange(opened(replace(SETTINGS, timeout=LONG)), post(server.url, b"x" * 3_000_000)))
    assert len(seen[0]) > 3_000_000
    assert b"expect" not in seen[0][:500].lower()


def test_requests_run_side_by_side_and_each_ticket_comes_back_once(opened: Opens) -> None:
    with Server(answering(ACCEPTED)) as server:
        transport = opened(SETTINGS)
        tickets = set(range(8))
        for ticket in tickets:
            transport.send(ticket, post(server.url))
        assert transport.in_flight == 8
        back: list[int] = []
        while transport.in_flight:
            back += [done.ticket for done in transport.wait(LONG)]
    assert sorted(back) == sorted(tickets)
    assert server.connections <= 8


def test_a_connection_is_used_again(opened: Opens) -> None:
    with Server(answering(ACCEPTED)) as server:
        transport = opened(SETTINGS)
        for _ in range(5):
            assert answered(exchange(transport, post(server.url))).status == 202
    assert server.connections == 1


def test_the_values_of_one_request_do_not_reach_the_next(opened: Opens) -> None:
    refusing = answering(b"HTTP/1.1 400 Bad\r\nRetry-After: 5\r\nContent-Length: 3\r\n\r\nbad")
    accepting = answering(b"HTTP/1.1 202 OK\r\nContent-Length: 0\r\n\r\n")
    with Server(refusing) as first, Server(accepting) as second:
        transport = opened(SETTINGS)
        old = answered(exchange(transport, post(first.url)))
        new = answered(exchange(transport, post(second.url)))
    assert (old.status, old.body, old.headers()["retry-after"]) == (400, b"bad", "5")
    assert (new.status, new.body, "retry-after" in new.headers()) == (202, b"", False)


# -- waiting --------------------------------------------------------------------------------------------------


def test_looking_returns_at_once(opened: Opens) -> None:
    with Server(lambda peer: peer.drain()) as server:
        transport = opened(SETTINGS)
        transport.send(1, post(server.url))
        started = time.monotonic()
        assert transport.wait(0) == []
        assert time.monotonic() - started < 0.5
        assert transport.in_flight == 1


def test_waiting_for_nothing_takes_the_time_given(opened: Opens) -> None:
    transport = opened(SETTINGS)
    started = time.monotonic()
    assert transport.wait(0.05) == []
    assert time.monotonic() - started >= 0.05


def test_closing_with_a_request_in_flight_does_not_hang(opened: Opens) -> None:
    with Server(lambda peer: peer.drain()) as server:
        transport = opened(SETTINGS)
        transport.send(1, post(server.url))
        transport.wait(0)
        started = time.monotonic()
        transport.close()
        assert time.monotonic() - started < 0.5


# -- odd but valid answers ------------------------------------------------------------------------------------


def test_a_chunked_answer_is_put_together(opened: Opens) -> None:
    head = b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n"
    with Server(answering(head, b"5\r\nhello\r\n", b"6\r\n world\r\n", b"0\r\n\r\n")) as server:
        assert answered(exchange(opened(SETTINGS), post(server.url))).body == b"hello world"


def test_an_interim_answer_is_not_the_answer(opened: Opens) -> None:
    interim = b"HTTP/1.1 100 Continue\r\nX-Interim: yes\r\n\r\n"
    with Server(answering(interim + ACCEPTED)) as server:
        response = answered(exchange(opened(SETTINGS), post(server.url)))
    assert (response.status, response.body) == (202, b"ok")
    assert "x-interim" not in response.headers()


def test_a_redirect_is_an_answer_and_not_followed(opened: Opens) -> None:
    with Server(answering(ACCEPTED)) as target:
        moved = f"HTTP/1.1 307 Moved\r\nLocation: {target.url}\r\nContent-Length: 0\r\n\r\n".encode()
        with Server(answering(moved)) as server:
            response = answered(exchange(opened(SETTINGS), post(server.url)))
    assert (response.status, response.headers()["location"]) == (307, target.url)
    assert target.connections == 0


def test_a_redirect_to_nonsense_is_an_answer_too(opened: Opens) -> None:
    moved = b"HTTP/1.1 301 Moved\r\nLocation: http://[broken\r\nContent-Length: 0\r\n\r\n"
    with Server(answering(moved)) as server:
        assert answered(exchange(opened(SETTINGS), post(server.url))).status == 301


def test_a_compressed_answer_is_readable(opened: Opens) -> None:
    packed = gzip.compress(b"too many requests")
    head = f"HTTP/1.1 429 Slow\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n".encode()
    with Server(answering(head + packed)) as server:
        assert answered(exchange(opened(SETTINGS), post(server.url))).body == b"too many requests"


def test_of_a_huge_body_the_start_is_kept(opened: Opens) -> None:
    size = 3_000_000
    head = f"HTTP/1.1 500 Oops\r\nContent-Length: {size}\r\n\r\n".encode()
    with Server(answering(head + b"x" * size)) as server:
        response = answered(exchange(opened(SETTINGS), post(server.url)))
    assert response.body == b"x" * BODY_LIMIT


def ends(*parts: bytes) -> Callable[[Peer], None]:
    """Answers with these bytes, and hangs up."""

    def script(peer: Peer) -> None:
        peer.read_request()
        for part in parts:
            peer.send(part)

    return script


def endless(peer: Peer) -> None:
    peer.read_request()
    peer.send(b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        peer.send(b"1000\r\n" + b"x" * 4096 + b"\r\n")


def silent_body(peer: Peer) -> None:
    peer.read_request()
    peer.send(b"HTTP/1.1 202 Accepted\r\nContent-Length: 500\r\n\r\n")
    peer.drain()


def trickling_body(peer: Peer) -> None:
    peer.read_request()
    peer.send(b"HTTP/1.1 202 Accepted\r\nContent-Length: 500\r\n\r\n")
    for _ in range(500):
        peer.send(b"x")
        time.sleep(0.1)  # a server that is slow, but never silent for as long as the time limit


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(ends(b"HTTP/1.1 202 Accepted\r\nContent-Length: 100\r\n\r\nhalf"), id="cut short"),
        pytest.param(ends(b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"), id="half a chunk"),
        pytest.param(ends(b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\nno size\r\n"), id="no chunk"),
        pytest.param(
            ends(b"HTTP/1.1 202 Accepted\r\nContent-Encoding: zstd2\r\nContent-Length: 2\r\n\r\nok"),
            id="unknown encoding",
        ),
        pytest.param(
            ends(b"HTTP/1.1 202 Accepted\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nok"), id="no gzip"
        ),
        pytest.param(
            ends(b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ACCEPTED),
            id="interim",
        ),
        pytest.param(
            ends(b"HTTP/1.1 202 Accepted\r\n" + b"X-Many: x\r\n" * 2000 + b"Content-Length: 2\r\n\r\nok"),
            id="many headers",
        ),
        pytest.param(
            ends(b"HTTP/1.1 202 Accepted\r\nContent-Encoding: " + b"gzip, " * 20 + b"gzip\r\n\r\nok"),
            id="many encodings",
        ),
        pytest.param(
            ends(b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: gzip\r\n\r\nok"), id="unknown transfer encoding"
        ),
        *(
            pytest.param(ends(b"HTTP/1.1 202 Accepted\r\n" + odd + b"\r\n\r\nok"), id=odd.decode())
            for odd in (
                b"Content-Length: 2\r\nContent-Length: 3",
                b"Content-Length: two",
                b"Content-Length: -2",
                b"no colon",
            )
        ),
        pytest.param(
            ends(b"HTTP/1.1 202 Accepted\r\nX-Long: " + b"x" * 90_000 + b"\r\nContent-Length: 2\r\n\r\nok"),
            id="a long header",
        ),
        pytest.param(silent_body, id="silent"),
        pytest.param(endless, id="endless"),
        pytest.param(trickling_body, id="trickling"),
    ],
)
def test_the_status_decides_whatever_becomes_of_the_body(opened: Opens, script: Callable[[Peer], None]) -> None:
    """An accepted event that counted as failed would be sent again, for as long as the endpoint answers so."""
    with Server(script) as server:
        started = time.monotonic()
        status = answered(exchange(opened(SETTINGS), post(server.url))).status
        assert time.monotonic() - started < 5
    assert status == 202


def test_a_refusal_that_is_cut_short_is_the_refusal(opened: Opens) -> None:
    with Server(ends(b"HTTP/1.1 422 No\r\nContent-Length: 100\r\n\r\nthe email")) as server:
        response = answered(exchange(opened(SETTINGS), post(server.url)))
    assert (response.status, response.body) == (422, b"the email")


def test_an_answer_before_the_body_is_sent_is_taken(opened: Opens) -> None:
    """A balancer refuses by the head alone, and reads on until the client is done."""

    def script(peer: Peer) -> None:
        peer.send(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        peer.finish()
        peer.drain()

    with Server(script) as server:
        done = exchange(opened(SETTINGS), post(server.url, b"x" * 5_000_000))
    assert answered(done).status == 413


def test_a_connection_that_the_server_closed_meanwhile_is_replaced(opened: Opens) -> None:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(ACCEPTED)

    with Server(script) as server:
        transport = opened(SETTINGS)
        answered(exchange(transport, post(server.url)))
        assert server.closed.acquire(timeout=LONG)
        assert answered(exchange(transport, post(server.url))).status == 202
    assert server.connections == 2


def test_what_a_server_says_as_it_closes_a_connection_is_not_the_answer_to_the_next_request(opened: Opens) -> None:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(ACCEPTED)
        time.sleep(0.05)  # else it would come with the answer, and be known for what it is
        peer.send(b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    with Server(script) as server:
        transport = opened(SETTINGS)
        answered(exchange(transport, post(server.url)))
        assert server.closed.acquire(timeout=LONG)
        assert transport.wait(1.2) == []
        assert answered(exchange(transport, post(server.url))).status == 202


def test_a_connection_that_is_closed_as_the_next_request_arrives_does_not_hang(opened: Opens) -> None:
    """The race that no client can exclude: sent again or reported as reset, and over in time."""

    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(ACCEPTED)
        peer.read_request()

    with Server(script) as server:
        transport = opened(SETTINGS)
        answered(exchange(transport, post(server.url)))
        done = exchange(transport, post(server.url))
    if isinstance(done.result, requests.RequestException):
        assert no_answer(done.result) is NoAnswer.RESET
    else:
        assert done.result.status == 202


# -- no answer ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sent",
    [b"", b"HTTP/1.1 202 Acc"],
    ids=["before the answer", "in the status line"],
)
def test_a_reset_is_no_answer(opened: Opens, sent: bytes) -> None:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(sent)
        # A RST overtakes what was sent, and nothing tells a server what its client has read.
        time.sleep(0.05)  # where it comes too early for the client, the outcome is a reset as well
        peer.reset()

    with Server(script) as server:
        assert failed(exchange(opened(SETTINGS), post(server.url))) is NoAnswer.RESET


@pytest.mark.parametrize("sent", [b"HTTP/1.1 202 Accepted\r\nContent-Le", b"HTTP/1.1 202 Accepted\r\nA: b\r\n"])
def test_half_a_head_is_no_answer(opened: Opens, sent: bytes) -> None:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(sent)
        peer.reset()

    with Server(script) as server:
        assert failed(exchange(opened(SETTINGS), post(server.url))) is NoAnswer.RESET


def trickle(data: bytes) -> Callable[[Peer], None]:
    def script(peer: Peer) -> None:
        peer.read_request()
        for byte in data:
            peer.send(bytes([byte]))
            time.sleep(0.1)  # a server that is slow, but never silent for as long as the time limit

    return script


@pytest.mark.parametrize(
    "script",
    [
        lambda peer: peer.drain(),
        trickle(b"HTTP/1.1 202 Accepted\r\nX-Slow: " + b"x" * 200),
    ],
    ids=["silence", "trickling headers"],
)
def test_what_takes_too_long_times_out_though_bytes_come(opened: Opens, script: Callable[[Peer], None]) -> None:
    settings = replace(SETTINGS, timeout=0.5)
    with Server(script) as server:
        started = time.monotonic()
        done = exchange(opened(settings), post(server.url))
        assert 0.4 < time.monotonic() - started < 3
    assert failed(done) is NoAnswer.TIMEOUT


def test_one_slow_answer_holds_up_no_other(opened: Opens) -> None:
    with Server(lambda peer: peer.drain()) as slow, Server(answering(ACCEPTED)) as quick:
        transport = opened(replace(SETTINGS, max_in_flight=2))
        transport.send(1, post(slow.url))
        transport.send(2, post(quick.url))
        first = transport.wait(LONG)
        second = transport.wait(LONG)
    assert [done.ticket for done in first] == [2]
    assert [done.ticket for done in second] == [1]


def test_after_time_outs_the_transport_still_carries_all_that_it_may(opened: Opens) -> None:
    settings = replace(SETTINGS, timeout=0.3, max_in_flight=4)
    script = trickle(b"HTTP/1.1 202 Accepted\r\nX-Slow: " + b"x" * 200)
    with Server(script) as slow, Server(answering(ACCEPTED)) as quick:
        transport = opened(settings)
        for url, expected in ((slow.url, requests.Timeout), (quick.url, Response)):
            for ticket in range(4):
                transport.send(ticket, post(url))
            while transport.in_flight:
                assert all(isinstance(done.result, expected) for done in transport.wait(LONG))


@pytest.mark.parametrize(
    "answer",
    [
        b"SMTP ready\r\n\r\n",
        b"HTTP/1.1 two-hundred OK\r\n\r\n",
        b"\x00\x01\x02\x03\r\n\r\n",
        b"HTTP/1.1 202 OK\r\nX-Huge: " + b"x" * 1_000_000 + b"\r\n\r\n",
        b"HTTP/1.1 202 OK\r\n" + b"X-Many: x\r\n" * 100_000 + b"\r\n",
    ],
    ids=["another protocol", "no status", "binary", "a huge header", "many headers"],
)
def test_what_is_no_http_is_no_answer(opened: Opens, answer: bytes) -> None:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(answer)

    with Server(script) as server:
        assert failed(exchange(opened(SETTINGS), post(server.url))) in {NoAnswer.OTHER, NoAnswer.RESET}


def test_a_refused_connection(opened: Opens) -> None:
    done = exchange(opened(SETTINGS), post(f"http://127.0.0.1:{free_port()}/api"))
    assert failed(done) is NoAnswer.REFUSED


def test_a_name_that_does_not_exist(opened: Opens) -> None:
    # `.invalid` never resolves (RFC 2606); a resolver that cannot be reached takes its time to say so.
    done = exchange(opened(replace(SETTINGS, timeout=LONG)), post("http://bluecore.invalid/api"))
    assert failed(done) in {NoAnswer.DNS, NoAnswer.TIMEOUT}


@pytest.mark.parametrize("kind", [ThreadTransport, DirectTransport])
def test_where_the_system_has_no_more_threads_nothing_was_sent(
    kind: Callable[..., Transport], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with socket.create_server(("127.0.0.1", 0)) as server:
        transport = kind({"": SETTINGS})
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", full)
            done = exchange(transport, post(f"http://127.0.0.1:{server.getsockname()[1]}/"))
        assert failed(done) is NoAnswer.REFUSED
        assert "can't start new thread" in str(done.result)
        transport.close()


# -- TLS ------------------------------------------------------------------------------------------------------


def test_a_certificate_of_the_given_authority_is_trusted(opened: Opens, tmp_path: Path) -> None:
    pem = certificate(tmp_path, alternative="IP:127.0.0.1")
    with Server(answering(ACCEPTED), tls=server_context(pem)) as server:
        done = exchange(opened(replace(SETTINGS, verify=str(pem))), post(server.url))
    assert answered(done).status == 202


@pytest.mark.parametrize("lowest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("as_folder", [False, True], ids=["file", "folder"])
def test_over_tls_an_exchange_is_what_it_is_without(
    opened: Opens,
    tmp_path: Path,
    lowest: ssl.TLSVersion,
    as_folder: bool,  # noqa: FBT001 - drawn
) -> None:
    """By an authority of its own: many requests on one connection, answers in pieces, a body of many records."""
    issuer = Authority(tmp_path)
    authority, pem = issuer.certificate, issuer.signed("bluecore", "IP:127.0.0.1").both
    if as_folder:
        command = ["openssl", "x509", "-in", str(authority), "-noout", "-hash"]
        name = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
        authority = tmp_path / "authorities"
        authority.mkdir()
        (authority / f"{name}.0").write_bytes(issuer.certificate.read_bytes())
    chunked = b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n"
    large = b"x" * 50_000
    seen: list[bytes] = []

    def script(peer: Peer) -> None:
        while request := peer.read_request():
            seen.append(request)
            for part in (ACCEPTED,) if len(seen) % 2 else (chunked, b"c350\r\n", large, b"\r\n0\r\n", b"\r\n"):
                peer.send(part)

    with Server(script, tls=server_context(pem, lowest)) as server:
        transport = opened(replace(SETTINGS, verify=str(authority), timeout=LONG))
        bodies = [answered(exchange(transport, post(server.url, b"y" * 300_000))).body for _ in range(4)]
    assert bodies == [b"ok", large, b"ok", large]
    assert [len(each.partition(b"\r\n\r\n")[2]) for each in seen] == [300_000] * 4
    assert server.connections == 1


def test_over_tls_a_connection_that_the_server_closed_meanwhile_is_replaced(opened: Opens, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    pem = authority.signed("bluecore", "IP:127.0.0.1").both

    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(ACCEPTED)

    with Server(script, tls=server_context(pem, ssl.TLSVersion.TLSv1_3)) as server:
        transport = opened(replace(SETTINGS, verify=str(authority.certificate)))
        for _ in range(3):
            assert answered(exchange(transport, post(server.url))).status == 202
            assert server.closed.acquire(timeout=LONG)
    assert server.connections == 3


def test_over_tls_what_takes_too_long_times_out(opened: Opens, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    pem = authority.signed("bluecore", "IP:127.0.0.1").both
    settings = replace(SETTINGS, verify=str(authority.certificate), timeout=0.5)
    with Server(lambda peer: peer.drain(), tls=server_context(pem)) as silent:
        assert failed(exchange(opened(settings), post(silent.url))) is NoAnswer.TIMEOUT
    with socket.create_server(("127.0.0.1", 0)) as mute:  # a handshake that is not answered
        done = exchange(opened(settings), post(f"https://127.0.0.1:{mute.getsockname()[1]}/"))
        assert failed(done) is NoAnswer.TIMEOUT


def test_a_certificate_that_stands_in_the_bundle_is_trusted_whoever_has_signed_it(tmp_path: Path) -> None:
    """By direct and curl, which take each other's place."""
    signed = Authority(tmp_path).signed("server", "IP:127.0.0.1")
    settings = replace(SETTINGS, verify=str(signed.certificate))
    with Server(answering(ACCEPTED), tls=server_context(signed.both)) as server:
        for kind in (CurlTransport, DirectTransport):
            transport: Transport = kind({"": settings})
            assert answered(exchange(transport, post(server.url))).status == 202
            transport.close()


def test_a_certificate_of_no_known_authority_is_refused(opened: Opens, tmp_path: Path) -> None:
    pem = certificate(tmp_path, alternative="IP:127.0.0.1")
    with Server(answering(ACCEPTED), tls=server_context(pem)) as server:
        assert failed(exchange(opened(SETTINGS), post(server.url))) is NoAnswer.TLS


def test_an_expired_certificate_is_refused(opened: Opens, tmp_path: Path) -> None:
    pem = certificate(tmp_path, alternative="IP:127.0.0.1", expired=True)
    with Server(answering(ACCEPTED), tls=server_context(pem)) as server:
        done = exchange(opened(replace(SETTINGS, verify=str(pem))), post(server.url))
    assert failed(done) is NoAnswer.TLS


def test_a_certificate_for_another_name_is_refused(opened: Opens, tmp_path: Path) -> None:
    pem = certificate(tmp_path, alternative="DNS:elsewhere.example")
    with Server(answering(ACCEPTED), tls=server_context(pem)) as server:
        done = exchange(opened(replace(SETTINGS, verify=str(pem))), post(server.url))
    assert failed(done) is NoAnswer.TLS


def test_a_server_that_speaks_no_tls_is_a_tls_failure(opened: Opens) -> None:
    with Server(lambda peer: peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as server:
        done = exchange(opened(SETTINGS), post(server.url.replace("http", "https")))
    assert failed(done) is NoAnswer.TLS


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
def test_verification_can_be_turned_off(opened: Opens, tmp_path: Path) -> None:
    pem = certificate(tmp_path, alternative="DNS:elsewhere.example")
    with Server(answering(ACCEPTED), tls=server_context(pem)) as server:
        done = exchange(opened(replace(SETTINGS, verify=False)), post(server.url))
    assert answered(done).status == 202


# -- proxies --------------------------------------------------------------------------------------------------


def test_a_proxy_is_asked_for_the_whole_address(opened_by_proxy: Opens) -> None:
    seen: list[bytes] = []

    def script(peer: Peer) -> None:
        seen.append(peer.read_request())
        peer.send(ACCEPTED)

    with Server(script) as proxy:
        settings = replace(SETTINGS, proxies={"http": f"http://127.0.0.1:{proxy.port}"})
        done = exchange(opened_by_proxy(settings), post("http://bluecore.invalid/api"))
    assert answered(done).status == 202
    assert seen[0].startswith(b"POST http://bluecore.invalid/api HTTP/1.1\r\n")


def test_a_proxy_that_refuses_the_tunnel_is_no_answer(opened_by_proxy: Opens) -> None:
    with Server(answering(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")) as proxy:
        settings = replace(SETTINGS, proxies={"https": f"http://127.0.0.1:{proxy.port}"})
        done = exchange(opened_by_proxy(settings), post("https://bluecore.invalid/api"))
    assert isinstance(done.result, requests.exceptions.ProxyError)


def test_the_environment_is_read_as_requests_reads_it(
    opened_by_proxy: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proxy of the environment is used, but not where `no_proxy` says so."""
    with Server(answering(ACCEPTED)) as server, Server(answering(ACCEPTED)) as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        for url in (server.url, "http://bluecore.invalid/api"):
            settings = ConnectionSettings.from_environment(url, timeout=1, max_in_flight=1)
            answered(exchange(opened_by_proxy(settings), post(url)))
    assert (server.connections, proxy.connections) == (1, 1)


@pytest.mark.parametrize("kind", [ThreadTransport, CurlTransport, DirectTransport])
def test_each_destination_has_its_own_time_limit_and_its_name_in_the_answer(
    kind: Callable[[dict[str, ConnectionSettings]], Transport],
) -> None:
    """One that is patient holds up none that is not, in whichever order they are sent."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        transport = kind({"patient": replace(SETTINGS, timeout=LONG), "quick": replace(SETTINGS, timeout=0.2)})
        transport.send(1, post(url), "patient")
        transport.send(2, post(url), "quick")

        (done,) = transport.wait(LONG)

        assert isinstance(done.result, requests.RequestException)
        assert (done.ticket, done.destination, no_answer(done.result)) == (2, "quick", NoAnswer.TIMEOUT)
        assert transport.in_flight == 1
        transport.close()
