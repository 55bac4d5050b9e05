"""The verdict finds what it is there for: each broken promise is planted once."""

from __future__ import annotations

from collections.abc import Sequence

from tests.chaos.endpoint import Arrival
from tests.chaos.producer import BEHAVIOUR, PROFILES, Event
from tests.chaos.verdict import AT_RISK_MS, Crashes, Failures, Interval, Verdict, judge

JANE = "jane@example.com"
NOTHING_PUT_ASIDE = Failures({}, {})
NO_CRASH = Crashes({})
LATER = 10 * AT_RISK_MS


def written(count: int, topic: str = PROFILES, broken: Sequence[int] = ()) -> dict[str, Event]:
    """So many of Jane's events, keyed by their offsets."""
    return {
        str(number): Event(topic, "optin", JANE, number, "no Avro" if number in broken else "")
        for number in range(count)
    }


def arrivals(*numbers: int, sender: str = "0-1", at_ms: int = 0) -> list[Arrival]:
    """Jane's events as they came, a millisecond apart."""
    return [Arrival(at_ms + index, str(number), JANE, number, sender) for index, number in enumerate(numbers)]


def judged(events: dict[str, Event], came: list[Arrival], failures: Failures = NOTHING_PUT_ASIDE) -> Verdict:
    return judge(events, came, failures, NO_CRASH)


def test_all_in_order_once_keeps_every_promise() -> None:
    """What should be seen after a run without faults."""
    verdict = judged(written(3), arrivals(0, 1, 2))

    assert verdict.kept
    assert (verdict.written, verdict.delivered, verdict.share) == (3, 3, 0)


def test_a_consent_may_pass_all_else_of_its_customer_and_no_other_consent() -> None:
    """An unsubscribe does not wait for a profile; two profiles, and two consents, keep their order."""
    kinds = ("customer_patch", "optin", "customer_patch", "unsubscribe")
    events = {str(number): Event(PROFILES, kind, JANE, number) for number, kind in enumerate(kinds)}

    assert judged(events, arrivals(1, 3, 0, 2)).reordered == []
    assert judged(events, arrivals(3, 1, 0, 2)).reordered == ["1"]
    assert judged(events, arrivals(1, 3, 2, 0)).reordered == ["0"]


def test_an_event_that_is_nowhere_is_lost() -> None:
    """Neither at Bluecore nor, being sound, anywhere it may be."""
    verdict = judged(written(3), arrivals(0, 2))

    assert verdict.lost == ["1"]
    assert not verdict.kept


def test_a_broken_record_belongs_into_the_dead_letter_topic() -> None:
    """There it is accounted for; missing there, it is lost."""
    events = written(2, broken=[1])

    assert judged(events, arrivals(0), Failures({}, {"1": "undecodable"})).kept
    assert judged(events, arrivals(0)).lost == ["1"]


def test_a_sound_event_must_not_be_a_dead_letter() -> None:
    """An outage is no fault of a record."""
    verdict = judged(written(2), arrivals(0), Failures({}, {"1": "retries_exhausted"}))

    assert verdict.wrongly_dead == ["1"]
    assert not verdict.kept


def test_an_earlier_event_after_a_later_one_is_reordered() -> None:
    """Unless it had been delivered before: a duplicate comes late by nature."""
    assert judged(written(3), arrivals(0, 2, 1)).reordered == ["1"]
    assert judged(written(3), arrivals(0, 1, 2, 1)).reordered == []


def test_the_retry_topic_excuses_only_events_whose_order_does_not_outlast_it() -> None:
    """A search may be overtaken while it waits for its redelivery, an opt-in never."""
    put_off = Failures({"1": [0]}, {})
    came = arrivals(0, 2, 1)

    assert judged(written(3, PROFILES), came, put_off).reordered == ["1"]
    behaviour = judged(written(3, BEHAVIOUR), came, put_off)
    assert (behaviour.reordered, behaviour.overtaken) == ([], 1)


def test_an_event_that_says_another_number_is_garbled() -> None:
    """The request's body and its idempotency key must be of one record."""
    assert judged(written(2), [Arrival(0, "0", JANE, 1, "0-1"), *arrivals(1)]).garbled == ["0"]


def test_a_duplicate_without_a_crash_breaks_the_promise() -> None:
    """Nothing had ended, so all was committed."""
    verdict = judged(written(2), arrivals(0, 1, 1))

    assert verdict.duplicates == {"unexplained": 1}
    assert verdict.unexplained == ["1: from 0-1 at 1, from 0-1 at 2"]
    assert verdict.share == 1 / 2
    assert not verdict.kept


def test_a_kill_excuses_what_its_process_delivered_just_before() -> None:
    """Not what it had delivered long before, and nothing that another process had."""
    events = written(1)
    for killed, sender, cause in (
        (AT_RISK_MS, "0-1", "in flight at a crash"),
        (LATER, "0-1", "unexplained"),
        (AT_RISK_MS, "0-2", "unexplained"),
    ):
        came = [*arrivals(0, sender=sender), *arrivals(0, sender="1-1", at_ms=2 * LATER)]
        assert judge(events, came, NOTHING_PUT_ASIDE, Crashes({"0-1": killed})).duplicates == {cause: 1}


def test_brokers_that_are_away_can_take_no_commit() -> None:
    """What is delivered meanwhile may be repeated, by an instance that is killed before they are back or by any."""
    events, away = written(1), (Interval(0, LATER),)
    came = [*arrivals(0), *arrivals(0, sender="1-1", at_ms=2 * LATER)]

    killed = judge(events, came, NOTHING_PUT_ASIDE, Crashes({"0-1": LATER}, away))
    alive = judge(events, came, NOTHING_PUT_ASIDE, Crashes({}, away))

    assert (killed.duplicates, killed.at_risk) == ({"in flight at a crash": 1}, 1)
    assert (alive.duplicates, alive.at_risk) == ({"brokers away": 1}, 0)


def test_what_is_put_off_around_a_crash_may_be_redelivered_and_read_anew() -> None:
    """The retry topic has it, the group's commit does not: two instances take it, and neither was killed."""
    events = written(1)
    came = [*arrivals(0, at_ms=2 * LATER), *arrivals(0, sender="1-1", at_ms=2 * LATER + 1)]
    for put_off, cause in ((0, "put off around a crash"), (LATER, "unexplained")):
        failures, crashes = Failures({"0": [put_off]}, {}), Crashes({"2-1": AT_RISK_MS})
        assert judge(events, came, failures, crashes).duplicates == {cause: 1}
