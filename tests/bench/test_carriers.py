"""Every way to carry a request carries it: a figure of one that does not would say nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.carriers import commands, distances
from tests.bench.carrying import WAYS
from tests.bench.sinks import Sinks, SinkUnavailableError, sinks

IN_FLIGHT = 4
EVENTS = 20


@pytest.fixture(scope="module")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sinks]:
    try:
        with sinks(tmp_path_factory.mktemp("sinks")) as running:
            yield running
    except SinkUnavailableError as missing:
        pytest.skip(str(missing))


@pytest.mark.parametrize("way", [way for way in WAYS if "HTTP/2" not in way])
def test_without_tls_all_arrive(nginx: Sinks, way: str) -> None:
    assert arrived(nginx, way, nginx.fast) == EVENTS


@pytest.mark.parametrize("way", WAYS)
def test_over_tls_all_arrive(nginx: Sinks, way: str) -> None:
    """Those of HTTP/2 see to it themselves that it is spoken."""
    assert arrived(nginx, way, nginx.tls) == EVENTS


def arrived(nginx: Sinks, way: str, url: str) -> int:
    """How many requests nginx has read, beside the questions how many those are."""
    before = nginx.accepted()
    with WAYS[way](url, IN_FLIGHT, str(nginx.authority)) as sends:
        sends(EVENTS)
    return nginx.accepted() - before - 1


def test_http2_is_asked_for_where_it_is_offered_only(nginx: Sinks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.bench.carriers.peer_python", lambda: Path("python"))
    offered = {
        distance.name: any("HTTP/2" in way for way in commands(distance, nginx.authority))
        for distance in distances(nginx)
    }
    assert offered == {
        "answers at once, 64 at once": False,
        "the same, TLS 1.3": True,
        "50 ms away, 128 at once": False,
        "50 ms away, 512 at once": False,
        "50 ms away, 128 at once, TLS": True,
    }
