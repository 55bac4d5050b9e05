"""The sockets that libcurl waits for: told by it as they change, so that a wait does not look at every request.

Looked at one by one (`curl_multi_perform`), 128 requests that wait for an answer cost more than the few that have
one. libcurl's `CURLMOPT_SOCKETFUNCTION` and `curl_multi_socket_action` say how this is done.
"""

from __future__ import annotations

from contextlib import suppress
from select import EPOLLERR, EPOLLHUP, EPOLLIN, EPOLLOUT, EPOLLRDHUP, epoll
from typing import Any

import pycurl

_EVENTS = {
    pycurl.POLL_IN: EPOLLIN,
    pycurl.POLL_OUT: EPOLLOUT,
    pycurl.POLL_INOUT: EPOLLIN | EPOLLOUT,
}
_READABLE = EPOLLIN | EPOLLHUP | EPOLLRDHUP
_IN: int = pycurl.CSELECT_IN
_OUT: int = pycurl.CSELECT_OUT
_ERR: int = pycurl.CSELECT_ERR
_MOST_AT_ONCE = 1024


class Sockets:
    """The sockets of one multi handle, in an epoll of their own; Linux only."""

    def __init__(self, multi: Any) -> None:
        self._epoll = epoll()
        self._wanted: dict[int, bool] = {}
        """By descriptor, whether libcurl waits for it; what is not in here is not in the epoll."""
        multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)

    def ready(self, seconds: float) -> list[tuple[int, int]]:
        """The sockets that something has happened to within `seconds`, and what, for `socket_action`."""
        return [
            (socket, _event_mask(events))
            for socket, events in self._epoll.poll(seconds, _MOST_AT_ONCE)
            if self._wanted[socket] or self._unregister(socket)
        ]

    def close(self) -> None:
        self._epoll.close()

    def _watch(self, event: int, socket: int, _multi: Any, _data: Any) -> None:
        if event == pycurl.POLL_REMOVE:
            # A connection that is kept alive is waited for again at its next request: it may stay where it is.
            self._wanted[socket] = False
            return
        events = _EVENTS.get(event, 0)
        if socket not in self._wanted:
            self._epoll.register(socket, events)
        else:
            try:
                self._epoll.modify(socket, events)
            except FileNotFoundError:
                # The kernel has forgotten it: it was closed, and the number given to another.
                self._epoll.register(socket, events)
        self._wanted[socket] = True

    def _unregister(self, socket: int) -> bool:
        """Something has happened to a connection that is not in use: it would only be told again and again."""
        with suppress(OSError):  # closed meanwhile
            self._epoll.unregister(socket)
        del self._wanted[socket]
        return False


def _event_mask(events: int) -> int:
    """What `epoll` tells of a socket, in libcurl's terms."""
    if events == EPOLLIN:
        return _IN
    return (
        (_IN if events & _READABLE else 0) | (_OUT if events & EPOLLOUT else 0) | (_ERR if events & EPOLLERR else 0)
    )
