"""Some consents are read back some minutes after their delivery, one at a time; a metric says what came of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from consumer.bluecore.asked_consents import AskedConsent
from consumer.bluecore.consent_reader import ConsentUnavailable, ConsentUnreadable, Reading
from consumer.bluecore.consent_states import ConsentState, Status
from consumer.pipeline.verification import Verification, VerificationPolicy
from consumer.telemetry.metrics import Metrics

NOW = 1_800_000_000.0
MINUTE = 60.0
JANE = AskedConsent("unsubscribe", "jane@example.com")
QUEUED = JANE._replace(queued=True)


class Stage:
    """A clock that stands still, and a Bluecore whose answer is `state`, or what it raises."""

    def __init__(
        self, share: float = 1, policy: VerificationPolicy | None = None, shares: dict[str, float] | None = None
    ) -> None:
        self.at = NOW
        self.state: ConsentState | Exception = ConsentState(Status.UNSUBSCRIBED)
        self.asked: list[tuple[str, str]] = []
        self.away: set[str] = set()
        self.meanwhile: Callable[[], object] = lambda: None
        self.registry = CollectorRegistry()
        self.verification = Verification(
            shares or {"": share},
            self.read,
            Metrics(self.registry),
            self,
            name_of=lambda _: "hash",
            policy=policy or VerificationPolicy(),
        )

    def now(self) -> float:
        return self.at

    def read(self, destination: str, customer: str) -> Reading:
        self.asked.append((destination, customer))
        self.meanwhile()
        if destination in self.away:
            raise ConsentUnavailable("Bluecore's eligibility API does not answer")
        if isinstance(self.state, Exception):
            raise self.state
        return Reading((self.state,), "id-1")

    def after(self, minutes: float) -> float:
        """The thread looks then; gives for how long it would rest."""
        self.at += minutes * MINUTE
        return self.verification.look()

    @property
    def results(self) -> dict[str, float]:
        """The results that there are, by name."""
        names = ("applied", "differs", "not_known", "superseded", "unreadable", "unavailable", "dropped")
        found = {
            name: self.registry.get_sample_value("bluecore_consumer_consent_verified_total", {"result": name})
            for name in names
        }
        return {name: value for name, value in found.items() if value}


@pytest.mark.parametrize(("asked", "minutes"), [(JANE, 5), (QUEUED, 15)])
def test_it_is_read_back_some_minutes_after_delivery(asked: AskedConsent, minutes: float) -> None:
    """Later where the Events API has queued it."""
    stage = Stage()
    stage.verification.delivered("", asked)
    assert stage.after(minutes - 0.1) == pytest.approx(6)
    assert stage.asked == []
    stage.after(0.1)
    assert (stage.asked, stage.results) == ([("", "jane@example.com")], {"applied": 1})
    assert len(stage.verification) == 0


def test_what_differs_is_counted_and_told_without_the_customer() -> None:
    stage = Stage()
    stage.state = ConsentState(Status.SUBSCRIBED, round(NOW * 1000))
    stage.verification.delivered("", JANE)
    with capture_logs() as logs:
        stage.after(5)
    assert stage.results == {"differs": 1}
    (line,) = logs
    assert (line["event"], line["log_level"]) == ("a consent at Bluecore is not what was delivered", "warning")
    assert (line["customer"], line["here"], line["there"], line["bluecore_id"]) == (
        "hash",
        "unsubscribe",
        "subscribed",
        "id-1",
    )


def test_what_was_queued_is_looked_at_twice_before_it_differs() -> None:
    stage = Stage()
    stage.state = ConsentState(Status.SUBSCRIBED)
    stage.verification.delivered("", QUEUED)
    stage.after(15)
    assert (stage.results, len(stage.asked)) == ({}, 1)
    stage.after(14)
    assert len(stage.asked) == 1
    stage.after(1)
    assert (stage.results, len(stage.asked)) == ({"differs": 1}, 2)


@pytest.mark.parametrize(("asked", "looks"), [(JANE, 1), (QUEUED, 2)])
@pytest.mark.parametrize(("event", "result"), [("unsubscribe", "not_known"), ("optin", "differs")])
def test_what_bluecore_does_not_know_is_not_applied(asked: AskedConsent, looks: int, event: str, result: str) -> None:
    """A withdrawal of which there is nothing may be lost: the customer's next upload would subscribe."""
    stage = Stage()
    stage.state = ConsentState(Status.NOT_KNOWN)
    stage.verification.delivered("", asked._replace(event=event))
    for _ in range(looks):
        stage.after(15)
    assert (len(stage.asked), stage.results) == (looks, {result: 1})


