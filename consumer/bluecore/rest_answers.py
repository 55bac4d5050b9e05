"""What an answer of Bluecore's REST APIs says beside its status: its name, its fault in words, what was stored."""

from __future__ import annotations

from typing import Final

import orjson
import requests

from consumer.bluecore.applied import unapplied
from consumer.bluecore.response import Response
from consumer.records import Answer

_ID: Final = "x-bluecore-id"
_LONGEST_ID: Final = 200
_LONGEST_SAID: Final = 500
_ERROR: Final = 400


def told(answer: Answer, result: Response | requests.RequestException, sent: bytes) -> Answer:
    """The answer with what its body and its headers say.

    Args:
        answer: as one of the Events API would be.
        result: what it was made of.
        sent: the request's body.
    """
    if isinstance(result, requests.RequestException):
        return answer
    name = result.headers_like((_ID,)).get(_ID, "")[:_LONGEST_ID]
    if answer.status is not None and answer.status >= _ERROR:
        return answer._replace(text=said(result.body) or answer.text, request_id=name)
    return answer._replace(unapplied=unapplied(sent, result.body), request_id=name)


def said(body: bytes) -> str:
    """The message of a `google.rpc.Status`, which is English and for developers; empty where there is none."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    message = found.get("message") if isinstance(found, dict) else None
    return message[:_LONGEST_SAID] if isinstance(message, str) else ""
