"""What becomes of librdkafka's own log lines: nothing, or a line a minute of each kind."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from consumer.telemetry.incidents import Incidents


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
            self._log.log(level, text, *args, suppressed=suppressed)

    def warning(self, kind: str, text: str, **fields: object) -> None:
        suppressed = self._incidents.happened(kind, self._clock())
        if suppressed is not None:
            self._log.warning(text, **fields, suppressed=suppressed)
