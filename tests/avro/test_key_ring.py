"""Keys are fetched by a thread of their own: who asks never waits, and an outage is told from a refusal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from structlog.testing import capture_logs
from tenacity import wait_fixed

from consumer.avro.encryption import Cipher, KeyName
from consumer.avro.errors import KeyPending, KeyRefused
from consumer.avro.key_ring import KeyRing
from tests.support.waiting import eventually

NAME, OTHER = KeyName("shop", ("orders-value",), "AES256_GCM"), KeyName("shop", ("orders-value",), "AES256_GCM", 2)


class Source:
    """Gives the key that was asked for, or raises `instead`."""

    def __init__(self) -> None:
        self.instead: dict[KeyName, Exception] = {}
        self.asked: list[KeyName] = []

    def __call__(self, name: KeyName) -> Cipher:
        self.asked.append(name)
        if name in self.instead:
            raise self.instead[name]
        return bytes.upper


class Clock:
    ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ring(source: Source, clock: Clock) -> Iterator[KeyRing]:
    ring = KeyRing(source, clock=clock, backoff=wait_fixed(0.01))
    yield ring
    ring.close()


def fetched(ring: KeyRing, name: KeyName = NAME) -> Callable[[bytes], bytes]:
    def found() -> Cipher | None:
        try:
            return ring.get(name)
        except KeyPending:
            return None

    cipher = eventually(found, 10, "the key")
    assert cipher is not None
    return cipher


def test_a_key_is_pending_then_there_and_fetched_once(ring: KeyRing, source: Source) -> None:
    with pytest.raises(KeyPending, match="the key shop of orders-value, version 1 is being fetched"):
        ring.get(NAME)
    assert fetched(ring)(b"a") == b"A"
    assert ring.get(NAME)
    assert source.asked == [NAME]


def test_a_refusal_counts_for_some_seconds_and_is_then_asked_for_anew(
    ring: KeyRing, source: Source, clock: Clock
) -> None:
    source.instead[NAME] = KeyRefused("not for you")
    with pytest.raises(KeyRefused, match="not for you"):
        fetched(ring)
    clock.ahead = 9
    with pytest.raises(KeyRefused):
        ring.get(NAME)
    assert (len(source.asked), ring.outage) == (1, None)
    source.instead.clear()
    clock.ahead = 11
    assert fetched(ring)(b"a") == b"A"


def test_in_an_outage_a_key_stays_pending_until_it_can_be_had(ring: KeyRing, source: Source) -> None:
    """One warning when it begins, one line when it ends."""
    source.instead[NAME] = RuntimeError("no answer")
    with capture_logs() as logs:
        with pytest.raises(KeyPending):
            ring.get(NAME)
        eventually(lambda: len(source.asked) > 3, 10, "further tries")
        with pytest.raises(KeyPending):
            ring.get(NAME)
        assert ring.outage == "no answer"
        source.instead.clear()
        fetched(ring)
        eventually(lambda: len(logs) == 2, 10, "the line that tells the end")
    assert ring.outage is None
    assert [(line["log_level"], line["event"]) for line in logs] == [
        ("warning", "the keys of encrypted fields cannot be had: their records wait"),
        ("info", "the keys of encrypted fields can be had again"),
    ]


def test_an_error_without_words_is_told_by_its_name(ring: KeyRing, source: Source) -> None:
    source.instead[NAME] = TimeoutError()
    with pytest.raises(KeyPending):
        ring.get(NAME)
    assert eventually(lambda: ring.outage, 10, "the outage") == "TimeoutError"


def test_a_key_that_cannot_be_had_keeps_no_other_waiting(ring: KeyRing, source: Source) -> None:
    source.instead[NAME] = RuntimeError("no answer")
    with pytest.raises(KeyPending):
        ring.get(NAME)
    eventually(lambda: ring.outage, 10, "the outage")
    assert fetched(ring, OTHER)(b"a") == b"A"
