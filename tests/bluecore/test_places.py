"""Where a request leads and what it is on the wire."""

from __future__ import annotations

import pytest
from requests import RequestException

from consumer.bluecore.failures import no_answer
from consumer.bluecore.outgoing import Outgoing, Template
from consumer.bluecore.places import Places, on_the_wire
from consumer.bluecore.transport import ConnectionSettings
from consumer.records import NoAnswer

SETTINGS = ConnectionSettings(timeout=1, max_in_flight=1)


def wire(url: str, own: dict[str, str] | None = None, **headers: str) -> str:
    template = Template("POST", url, headers)
    way = Places({"": SETTINGS}).way(template, "")
    return on_the_wire(way.head, Outgoing(template, b"{}", own or {})).decode()


@pytest.mark.parametrize(
    ("url", "line", "host"),
    [
        ("http://api.example/track?v=1", "/track?v=1", "api.example"),
        ("http://api.example:8080", "/", "api.example:8080"),
        ("https://api.example:443/a%20b", "/a%20b", "api.example"),
        ("http://[::1]:8080/a", "/a", "[::1]:8080"),
        ("http://user:secret@api.example/a", "/a", "api.example"),
    ],
)
def test_an_address_is_taken_apart(url: str, line: str, host: str) -> None:
    assert wire(url).startswith(f"POST {line} HTTP/1.1\r\nHost: {host}\r\n")


def test_the_headers_of_all_stand_before_those_of_one() -> None:
    sent = wire("http://h/", {"Idempotency-Key": "t:0:1"}, Accept="*/*")
    assert (
        sent == "POST / HTTP/1.1\r\nHost: h\r\nAccept: */*\r\nContent-Length: 2\r\nIdempotency-Key: t:0:1\r\n\r\n{}"
    )


def test_a_value_from_a_record_brings_no_header_along() -> None:
    sent = wire("http://h/", {"Idempotency-Key": "t\r\nX-Evil: 1\n:0:1"})
    assert "Idempotency-Key: tX-Evil: 1:0:1\r\n" in sent


@pytest.mark.parametrize("url", ["ftp://h/", "h/path", "http:///path"])
def test_what_is_no_address_of_http_is_refused(url: str) -> None:
    with pytest.raises(RequestException):
        wire(url)


def test_requests_of_one_destination_share_their_connections_by_host_and_port() -> None:
    places = Places({"": SETTINGS, "other": SETTINGS})

    def place(url: str, destination: str = "") -> object:
        return places.way(Template("POST", url, {}), destination).place

    assert place("http://h/a") is place("http://h:80/b")
    assert place("http://h/a") is not place("https://h/a")
    assert place("http://h/a") is not place("http://h/a", "other")


def test_a_bundle_that_is_gone_is_a_tls_failure_which_names_it() -> None:
    """Nothing was sent: it counts against no event."""
    places = Places({"": ConnectionSettings(timeout=1, max_in_flight=1, verify="/gone.pem")})
    with pytest.raises(
        RequestException, match=r"^the certificates of /gone\.pem cannot be read: .*No such file"
    ) as it:
        places.way(Template("POST", "https://h/", {}), "")
    assert no_answer(it.value) is NoAnswer.TLS
