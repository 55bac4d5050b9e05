"""The verdict finds what it is there for: each broken promise is planted once."""

from __future__ import annotations

from collections.abc import Sequence

from tests.chaos.endpoint import Arrival
from tests.chaos.events import BEHAVIOUR, PROFILES, Event
from tests.chaos.spans import Span
from tests.chaos.verdict import AT_RISK_MS, LIVING, UNEXPLAINED, Crashes, Failures, Verdict, judge

JANE = "jane@example.com"
NOTHING_PUT_ASIDE = Failures({}, {})
NO_CRASH = Crashes({})
LATER = 10 * AT_RISK_MS


def key(number: int) -> str:
    """The key of the request of Jane's event of this number, which is its offset too."""
    return f"topic:0:{number}"


def written(count: int, topic: str = PROFILES, broken: Sequence[int] = ()) -> dict[str, Event]:
    """So many of Jane's events, keyed by their offsets."""
    return {
        key(number): Event(number, topic, "optin", JANE, "no Avro" if number in broken else "")
        for number in range(count)
    }


def arrivals(*numbers: int, sender: str = "0-1", at_ms: int = 0) -> list[Arrival]:
    """Jane's events as they came, a millisecond apart."""
    return [Arrival(at_ms + index, key(number), JANE, number, sender) for index, number in enumerate(numbers)]


def judged(events: dict[str, Event], came: list[Arrival], failures: Failures = NOTHING_PUT_ASIDE) -> Verdict:
    return judge(events, came, failures, NO_CRASH)


def test_all_in_order_once_keeps_every_promise() -> None:
    """What should be seen after a run without faults."""
    verdict = judged(written(3), arrivals(0, 1, 2))

    assert verdict.kept
    assert (verdict.written, verdict.delivered, verdict.duplicates) == (3, 3, [])


def test_a_consent_may_pass_all_else_of_its_customer_and_no_other_consent() -> None:
    """An unsubscribe does not wait for a profile; two profiles, and two consents, keep their order."""
    kinds = ("customer_patch", "optin", "customer_patch", "unsubscribe")
    events = {key(number): Event(number, PROFILES, kind, JANE) for number, kind in enumerate(kinds)}

    assert judged(events, arrivals(1, 3, 0, 2)).reordered == []
    assert judged(events, arrivals(3, 1, 0, 2)).reordered == [key(1)]
    assert judged(events, arrivals(1, 3, 2, 0)).reordered == [key(0)]


def test_an_event_that_is_nowhere_is_lost() -> None:
    """Neither at Bluecore nor, being sound, anywhere it may be."""
    verdict = judged(written(3), arrivals(0, 2))

    assert verdict.lost == [key(1)]
    assert not verdict.kept


def test_a_broken_record_belongs_into_the_dead_letter_topic() -> None:
    """There it is accounted for; missing there, it is lost."""
    events = written(2, broken=[1])

    assert judged(events, arrivals(0), Failures({}, {key(1): "undecodable"})).kept
    assert judged(events, arrivals(0)).lost == [key(1)]


def test_a_sound_event_must_not_be_a_dead_letter() -> None:
    """An outage is no fault of a record."""
    verdict = judged(written(2), arrivals(0), Failures({}, {key(1): "retries_exhausted"}))

    assert verdict.wrongly_dead == [key(1)]
    assert not verdict.kept


def test_an_earlier_event_after_a_later_one_is_reordered() -> None:
    """Unless it had been delivered before: a duplicate comes late by nature."""
    assert judged(written(3), arrivals(0, 2, 1)).reordered == [key(1)]
    assert judged(written(3), arrivals(0, 1, 2, 1)).reordered == []


def test_the_retry_topic_excuses_only_events_whose_order_does_not_outlast_it() -> None:
    """A search may be overtaken while it waits for its redelivery, an opt-in never."""
    put_off = Failures({key(1): [0]}, {})
    came = arrivals(0, 2, 1)

    assert judged(written(3, PROFILES), came, put_off).reordered == [key(1)]
    behaviour = judged(written(3, BEHAVIOUR), came, put_off)
    assert (behaviour.reordered, behaviour.overtaken) == ([], 1)


