"""What an answer of Bluecore's REST APIs says beside its status: its name, its fault in words, what was stored."""

from __future__ import annotations

from typing import Final

import orjson
import requests

from consumer.bluecore.applied import unapplied
from consumer.bluecore.response import BODY_LIMIT, Response
from consumer.records import Answer, NoAnswer

_ID: Final = "x-bluecore-id"
_LENGTH: Final = "content-length"
_DIGITS: Final = 9
_LONGEST_ID: Final = 200
_LONGEST_SAID: Final = 500
_SUCCESS: Final = range(200, 300)
_NO_CONTENT: Final = 204


def told(answer: Answer, result: Response | requests.RequestException, sent: bytes) -> Answer:
    """The answer with what its body and its headers say.

    Args:
        answer: as one of the Events API would be.
        result: what it was made of.
        sent: the request's body.
    """
    if isinstance(result, requests.RequestException):
        return answer
    headers = result.headers_like((_ID, _LENGTH))
    name = headers.get(_ID, "")[:_LONGEST_ID]
    if result.status not in _SUCCESS:
        return answer._replace(text=said(result.body) or answer.text, request_id=name)
    if result.status != _NO_CONTENT and _broke_off(result.body, headers.get(_LENGTH, "")):
        # What was stored is in the part that is missing. A consent has its own time: sent again, it says the same.
        return Answer(None, NoAnswer.RESET, text="the answer broke off", seconds=answer.seconds, request_id=name)
    return answer._replace(unapplied=unapplied(sent, result.body), request_id=name)


def _broke_off(body: bytes, length: str) -> bool:
    """Whether less has come than was announced; `length`: as the header has it, empty where it is not there."""
    announced = int(length) if length.isdecimal() and len(length) <= _DIGITS else 1
    return len(body) < min(announced, BODY_LIMIT)


def said(body: bytes) -> str:
    """The message of a `google.rpc.Status`, which is English and for developers; empty where there is none."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    message = found.get("message") if isinstance(found, dict) else None
    return message[:_LONGEST_SAID] if isinstance(message, str) else ""
