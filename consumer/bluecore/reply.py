"""An answer as it comes in, put together from whatever pieces the network makes of it.

Rules: RFC 9110 and 9112. What is odd about an answer costs its body at most: the status is what counts.
"""

from __future__ import annotations

import re
import zlib
from typing import Final

from consumer.bluecore.response import BODY_LIMIT, Response
from consumer.bluecore.usual import USUAL

LONGEST_HEAD: Final = 300 << 10
"""Bytes, of interim answers and the final one together, as in libcurl."""
_STATUS: Final = re.compile(rb"HTTP/1\.([01]) +(\d{3})(?=[ \r\n])")
_END_OF_HEAD: Final = re.compile(rb"\r?\n\r?\n")
_CHUNK: Final = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\n]*)?\r?\n")
_LONGEST_LINE: Final = 4096
"""Of a chunk's size, with all that stands beside it."""
_WITHOUT_BODY: Final = frozenset((204, 304))
_FINAL: Final = 200
_DECODED: Final = {"gzip": 32 + zlib.MAX_WBITS, "x-gzip": 32 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}


class NoHttpError(Exception):
    """What came is no answer of HTTP; the message says why."""


class Reply:
    """One answer; it is fed until it is over."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._read = 0
        """Bytes of heads that were passed over."""
        self._body = bytearray()
        self._length: int | None = None
        """Of the body, where it is told."""
        self._chunked = False
        self._http11 = False
        self._packed = ""
        """How the body is packed."""
        self.status = 0
        """0 until the head of the final answer is there."""
        self._head = ""
        self.over = False
        self.reusable = False
        """Once it is over: another answer may follow on the same connection."""

    def feed(self, data: bytes) -> bool:
        """More has come in. Whether the answer is over.

        Raises:
            NoHttpError: it is none, and no status is known.
        """
        if not self._data and not self._read and (head := USUAL.match(data)) is not None:
            self._begin(head)
            data = data[head.end() :]
        self._data += data
        while not self.status:
            if not self._look_for_a_head():
                return False
        if not self.over:
            self._read_body()
        return self.over

    def end(self) -> bool:
        """Nothing more will come. Whether there is an answer; its body is what has come of it."""
        if self._chunked and not self.over and (line := _CHUNK.match(self._data)) is not None:
            self._body += self._data[line.end() :][: int(line[1], 16)]
        self.over, self.reusable = True, False
        return bool(self.status)

    def response(self) -> Response:
        """The answer, or what has come of it."""
        return Response(self.status, self._head, self._unpacked(bytes(self._body[:BODY_LIMIT])))

    def _begin(self, head: re.Match[bytes]) -> None:
        """The head has come, as a whole and as nearly all are."""
        self.status = int(head[1])
        self._head = head[0].decode("latin-1")
        self.reusable = True
        if self.status in _WITHOUT_BODY:
            self._length = 0
        elif head[2] is None:
            self._chunked = True
        else:
            self._length = int(head[2])

    def _look_for_a_head(self) -> bool:
        """Takes the next head off; False: it is not there as a whole."""
        data = self._data
        begins = _STATUS.match(data)
        if begins is None and (b"\n" in data or not b"HTTP/1.".startswith(data[:7])):
            raise NoHttpError("the answer does not begin with a status of HTTP")
        end = _END_OF_HEAD.search(data)
        if self._read + (len(data) if end is None else end.end()) > LONGEST_HEAD:
            raise NoHttpError(f"the answer has more than {LONGEST_HEAD} bytes of headers")
        if begins is None or end is None:
            return False
        status = int(begins[2])
        if status >= _FINAL:
            lines = bytes(data[: end.end()]).replace(b"\r\n", b"\n")  # some end theirs with a line feed alone
            self._head = lines.replace(b"\n", b"\r\n").decode("latin-1")
            self._http11 = begins[1] == b"1"
            self.status = status
        self._read += end.end()
        del data[: end.end()]
        if self.status:
            self._begin_body()
        return True

    def _begin_body(self) -> None:
        headers = Response(self.status, self._head, b"").headers()
        self._packed = headers.get("content-encoding", "").lower()
        coding = headers.get("transfer-encoding", "").lower()
        lengths = {each.strip() for each in headers.get("content-length", "").split(",")}
        length = lengths.pop()
        self.reusable = self._http11 and "close" not in headers.get("connection", "").lower()
        if self.status in _WITHOUT_BODY:
            self._length = 0
        elif coding == "chunked":
            self._chunked = True
        elif not coding and not lengths and length.isascii() and length.isdigit():
            self._length = int(length)
        else:
            self.reusable = False  # it ends with the connection

    def _read_body(self) -> None:
        data = self._data
        if self._chunked:
            self._read_chunks()
        elif self._length is None:
            self._body += data
            data.clear()
        else:
            taken = data[: self._length - len(self._body)]
            del data[: len(taken)]
            self._body += taken
            self.over = len(self._body) == self._length
        if not self.over and len(self._body) + (len(data) if self._chunked else 0) > BODY_LIMIT:
            self.end()  # nobody wants more of it
        if self.over and data:
            self.reusable = False

    def _read_chunks(self) -> None:
        """Takes off the chunks that are there as a whole."""
        data = self._data
        while (line := _CHUNK.match(data)) is not None:
            size = int(line[1], 16)
            if not size:
                self._read_trailers(line.end())
                return
            end = line.end() + size
            if len(data) < end + 2:
                return
            if data[end : end + 2] != b"\r\n":
                break
            self._body += data[line.end() : end]
            del data[: end + 2]
        if line is not None or b"\n" in data or len(data) > _LONGEST_LINE:
            self.end()  # where the next answer would begin cannot be told

    def _read_trailers(self, at: int) -> None:
        """The last chunk has come; what stands behind it up to an empty line says nothing of use."""
        rest = self._data[at:]
        blank = _END_OF_HEAD.search(b"\n" + rest)
        if blank is not None:
            self.over = True
            del self._data[: at + blank.end() - 1]
        elif len(rest) > LONGEST_HEAD:
            self.end()

    def _unpacked(self, body: bytes) -> bytes:
        """As it was before it was packed; as it is where that cannot be told."""
        window = _DECODED.get(self._packed)
        if window is None:
            return body
        try:
            return zlib.decompressobj(window).decompress(body, BODY_LIMIT)
        except zlib.error:
            return body