def test_an_event_that_says_another_number_is_garbled() -> None:
    """The request's body and its idempotency key must be of one record."""
    assert judged(written(2), [Arrival(0, key(0), JANE, 1, "0-1"), *arrivals(1)]).garbled == [key(0)]


def test_what_no_consumer_may_see_must_not_arrive() -> None:
    """Its transaction was aborted, or it lay there before the group began with `latest`."""
    verdict = judged(written(1), arrivals(0, 1))

    assert verdict.unasked == [key(1)]
    assert not verdict.kept


def test_a_living_process_repeats_nothing() -> None:
    """Whatever was killed or away meanwhile."""
    verdict = judge(written(2), arrivals(0, 1, 1), NOTHING_PUT_ASIDE, Crashes({"0-1": 0}, (Span(0, LATER),)))

    assert verdict.causes == {LIVING: 1}
    assert verdict.unexplained == [f"{LIVING}: topic:0:1: from 0-1 at 1, from 0-1 at 2"]
    assert not verdict.kept


def test_a_duplicate_without_a_kill_breaks_the_promise() -> None:
    """All that an instance had delivered was committed before the partition moved."""
    verdict = judged(written(1), [*arrivals(0), *arrivals(0, sender="1-1", at_ms=1)])

    assert verdict.causes == {UNEXPLAINED: 1}
    assert not verdict.kept


def test_a_kill_excuses_what_its_process_delivered_just_before() -> None:
    """Not what it had delivered long before, and nothing that another process had."""
    events = written(1)
    for killed, sender, cause in (
        (AT_RISK_MS, "0-1", "in flight at a kill"),
        (LATER, "0-1", UNEXPLAINED),
        (AT_RISK_MS, "0-2", UNEXPLAINED),
    ):
        came = [*arrivals(0, sender=sender), *arrivals(0, sender="1-1", at_ms=2 * LATER)]
        assert judge(events, came, NOTHING_PUT_ASIDE, Crashes({"0-1": killed})).causes == {cause: 1}


def test_a_kill_excuses_one_repetition_and_not_the_next() -> None:
    """The instance that repeated it lived on, and had committed it."""
    came = [each for number in range(3) for each in arrivals(0, sender=f"{number}-1", at_ms=number * LATER)]

    assert judge(written(1), came, NOTHING_PUT_ASIDE, Crashes({"0-1": 0})).causes == {
        "in flight at a kill": 1,
        UNEXPLAINED: 1,
    }


def test_brokers_that_are_missing_may_take_no_commit() -> None:
    """What is delivered meanwhile may be repeated, whether its instance is killed or loses the partition."""
    events, missing = written(1), (Span(0, LATER),)
    came = [*arrivals(0), *arrivals(0, sender="1-1", at_ms=2 * LATER)]

    killed = judge(events, came, NOTHING_PUT_ASIDE, Crashes({"0-1": LATER}, missing))
    alive = judge(events, came, NOTHING_PUT_ASIDE, Crashes({}, missing))

    assert (killed.causes, killed.at_risk) == ({"in flight at a kill": 1}, 1)
    assert (alive.causes, alive.at_risk) == ({"a broker missing, the partition moved": 1}, 0)


def test_what_is_put_off_around_a_kill_may_be_redelivered_and_read_anew() -> None:
    """The retry topic has it, the group's commit does not: it is taken twice, and who takes it was not killed."""
    events = written(1)
    came = [*arrivals(0, at_ms=2 * LATER), *arrivals(0, sender="1-1", at_ms=2 * LATER + 1)]
    for put_off, cause in ((0, "put off around a kill"), (LATER, UNEXPLAINED)):
        failures, crashes = Failures({key(0): [put_off]}, {}), Crashes({"2-1": AT_RISK_MS})
        assert judge(events, came, failures, crashes).causes == {cause: 1}
