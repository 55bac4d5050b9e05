"""The answers on one connection, put together from whatever pieces the network makes of them.

httptools reads them, with the parser of Node.js. What is odd about an answer costs its body at most: the status is
what counts.
"""

from __future__ import annotations

import re
import zlib
from typing import Final

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from consumer.bluecore.response import BODY_LIMIT, Response

LONGEST_HEAD: Final = 300 << 10
"""Bytes, of interim answers and the final one together, as in libcurl."""
_STATUS: Final = re.compile(rb"HTTP/1\.[01] +(\d{3})(?=[ \r\n])")
_BEGINS: Final = b"HTTP/1."
_FINAL: Final = 200
_PACKED: Final = "content-encoding"
_DECODED: Final = {"gzip": 32 + zlib.MAX_WBITS, "x-gzip": 32 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}


class NoHttpError(Exception):
    """What came is no answer of HTTP; the message says why."""


class Reply:
    """The present answer of a connection: begun with each request, and fed until it is over.

    Attributes:
        status: 0 until the head of the final answer is there.
        over: nothing more of it will come, or is wanted.
        reusable: once it is over: another answer may follow on the same connection.
    """

    __slots__ = ("_body", "_interim", "_parser", "_raw", "over", "reusable", "status")

    def __init__(self) -> None:
        self._parser = HttpResponseParser(self)
        self._parser.set_dangerous_leniencies(
            lenient_optional_cr_before_lf=True
        )  # some end lines with a line feed alone
        self.begin()

    def begin(self) -> None:
        """Another request goes out."""
        self._raw = b""
        """What has come, until the head of the final answer is there as a whole."""
        self._interim = 0
        self._body = b""
        self.status = 0
        self.over = self.reusable = False

    def feed(self, data: bytes) -> bool:
        """More has come in. Whether the answer is over.

        Raises:
            NoHttpError: it is none, and no status is known.
        """
        if not self.status:
            raw = self._raw = self._raw + data if self._raw else data
            if not raw.startswith(_BEGINS) and not _BEGINS.startswith(raw):
                raise NoHttpError("the answer does not begin with a status of HTTP")
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            self._odd(error)
        if self.over:
            return True
        if not self.status and len(self._raw) > LONGEST_HEAD:
            raise NoHttpError(f"the answer has more than {LONGEST_HEAD} bytes of headers")
        return False

    def end(self) -> bool:
        """Nothing more will come. Whether there is an answer; its body is what has come of it."""
        self.over, self.reusable = True, False
        return bool(self.status)

    def response(self) -> Response:
        """The answer, or what has come of it."""
        head = self._head().decode("latin-1")
        answer = Response(self.status, head, self._body[:BODY_LIMIT])
        return answer._replace(body=_unpacked(answer)) if _PACKED in head.lower() else answer

    # What httptools calls

    def on_message_begin(self) -> None:
        if self.over:
            self.reusable = False  # nobody has asked for another one, of which perhaps only a piece is here

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if self.over:
            return
        if status < _FINAL:
            self._interim += 1
        else:
            self.status = status

    def on_body(self, data: bytes) -> None:
        if not self.over:
            body = self._body = self._body + data if self._body else data
            if len(body) > BODY_LIMIT:
                self.end()  # nobody wants more of it

    def on_message_complete(self) -> None:
        if self.status and not self.over:
            self.over, self.reusable = True, self._parser.should_keep_alive()

    def _odd(self, error: Exception) -> None:
        """It breaks a rule, or changes the protocol: where the next one would begin cannot be told."""
        if not self.status:
            statuses = [int(each) for each in _STATUS.findall(self._raw)]
            if not statuses or statuses[-1] < _FINAL:
                raise NoHttpError(f"the answer is not one of HTTP: {error}") from None
            self.status = statuses[-1]
            self._body = self._raw[len(self._head()) :]
        self.end()

    def _head(self) -> bytes:
        """Of the interim answers and the final one, as far as it has come."""
        raw, end = self._raw, 0
        for _ in range(self._interim + 1):
            blank = raw.find(b"\n\r\n", end)
            bare = raw.find(b"\n\n", end, blank if blank >= 0 else len(raw))
            if bare >= 0:
                end = bare + 2
            elif blank >= 0:
                end = blank + 3
            else:
                return raw
        return raw[:end]


def _unpacked(answer: Response) -> bytes:
    """The body as it was before it was packed; as it is where that cannot be told."""
    window = _DECODED.get(answer.headers().get("content-encoding", "").lower())
    if window is None:
        return answer.body
    try:
        return zlib.decompressobj(window).decompress(answer.body, BODY_LIMIT)
    except zlib.error:
        return answer.body
