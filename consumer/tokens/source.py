"""A token of this process: fetched before it is needed, renewed before it ends, the same for all who show it.

A thread of its own fetches, so that nobody waits for a token service: neither librdkafka's call for a token, and with
it the end of a client, nor the loop.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import structlog

from consumer.backoff import Backoff
from consumer.tokens.token import Token, TokenUnavailable

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class TokenPolicy:
    """When a token is fetched.

    Attributes:
        share_of_life: after it the next one is fetched. librdkafka asks after 0.8 of what it was told, and shows the
            brokers a new token after 0.9 of what is left of a session.
        first_seconds: how long the first may take.
        retry: the waits between failed fetches.
        refused_seconds: a token that is refused is replaced no sooner than this after it was fetched.
    """

    share_of_life: float = 0.7
    first_seconds: float = 30.0
    retry: Backoff = Backoff(1, 15)
    refused_seconds: float = 30.0


POLICY: Final = TokenPolicy()


class TokenSource:
    """For any number of threads."""

    def __init__(
        self,
        fetch: Callable[[], Token],
        policy: TokenPolicy = POLICY,
        clock: Callable[[], float] = time.time,
        *,
        whose: str,
    ) -> None:
        """Fetches nothing before it is asked.

        Args:
            fetch: asks the token service once, in bounded time; raises TokenUnavailable.
            policy: when.
            clock: seconds, by which tokens end.
            whose: who is shown the token, for the log.
        """
        self._fetch = fetch
        self._policy = policy
        self._clock = clock
        self._whose = whose
        self._changed = threading.Condition()
        self._wake = threading.Event()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._token: Token | None = None
        self._fetched_at = 0.0
        self._refused: Token | None = None
        self._failure = ""

    def token(self) -> Token:
        """One that is good now; the first is waited for.

        Raises:
            TokenUnavailable: there is none; says why.
        """
        with self._changed:
            self._start()
            self._changed.wait_for(lambda: self._failure or self._unrefused, self._policy.first_seconds)
            if (token := self.good) is None:
                raise TokenUnavailable(self.reason)
            return token

    def current(self) -> Token | None:
        """One that is good now, or None, at once: `reason` says why. The first call has it fetched."""
        with self._changed:
            self._start()
            return self.good

    def refused(self, token: Token | None = None) -> None:
        """It was shown and not taken: a newer one is fetched, unless it is new, as its end may not be the cause.

        Args:
            token: which, where that is known: it is given to nobody any more. One that was replaced since is nothing.
        """
        with self._changed:
            if token is not None and token is not self._token:
                return
            if self._clock() - self._fetched_at >= self._policy.refused_seconds:
                self._refused = token
                self._wake.set()

    def close(self) -> None:
        """Renew no more, until a token is asked for again. A fetch under way ends by itself."""
        with self._changed:
            self._thread = None
            self._ended.set()
            self._wake.set()

    @property
    def good(self) -> Token | None:
        """The token, if it has not ended, and nobody has refused it."""
        token = self._unrefused
        return None if token is None or token.expires_at <= self._clock() else token

    @property
    def last(self) -> Token | None:
        """The last that was fetched, even where it has ended."""
        return self._token

    @property
    def failure(self) -> str:
        """Why the token could not be renewed; empty where it could."""
        return self._failure

    @property
    def expired(self) -> str:
        """Why there is no token that is good any more; empty while there is one, and before the first."""
        return "" if self._token is None or self.good is not None else self.reason

    @property
    def reason(self) -> str:
        """Why there is none, where there is none."""
        if self._failure:
            return self._failure
        if self._refused is not None:
            return "the last token was refused, and the next one is not there yet"
        return f"the token service has not answered for {self._policy.first_seconds:g} s"

    @property
    def _unrefused(self) -> Token | None:
        return None if self._token is self._refused else self._token

    def _start(self) -> None:
        if self._thread is None:
            self._ended = threading.Event()
            name = f"{self._whose.lower()}-token"
            self._thread = threading.Thread(target=self._run, args=(self._ended,), name=name, daemon=True)
            self._thread.start()

    def _run(self, ended: threading.Event) -> None:
        failures = 0
        while not ended.is_set():
            try:
                token = self._fetch().checked(self._clock())
            except Exception as error:  # noqa: BLE001 - were the thread to end, no token would ever come again
                failures += 1
                self._failed(str(error) if isinstance(error, TokenUnavailable) else _strange(error))
                seconds = self._policy.retry.seconds(failures)
            else:
                failures = 0
                self._renewed(token)
                seconds = self._policy.share_of_life * (token.expires_at - self._clock())
            self._wake.wait(max(0.1, seconds))
            self._wake.clear()

    def _renewed(self, token: Token) -> None:
        if self._failure:
            what = f"the token for {self._whose} can be renewed again"
            log.info(what)
        with self._changed:
            self._token, self._refused, self._failure, self._fetched_at = token, None, "", self._clock()
            self._changed.notify_all()

    def _failed(self, why: str) -> None:
        first = not self._failure
        with self._changed:
            self._failure = why
            self._changed.notify_all()
        if first:
            left = 0.0 if self._token is None else max(0.0, self._token.expires_at - self._clock())
            what = f"the token for {self._whose} cannot be renewed: it is tried again until it can"
            log.warning(what, error=why, good_for_seconds=round(left))


def _strange(error: Any) -> str:
    return f"the token service's library fails: {type(error).__name__}: {error}"[:400]
