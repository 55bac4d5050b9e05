"""Which transport is taken, and what is said when it cannot be had."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from consumer.bluecore.curl import CurlTransport
from consumer.bluecore.direct import DirectTransport
from consumer.bluecore.factory import open_transport
from consumer.bluecore.threads import ThreadTransport
from consumer.config.destinations import BluecoreConfig
from consumer.errors import UnusableSetting


def config(**settings: Any) -> BluecoreConfig:
    return BluecoreConfig.model_validate({"namespace": "ns", **settings})


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("auto", DirectTransport),
        ("direct", DirectTransport),
        ("curl", CurlTransport),
        ("requests", ThreadTransport),
    ],
)
def test_the_transport_asked_for_is_opened(asked: str, expected: type) -> None:
    transport = open_transport({"": config(transport=asked)}, 4)
    transport.close()
    assert isinstance(transport, expected)


def test_where_there_is_a_proxy_libcurl_goes_by_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    transport = open_transport({"": config()}, 4)
    transport.close()
    assert isinstance(transport, CurlTransport)


def test_of_several_destinations_one_by_a_proxy_decides_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
    transport = open_transport({"a": config(), "b": config(url="http://bluecore.example/")}, 4)
    transport.close()
    assert isinstance(transport, CurlTransport)


def test_plain_sockets_asked_for_where_there_is_a_proxy_are_refused_by_their_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    with pytest.raises(UnusableSetting, match=r"^bluecore\.transport is direct, .* leads by a proxy"):
        open_transport({"": config(transport="direct")}, 4)


def test_where_there_is_no_epoll_libcurl_carries_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "consumer.bluecore.direct", None)
    transport = open_transport({"": config()}, 4)
    transport.close()
    assert isinstance(transport, CurlTransport)


def test_without_libcurl_requests_carries_on_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "consumer.bluecore.curl", None)
    monkeypatch.setitem(sys.modules, "consumer.bluecore.direct", None)
    transport = open_transport({"": config()}, 4)
    transport.close()
    assert isinstance(transport, ThreadTransport)


def test_libcurl_asked_for_and_not_there_is_refused_by_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "consumer.bluecore.curl", None)
    with pytest.raises(UnusableSetting, match=r"^bluecore\.transport is curl, which cannot be used here"):
        open_transport({"": config(transport="curl")}, 4)


def test_a_missing_ca_bundle_is_refused_by_its_key() -> None:
    with pytest.raises(UnusableSetting, match=r"^bluecore\.ca_location: there is no file or directory /none/ca\.pem"):
        open_transport({"": config(ca_location="/none/ca.pem")}, 4)
