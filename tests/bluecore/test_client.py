"""What Bluecore is sent, and what is made of its answers; over a real connection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from consumer import __version__
from consumer.bluecore.client import BluecoreClient
from consumer.bluecore.threads import ThreadTransport
from consumer.bluecore.transport import ConnectionSettings
from consumer.config.destinations import BluecoreConfig
from consumer.errors import UnusableSetting
from consumer.records import Answer, NoAnswer
from consumer.telemetry.metrics import Metrics
from tests.support.servers import ACCEPTED, Peer, Server
from tests.support.waiting import free_port

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Called:
    """A client, its metrics, and the raw requests that its server has seen."""

    def __init__(self, url: str, seen: list[bytes], settings: dict[str, Any]) -> None:
        self.seen = seen
        self.registry = CollectorRegistry()
        config = BluecoreConfig.model_validate({"namespace": "ns", "url": url, **settings})
        transport = ThreadTransport({"": ConnectionSettings(timeout=2, max_in_flight=2)})
        self.client = BluecoreClient({"": config}, transport, Metrics(self.registry))

    def send(self, body: bytes = b"{}", key: str = "shop.orders:0:1", traceparent: str | None = None) -> Answer:
        self.client.send(1, body, key, traceparent)
        ((ticket, answer),) = self.client.wait(5)
        assert ticket == 1
        return answer

    def value(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(f"bluecore_consumer_{name}", labels)

    def head(self) -> dict[str, str]:
        lines = self.seen[-1].partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
        return {line.partition(":")[0].lower(): line.partition(":")[2].strip() for line in lines}


@contextmanager
def calling(answer: bytes = ACCEPTED, settings: dict[str, Any] | None = None) -> Iterator[Called]:
    seen: list[bytes] = []

    def script(peer: Peer) -> None:
        while request := peer.read_request():
            seen.append(request)
            peer.send(answer)

    with Server(script) as server:
        called = Called(server.url, seen, settings or {})
        yield called
        called.client.close()


def test_an_event_is_posted_as_json_under_its_idempotency_key() -> None:
    with calling() as called:
        answer = called.send(b'{"event":"search"}', "shop.orders:3:42")
        head = called.head()
    assert (answer.status, answer.no_answer, answer.text) == (202, None, "ok")
    assert called.seen[0].startswith(b"POST /api HTTP/1.1\r\n")
    assert called.seen[0].endswith(b'\r\n\r\n{"event":"search"}')
    assert head["content-type"] == "application/json"
    assert head["content-length"] == "18"
    assert head["idempotency-key"] == "shop.orders:3:42"
    assert head["user-agent"] == f"bluecore-consumer/{__version__}"
    assert "authorization" not in head
    assert "traceparent" not in head


def test_nothing_of_one_event_is_left_in_the_next() -> None:
    with calling() as called:
        called.send(b"a much longer body", "shop.orders:0:1", traceparent=TRACEPARENT)
        called.send(b"{}", "shop.orders:0:2")
        head = called.head()
    assert called.seen[1].endswith(b"\r\n\r\n{}")
    assert head["content-length"] == "2"
    assert head["idempotency-key"] == "shop.orders:0:2"
    assert "traceparent" not in head


@pytest.mark.parametrize(
    ("settings", "header", "value"),
    [
        ({"api_key": "secret"}, "authorization", "Bearer secret"),
        ({"api_key": "secret\n"}, "authorization", "Bearer secret"),
        ({"api_key": "secret", "api_key_header": "X-Key", "api_key_prefix": ""}, "x-key", "secret"),
    ],
    ids=["by default", "from a file that ends in a line break", "under another name"],
)
def test_the_api_key_is_sent_in_its_header(settings: dict[str, str], header: str, value: str) -> None:
    with calling(settings=settings) as called:
        called.send()
        assert called.head()[header] == value


@pytest.mark.parametrize("sent", [TRACEPARENT, None])
def test_a_traceparent_is_passed_on_when_there_is_one(sent: str | None) -> None:
    with calling() as called:
        called.send(traceparent=sent)
        assert called.head().get("traceparent") == sent


@pytest.mark.parametrize("sent", ["", "nonsense", TRACEPARENT + "\r\nX-Injected: 1", TRACEPARENT + "\n"])
def test_a_malformed_traceparent_is_left_out(sent: str) -> None:
    with calling() as called:
        assert called.send(traceparent=sent).status == 202
        assert {"traceparent", "x-injected"} & set(called.head()) == set()


def test_an_answer_keeps_the_headers_that_delivery_reads_in_lower_case() -> None:
    head = b"Retry-After: 7\r\nRateLimit-Reset: 1\r\nX-RateLimit-Remaining: 0\r\nServer: x\r\nDate: today\r\n"
    head += b'RateLimit: "default";r=0;t=3\r\nRateLimit-Policy: "default";q=100;w=60'
    with calling(b"HTTP/1.1 429 Slow Down\r\n" + head + b"\r\nContent-Length: 4\r\n\r\nslow") as called:
        answer = called.send()
    assert (answer.status, answer.text) == (429, "slow")
    assert answer.headers == {
        "retry-after": "7",
        "ratelimit-reset": "1",
        "x-ratelimit-remaining": "0",
        "ratelimit": '"default";r=0;t=3',
        "ratelimit-policy": '"default";q=100;w=60',
    }


def test_of_the_text_five_hundred_characters_are_kept_whatever_the_bytes() -> None:
    body = b"\xff" + "ä".encode() * 1000
    with calling(b"HTTP/1.1 400 Bad\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)) as called:
        answer = called.send()
    assert answer.text == "\N{REPLACEMENT CHARACTER}" + "ä" * 499


def test_no_answer_is_told_by_its_kind() -> None:
    called = Called(f"http://127.0.0.1:{free_port()}", [], {})
    answer = called.send()
    assert (answer.status, answer.no_answer) == (None, NoAnswer.REFUSED)
    assert called.value("http_requests_total", status="error") == 1
    called.client.close()


def test_requests_are_counted_by_status_timed_and_seen_in_flight() -> None:
    with calling() as called:
        called.client.send(1, b"{}", "shop.orders:0:1")
        assert called.client.in_flight == 1
        assert called.value("http_in_flight") == 1
        assert len(called.client.wait(5)) == 1
    assert called.value("http_in_flight") == 0
    assert called.value("http_requests_total", status="202") == 1
    assert called.value("http_request_duration_seconds_count") == 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"api_key": "se\ncret"}, r"^bluecore\.api_key or bluecore\.api_key_prefix"),
        ({"api_key": "sécret"}, r"^bluecore\.api_key: "),
    ],
)
def test_what_cannot_stand_in_a_request_is_refused_by_its_key(settings: dict[str, str], message: str) -> None:
    def make() -> Called:
        return Called(settings.pop("url", "http://127.0.0.1/"), [], settings)

    with pytest.raises(UnusableSetting, match=message) as refused:
        make()
    assert "cret" not in str(refused.value)
