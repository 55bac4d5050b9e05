"""The thread looks while it is open, and ends with what it waits for."""

from __future__ import annotations

import threading

from prometheus_client import CollectorRegistry

from consumer.bluecore.asked_consents import AskedConsent
from consumer.bluecore.consent_reader import Reading, Stopped
from consumer.clock import SystemClock
from consumer.pipeline.verification import Verification, VerificationPolicy
from consumer.pipeline.verifier import Verifier
from consumer.telemetry.metrics import Metrics
from tests.support.waiting import eventually


def test_it_looks_until_it_is_closed() -> None:
    """A question that waits for its turn is told to stop."""
    stop, asked = threading.Event(), list[str]()

    def read(_destination: str, customer: str) -> Reading:
        asked.append(customer)
        if len(asked) > 1 and stop.wait(60):
            raise Stopped("it was stopped")
        return Reading((), "")

    policy = VerificationPolicy(answered_seconds=0)
    metrics = Metrics(CollectorRegistry())
    verification = Verification({"": 1}, read, metrics, SystemClock(), name_of=str, policy=policy)
    for name in ("jane", "ali"):
        verification.delivered("", AskedConsent("unsubscribe", f"{name}@example.com"))
    verifier = Verifier(verification, stop)
    verifier.start()
    eventually(lambda: len(asked) == 2, 20, "both questions")
    verifier.close(20)
    assert not any(each.name == "verification" for each in threading.enumerate())
