"""An answer's headers, out of what stood on the wire."""

from __future__ import annotations

from consumer.bluecore.response import Response

HEAD = "HTTP/1.1 429 Slow\r\nRetry-After: 5\r\nX-Trace: 1\r\nx-trace:2\r\nnonsense\r\n\r\n"


def test_names_are_in_lower_case_and_repeated_values_together() -> None:
    assert Response(429, HEAD, b"").headers() == {"retry-after": "5", "x-trace": "1, 2"}


def test_the_heads_of_interim_answers_are_left_out() -> None:
    interim = "HTTP/1.1 100 Continue\r\nX-Interim: yes\r\n\r\n"
    assert Response(429, interim + HEAD, b"").headers() == Response(429, HEAD, b"").headers()


def test_headers_are_found_by_the_beginnings_of_their_names() -> None:
    response = Response(429, HEAD, b"")
    assert response.headers_like(("retry-after", "ratelimit-")) == {"retry-after": "5"}
    assert response.headers_like(("ratelimit-",)) == {}


def test_a_beginning_within_a_value_is_no_name() -> None:
    assert Response(200, "HTTP/1.1 200 OK\r\nVary: Retry-After\r\n\r\n", b"").headers_like(("retry-after",)) == {}
