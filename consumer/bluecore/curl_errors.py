"""libcurl's failures as requests' own exceptions, each around the standard library's exception for its cause.

Codes: https://curl.se/libcurl/c/libcurl-errors.html
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from functools import partial
from typing import Any

import pycurl
import requests
from requests import exceptions

from consumer.bluecore.outgoing import Outgoing

_TUNNEL_REFUSED = 300
_E_PROXY = 97  # pycurl has no name for it


def _unresolved(message: str) -> Exception:
    return socket.gaierror(socket.EAI_NONAME, message)


_Kind = tuple[type[requests.RequestException], Callable[[str], Exception]]
# With a number beside it the error's text is the message alone.
_TLS: _Kind = (exceptions.SSLError, partial(ssl.SSLError, ssl.SSLErrorNumber.SSL_ERROR_SSL))
_RESET: _Kind = (exceptions.ConnectionError, ConnectionResetError)

_KINDS: dict[int, _Kind] = {
    pycurl.E_UNSUPPORTED_PROTOCOL: (exceptions.InvalidSchema, ValueError),
    pycurl.E_URL_MALFORMAT: (exceptions.InvalidURL, ValueError),
    pycurl.E_COULDNT_RESOLVE_PROXY: (exceptions.ProxyError, _unresolved),
    pycurl.E_COULDNT_RESOLVE_HOST: (exceptions.ConnectionError, _unresolved),
    pycurl.E_COULDNT_CONNECT: (exceptions.ConnectionError, ConnectionRefusedError),
    _E_PROXY: (exceptions.ProxyError, OSError),
    pycurl.E_PARTIAL_FILE: (exceptions.ChunkedEncodingError, ConnectionResetError),
    pycurl.E_GOT_NOTHING: _RESET,
    pycurl.E_SEND_ERROR: _RESET,
    pycurl.E_RECV_ERROR: _RESET,
    pycurl.E_BAD_CONTENT_ENCODING: (exceptions.ContentDecodingError, ValueError),
    pycurl.E_SSL_CONNECT_ERROR: _TLS,
    pycurl.E_SSL_ENGINE_NOTFOUND: _TLS,
    pycurl.E_SSL_ENGINE_SETFAILED: _TLS,
    pycurl.E_SSL_CERTPROBLEM: _TLS,
    pycurl.E_SSL_CIPHER: _TLS,
    pycurl.E_PEER_FAILED_VERIFICATION: _TLS,
    pycurl.E_USE_SSL_FAILED: _TLS,
    pycurl.E_SSL_ENGINE_INITFAILED: _TLS,
    pycurl.E_SSL_CACERT_BADFILE: _TLS,
    pycurl.E_SSL_CRL_BADFILE: _TLS,
    pycurl.E_SSL_ISSUER_ERROR: _TLS,
    pycurl.E_SSL_PINNEDPUBKEYNOTMATCH: _TLS,
    pycurl.E_SSL_INVALIDCERTSTATUS: _TLS,
}


def exception_for(handle: Any, code: int, message: str, outgoing: Outgoing) -> requests.RequestException:
    """What requests would have raised for the failure `code` of an easy handle."""
    request = outgoing.prepared()
    if code == pycurl.E_OPERATION_TIMEDOUT:
        sent = handle.getinfo(pycurl.PRETRANSFER_TIME) > 0
        return (exceptions.ReadTimeout if sent else exceptions.ConnectTimeout)(message, request=request)
    if handle.getinfo(pycurl.HTTP_CONNECTCODE) >= _TUNNEL_REFUSED:
        return exceptions.ProxyError(OSError(message), request=request)
    kind, cause = _KINDS.get(code, (exceptions.RequestException, OSError))
    return kind(cause(message), request=request)
