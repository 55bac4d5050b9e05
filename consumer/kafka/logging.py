"""What becomes of librdkafka's own log lines: nothing, or a line a minute of each kind."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any, Final

from consumer.telemetry.incidents import Incidents

_CLOSED: Final = (
    "the connection was closed before Kafka's protocol began: security.protocol is wrong, or a proxy or another "
    "service listens there"
)
_GUESSES: Final = {
    re.compile(r"might be caused by .*?\(see api\.version\.request\)"): _CLOSED,
    re.compile(r"probably due to broker version .*?\(see api\.version\.request configuration\)"): (
        "the broker does not answer: it hangs, or has only begun to start"
    ),
}


def in_our_words(text: str) -> str:
    """librdkafka's sentence, with what it has meant for years in place of its guess at a broker of before 2016."""
    for guess, meaning in _GUESSES.items():
        text = guess.sub(meaning, text)
    return text


class NullLogger:
    """A logger for clients whose errors come back as exceptions: librdkafka writes to stderr without one."""

    def log(self, *_: object, **__: object) -> None: ...


class RateLimitedLog:
    """A log of incidents: a line a minute of each kind, with how many like it were suppressed.

    While brokers are down, librdkafka tells of every try to reconnect, many times a second. Also the `logger` of a
    client: librdkafka's lines are kinds by their facility (FAIL, ERROR).
    """

    def __init__(self, log: Any, clock: Callable[[], float] = time.monotonic) -> None:
        self._log = log
        self._clock = clock
        self._incidents = Incidents()

    def log(self, level: int, text: str, *args: object) -> None:
        suppressed = self._incidents.happened(args[0] if args else text, self._clock())
        if suppressed is not None:
            words = [in_our_words(each) if isinstance(each, str) else each for each in args]
            self._log.log(level, text, *words, suppressed=suppressed)

    def warning(self, kind: str, text: str, **fields: object) -> None:
        suppressed = self._incidents.happened(kind, self._clock())
        if suppressed is not None:
            self._log.warning(text, **fields, suppressed=suppressed)
