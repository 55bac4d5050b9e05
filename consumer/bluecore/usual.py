"""What nearly all answers are, read at a glance: one piece, one length or one chunk, and nothing odd in the head."""

from __future__ import annotations

import re
from typing import Final

from consumer.bluecore.response import Response

_OTHERS: Final = (
    rb"(?:\r\n(?!content-length|content-encoding|transfer-encoding|connection)[^\s:][^\r\n]*"
    rb"|\r\nconnection: keep-alive)*"
)
USUAL: Final = re.compile(
    rb"HTTP/1\.1 ([245]\d\d) [^\r\n]*"
    + _OTHERS
    + rb"\r\n(?:content-length: (\d{1,5})|transfer-encoding: chunked)"
    + _OTHERS
    + rb"\r\n\r\n",
    re.IGNORECASE,
)
"""The head of nearly every answer: one length or chunks, and nothing that asks for more than a look."""
_ONE_CHUNK: Final = re.compile(rb"([0-9A-Fa-f]{1,4})\r\n(.*)\r\n0\r\n\r\n", re.DOTALL)


def usual(data: bytes) -> Response | None:
    """The answer that these bytes are, neither more nor less, whose connection is free again.

    None: it takes `reply` to tell.
    """
    head = USUAL.match(data)
    if head is None:
        return None
    status, length = head.groups()
    end = head.end()
    body = data[end:]
    if length is None:
        chunk = _ONE_CHUNK.fullmatch(body)
        if chunk is None or int(chunk[1], 16) != len(chunk[2]):
            return None
        body = chunk[2]
    elif len(body) != int(length):
        return None
    return Response(int(status), data[:end].decode("latin-1"), body)
