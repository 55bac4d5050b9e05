"""The mapping against the schemas of its records, at the start and, where that could not be, later.

The same as `check`, with one difference. Whoever runs `check` can correct what it refuses; a service that is started
again may stand before a version of a schema that is new, or that nobody writes any more. So only that stops a start
which no version of a route's records can pass.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event, Lock, Thread
from typing import Final

import structlog
from tenacity import wait_exponential
from tenacity.wait import wait_base

from consumer.backoff import seconds_after
from consumer.commands.check.report import sentence
from consumer.commands.check.routes import RouteCheck
from consumer.commands.typecheck.findings import Finding, Severity
from consumer.errors import ExpectedError

_log = structlog.get_logger(__name__)

START_SECONDS: Final = 20.0
"""How long a start waits for the comparison: within what Kubernetes allows a pod for it."""
_AGAIN = wait_exponential(multiplier=15, max=3600)
_LATE: Final = "the mapping cannot work; the service goes on, and would be refused at its next start"
_WARNED: Final = "the mapping and the schemas of its records"


class Comparison:
    """Compares in a thread of its own, until every route has met the schemas of its records.

    The loop never waits for it. What it has said once it does not say again.
    """

    def __init__(
        self, compare: Callable[[], Sequence[RouteCheck]], paused: Sequence[bool], *, backoff: wait_base = _AGAIN
    ) -> None:
        """Take what compares.

        Args:
            compare: each route with its schemas; raises ExpectedError where that cannot be done now.
            paused: of each route, whether it is: nothing is sent by it, so it stops nothing.
            backoff: the wait after the n-th comparison that was not whole.
        """
        self._compare = compare
        self._paused = paused
        self._backoff = backoff
        self._compared = Event()
        self._closed = Event()
        self._lock = Lock()
        self._started = False
        self._refused: list[str] = []
        self._told: set[Finding] = set()
        self._thread = Thread(target=self._run, name="mapping-comparison", daemon=True)

    def refused(self, seconds: float) -> list[str]:
        """Begin, and give a sentence for each error that stops the start; none where there is no answer yet.

        Args:
            seconds: how long to wait for it.
        """
        self._thread.start()
        self._compared.wait(seconds)
        with self._lock:
            self._started = True
        if not self._compared.is_set():
            _log.warning("the mapping is still being compared with the schemas: starting meanwhile")
        return self._refused

    def close(self) -> None:
        """Compare no more. A comparison under way ends by itself."""
        self._closed.set()

    def _run(self) -> None:
        failures = 0
        while True:
            failures += 1
            try:
                whole = self._tell(self._compare())
            except ExpectedError as error:
                whole = False
                if not (self._compared.is_set() or self._closed.is_set()):
                    what = "the mapping cannot be compared with the schemas now: it is tried again later"
                    _log.warning(what, problem=str(error))
            except Exception as error:  # noqa: BLE001 - a mistake in the type checker must not stop the stream
                _log.error("the mapping could not be compared with the schemas", exception=type(error).__name__)
                whole = True
            self._compared.set()
            if whole or self._closed.wait(seconds_after(failures, self._backoff)):
                return

    def _tell(self, checks: Sequence[RouteCheck]) -> bool:
        """Says what is new, if anybody is still there to hear it. Gives whether nothing is left to compare."""
        if self._closed.is_set():
            return True
        with self._lock:
            late = self._started
            for check, paused in zip(checks, self._paused, strict=True):
                stops = check.hopeless and not paused
                for finding in check.findings:
                    if finding.severity is not Severity.INFO and finding not in self._told:
                        self._told.add(finding)
                        self._say(finding, stops=stops and finding.severity is Severity.ERROR, late=late)
        checked = sum(check.checked for check in checks)
        if late:
            _log.info("the mapping was compared with the schemas", routes=len(checks), checked=checked)
        return checked == len(checks)

    def _say(self, finding: Finding, *, stops: bool, late: bool) -> None:
        if stops and not late:
            self._refused.append(sentence(finding))
        elif stops:
            _log.error(_LATE, finding=sentence(finding))
        else:
            _log.warning(_WARNED, finding=sentence(finding.downgraded()))
