"""The token of this process: fetched before it is needed, renewed before it ends, the same for all clients.

A thread of its own fetches, so that no client waits for a token service: librdkafka's call for a token, and with it
the end of a client, waits for no network.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import structlog

from consumer.backoff import Backoff
from consumer.kafka.tokens.token import Token, TokenUnavailable

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class TokenPolicy:
    """When a token is fetched.

    Attributes:
        share_of_life: after it the next one is fetched. librdkafka asks after 0.8 of what it was told, and shows the
            brokers a new token after 0.9 of what is left of a session.
        first_seconds: how long the first may take.
        told_seconds: the longest life that clients are told of: so they take a newer token soon.
        retry: the waits between failed fetches.
        refused_seconds: a token that the brokers refuse is replaced no sooner than this after it was fetched.
    """

    share_of_life: float = 0.7
    first_seconds: float = 30.0
    told_seconds: float = 60.0
    retry: Backoff = Backoff(1, 15)
    refused_seconds: float = 30.0


POLICY: Final = TokenPolicy()


class TokenSource:
    """For any number of threads."""

    def __init__(
        self, fetch: Callable[[], Token], policy: TokenPolicy = POLICY, clock: Callable[[], float] = time.time
    ) -> None:
        """Fetches nothing before it is asked.

        Args:
            fetch: asks the token service once, in bounded time; raises TokenUnavailable.
            policy: when.
            clock: seconds since the epoch, by which tokens end.
        """
        self._fetch = fetch
        self._policy = policy
        self._clock = clock
        self._changed = threading.Condition()
        self._wake = threading.Event()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._token: Token | None = None
        self._fetched_at = 0.0
        self._failure = ""

    def token(self) -> Token:
        """One that is good now; the first is waited for.

        Raises:
            TokenUnavailable: there is none; says why.
        """
        with self._changed:
            if self._thread is None:
                self._ended = threading.Event()
                self._thread = threading.Thread(
                    target=self._run, args=(self._ended,), name="kafka-token", daemon=True
                )
                self._thread.start()
            self._changed.wait_for(lambda: self._token or self._failure, self._policy.first_seconds)
            if (token := self._token) is None or token.expires_at <= self._clock():
                raise TokenUnavailable(self._reason())
            return token

    def callback(self, _config: str) -> tuple[str, float]:
        """librdkafka's `oauth_cb`: the text, and when to ask again, as an end in seconds since the epoch.

        It gives what there is, even where that has ended: what is raised here would lose its reason, and a client
        that is being made would wait for ten seconds and fail. The brokers refuse it, and clients go on trying.
        """
        token, now = self._token, self._clock()
        if token is None:
            raise TokenUnavailable(self._reason())
        # At least ten seconds ahead: an end that has passed is refused, and one that is near is asked for in a loop.
        least = now + min(10.0, self._policy.told_seconds)
        return token.text, max(least, min(token.expires_at, now + self._policy.told_seconds))

    def refused(self) -> None:
        """The brokers did not take the token: a newer one is fetched, unless it is new."""
        if self._clock() - self._fetched_at >= self._policy.refused_seconds:
            self._wake.set()

    def close(self) -> None:
        """Renew no more, until a token is asked for again. A fetch under way ends by itself."""
        with self._changed:
            self._thread = None
            self._ended.set()
            self._wake.set()

    @property
    def failure(self) -> str:
        """Why the token could not be renewed; empty where it could."""
        return self._failure

    @property
    def expired(self) -> str:
        """Why the brokers can be shown no token any more; empty while there is one that is good."""
        token = self._token
        return "" if token is None or token.expires_at > self._clock() else self._reason()

    def _reason(self) -> str:
        if self._failure:
            return self._failure
        return f"the token service has not answered for {self._policy.first_seconds:g} s"

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
            log.info("the token for Kafka can be renewed again")
        with self._changed:
            self._token, self._failure, self._fetched_at = token, "", self._clock()
            self._changed.notify_all()

    def _failed(self, why: str) -> None:
        first = not self._failure
        with self._changed:
            self._failure = why
            self._changed.notify_all()
        if first and self._token is not None:
            left = max(0.0, self._token.expires_at - self._clock())
            what = "the token for Kafka cannot be renewed: it is tried again until it can"
            log.warning(what, error=why, good_for_seconds=round(left))


def _strange(error: Any) -> str:
    return f"the token service's library fails: {type(error).__name__}: {error}"[:400]
