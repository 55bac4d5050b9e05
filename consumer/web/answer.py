"""The body of an HTTP answer, within a limit of size and of time: no peer may fill the memory or hold a thread."""

from __future__ import annotations

import time

import requests

MOST_BYTES = 16 << 20
"""Of one answer: the longest list of subjects is below a tenth of it."""
_CHUNK = 64 << 10


def bounded_content(response: requests.Response, deadline: float, most_bytes: int) -> bytes | None:
    """The body of an answer that is read as a stream; None where it is larger than `most_bytes`.

    Raises:
        requests.exceptions.ReadTimeout: it is not all here at the deadline, a time of `time.monotonic`.
    """
    content = bytearray()
    while chunk := response.raw.read1(_CHUNK, decode_content=True):
        content += chunk
        if len(content) > most_bytes:
            return None
        if time.monotonic() > deadline:
            raise requests.exceptions.ReadTimeout
    return bytes(content)
