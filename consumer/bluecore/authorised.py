"""A transport that shows Bluecore's REST APIs their access tokens; everything else goes by it as it is.

A request waits for the first token, and for a new one where its own was refused, which is asked for once: nothing of
that is the event's fault. Where there is no token to be had, it is answered so, and the endpoint is away.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from consumer.bluecore.failures import NoTokenError
from consumer.bluecore.outgoing import Outgoing, Request
from consumer.bluecore.response import Response
from consumer.bluecore.transport import Done, Transport
from consumer.tokens.token import Token

_UNAUTHORIZED: Final = 401
_LOOK_SECONDS: Final = 0.05
_PATIENCE_SECONDS: Final = 30.0
"""For so long a token is waited for of which nobody says why there is none."""


class Tokens(Protocol):
    """Who has the tokens of one client."""

    @property
    def failure(self) -> str:
        """Why none can be fetched; empty while nothing says so."""

    @property
    def reason(self) -> str:
        """Why there is none that is good, where there is none."""

    def current(self) -> Token | None:
        """One that is good now, at once, or None."""

    def refused(self, token: Token) -> None:
        """It was shown and not taken: a newer one is fetched."""


@dataclass(slots=True)
class _Asked:
    """One request to a REST API: `again`: it has been sent with a token that was refused."""

    ticket: int
    request: Outgoing
    destination: str
    since: float
    token: Token | None = None
    again: bool = False


class AuthorisedTransport:
    """For one thread, as the transport is."""

    def __init__(
        self, transport: Transport, tokens: Mapping[str, Tokens], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Shows nothing yet.

        Args:
            transport: that carries the requests.
            tokens: by endpoint, of those that ask for one.
            clock: seconds.
        """
        self._transport = transport
        self._tokens = tokens
        self._clock = clock
        self._sent: dict[int, _Asked] = {}
        self._waiting: list[_Asked] = []
        self._without: set[str] = set()
        """The endpoints of which a request found no token, and none has come since."""

    @property
    def in_flight(self) -> int:
        return self._transport.in_flight + len(self._waiting)

    def send(self, ticket: int, request: Request, destination: str = "") -> None:
        if destination in self._tokens:
            outgoing = request if isinstance(request, Outgoing) else Outgoing.of(request)
            asked = _Asked(ticket, outgoing, destination, self._clock())
            if not self._goes(asked):
                self._waiting.append(asked)
        else:
            self._transport.send(ticket, request, destination)

    def wait(self, seconds: float) -> list[Done]:
        done: list[Done] = []
        self._look(done)
        if done:
            seconds = 0.0
        elif self._waiting:
            seconds = min(seconds, _LOOK_SECONDS)
        return [*done, *(each for each in self._transport.wait(seconds) if self._is_over(each))]

    def recovered(self) -> list[str]:
        """The endpoints that had no token to be shown, and have one again; each is named once."""
        if not self._without:
            return []
        found = [name for name in self._without if self._tokens[name].current() is not None]
        self._without.difference_update(found)
        return found

    def close(self) -> None:
        self._waiting.clear()
        self._sent.clear()
        self._transport.close()

    def _is_over(self, done: Done) -> bool:
        """Whether this is the answer to be handed on; else it goes again, with another token."""
        asked = self._sent.pop(done.ticket, None)
        result = done.result
        if asked is None or not isinstance(result, Response) or result.status != _UNAUTHORIZED:
            return True
        if asked.token is not None:
            self._tokens[asked.destination].refused(asked.token)
        if asked.again:
            return True
        asked.again, asked.since = True, self._clock()
        self._waiting.append(asked)
        return False

    def _look(self, done: list[Done]) -> None:
        """Sends what has a token by now, and gives up what gets none."""
        waiting, self._waiting = self._waiting, []
        for asked in waiting:
            tokens, waited = self._tokens[asked.destination], self._clock() - asked.since
            if self._goes(asked):
                continue
            if tokens.failure or waited > _PATIENCE_SECONDS:
                self._without.add(asked.destination)
                done.append(Done(asked.ticket, NoTokenError(tokens.reason), waited, asked.destination))
            else:
                self._waiting.append(asked)

    def _goes(self, asked: _Asked) -> bool:
        """Sends it, where there is a token that it has not been refused with."""
        token = self._tokens[asked.destination].current()
        if token is None or token is asked.token:
            return False
        asked.token = token
        asked.request = asked.request.shown("Authorization", f"Bearer {token.text}")
        self._sent[asked.ticket] = asked
        self._transport.send(asked.ticket, asked.request, asked.destination)
        return True
