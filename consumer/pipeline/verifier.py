"""The thread that reads consents back, one after the other, until it is closed."""

from __future__ import annotations

import threading

from consumer.bluecore.consent_reader import Stopped
from consumer.pipeline.verification import REST_SECONDS, Verification


class Verifier:
    """Starts once, and ends once."""

    def __init__(self, verification: Verification, stop: threading.Event) -> None:
        """`stop`: ends also what `read` waits for."""
        self._verification = verification
        self._stop = stop
        self._thread = threading.Thread(target=self._run, name="verification", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self, seconds: float) -> None:
        """Look no more; waits up to so long for a question that is under way."""
        self._stop.set()
        self._thread.join(seconds)

    def _run(self) -> None:
        seconds = 0.0
        while not self._stop.wait(min(seconds, REST_SECONDS)):
            try:
                seconds = self._verification.look()
            except Stopped:
                return
