"""The token that the brokers are shown, as librdkafka asks for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from consumer.tokens.source import POLICY, TokenPolicy, TokenSource
from consumer.tokens.token import Token, TokenUnavailable

_TOLD_SECONDS: Final = 60.0
"""The longest life that clients are told of: so they take a newer token soon."""
_LEAST_SECONDS: Final = 10.0


class KafkaTokenSource(TokenSource):
    """The same for all clients of this process."""

    def __init__(
        self, fetch: Callable[[], Token], policy: TokenPolicy = POLICY, clock: Callable[[], float] = time.time
    ) -> None:
        """See `TokenSource`; the clock is of the epoch, as librdkafka's is."""
        super().__init__(fetch, policy, clock, whose="Kafka")

    def callback(self, _config: str) -> tuple[str, float]:
        """librdkafka's `oauth_cb`: the text, and when to ask again, as an end in seconds since the epoch.

        It gives what there is, even where that has ended: what is raised here would lose its reason, and a client
        that is being made would wait for ten seconds and fail. The brokers refuse it, and clients go on trying.
        """
        token, now = self.last, self._clock()
        if token is None:
            raise TokenUnavailable(self.reason)
        # At least ten seconds ahead: an end that has passed is refused, and one that is near is asked for in a loop.
        return token.text, max(now + _LEAST_SECONDS, min(token.expires_at, now + _TOLD_SECONDS))