@pytest.mark.parametrize(
    ("asked", "at_ms", "result"),
    [
        (JANE, round((NOW + 2 * MINUTE) * 1000), "superseded"),
        (JANE, round((NOW + 1) * 1000), "differs"),  # a clock that is a little ahead
        (JANE._replace(told_ms=5_000), 5_001, "superseded"),
        (JANE._replace(told_ms=5_000), 5_000, "differs"),
    ],
)
def test_what_somebody_has_said_since_is_no_difference(asked: AskedConsent, at_ms: int, result: str) -> None:
    stage = Stage()
    stage.state = ConsentState(Status.SUBSCRIBED, at_ms)
    stage.verification.delivered("", asked)
    stage.after(5)
    assert stage.results == {result: 1}


def test_a_newer_word_takes_the_place_of_the_older() -> None:
    """Before it is due, and while Bluecore is asked about the older one."""
    stage = Stage()
    stage.verification.delivered("", JANE)
    stage.at += MINUTE
    stage.verification.delivered("", JANE._replace(event="optin"))
    stage.after(4)
    assert stage.asked == []
    stage.meanwhile = lambda: stage.verification.delivered("", JANE)
    stage.after(1)
    assert (len(stage.asked), stage.results, len(stage.verification)) == (1, {}, 1)
    stage.meanwhile = lambda: None
    stage.after(5)
    assert stage.results == {"applied": 1}


def test_an_api_that_is_away_is_told_once_and_tried_again_after_a_while() -> None:
    stage = Stage()
    stage.state = ConsentUnavailable("Bluecore's eligibility API does not answer")
    stage.verification.delivered("", JANE)
    with capture_logs() as logs:
        stage.after(5)
        assert stage.after(0) == 60
        assert stage.after(0.5) == 30
        stage.after(0.5)
        assert (len(stage.asked), stage.results) == (2, {"unavailable": 2})
        stage.state = ConsentState(Status.UNSUBSCRIBED)
        stage.after(1)
    assert stage.results == {"unavailable": 2, "applied": 1}
    assert [line["error"] for line in logs] == ["Bluecore's eligibility API does not answer"]


def test_a_destination_that_cannot_be_asked_keeps_no_other_from_its_turn() -> None:
    stage = Stage(shares={"": 1, "acme": 1})
    stage.away = {"acme"}
    stage.verification.delivered("acme", JANE)
    stage.verification.delivered("", JANE)
    stage.after(5)
    assert stage.after(0) == 0
    assert stage.asked == [("acme", JANE.customer), ("", JANE.customer)]
    assert (stage.results, stage.after(0)) == ({"unavailable": 1, "applied": 1}, 60)


def test_a_customer_who_alone_cannot_be_asked_about_keeps_no_other_from_its_turn() -> None:
    stage = Stage()
    stage.verification.delivered("", JANE)
    stage.verification.delivered("", JANE._replace(customer="ali@example.com"))
    stage.state = ConsentUnavailable("Bluecore's eligibility API answers 500")
    stage.after(5)
    stage.state = ConsentState(Status.UNSUBSCRIBED)
    stage.after(1)
    assert [customer for _, customer in stage.asked] == ["jane@example.com", "ali@example.com"]
    assert stage.results == {"unavailable": 1, "applied": 1}


@pytest.mark.parametrize("error", [ConsentUnreadable("another shape"), RuntimeError("nobody has foreseen it")])
def test_an_answer_of_another_shape_is_one_consent_s(error: Exception) -> None:
    """Whatever it is, the thread goes on."""
    stage = Stage()
    stage.state = error
    stage.verification.delivered("", JANE)
    stage.after(5)
    assert (stage.results, len(stage.verification)) == ({"unreadable": 1}, 0)


def test_so_many_wait_and_no_more() -> None:
    stage = Stage(policy=VerificationPolicy(most=3))
    for number in range(5):
        stage.verification.delivered("", JANE._replace(customer=f"{number}@example.com"))
    assert (len(stage.verification), stage.results) == (3, {"dropped": 2})


def test_about_the_share_is_taken() -> None:
    stage = Stage(share=0.1)
    for number in range(5_000):
        stage.verification.delivered("", JANE._replace(customer=f"{number}@example.com"))
    assert 350 < len(stage.verification) < 650
