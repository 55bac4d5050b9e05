"""Errors in the form of the REST APIs: `google.rpc.Status`."""

from __future__ import annotations

from typing import Final

import orjson

_CODES: Final = {
    400: 3,
    401: 16,
    403: 7,
    404: 5,
    405: 12,
    406: 3,
    409: 6,
    413: 11,
    422: 3,
    429: 8,
    500: 13,
    503: 14,
    504: 4,
}
"""google.rpc.Code of each HTTP status; what is not here is UNKNOWN."""
_UNKNOWN: Final = 2
_SERVER: Final = 500
_INFO: Final = "type.googleapis.com/google.rpc.RequestInfo"


def status_body(status: int, message: str, request_id: str) -> bytes:
    """The body of an error; one of the server's has the request's id, too."""
    details = [{"@type": _INFO, "request_id": request_id}] if status >= _SERVER else []
    return orjson.dumps({"code": _CODES.get(status, _UNKNOWN), "message": message, "details": details})
