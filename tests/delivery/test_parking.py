"""Which keys have a record in the retry topic."""

from __future__ import annotations

import pytest

from consumer.delivery.parking import BOTH, CaughtUp, NoWatch, Parked, ParkedKeys, Unparked, digest_of, short
from consumer.records import OrderClass, Partition, Record
from tests.delivery.samples import ORDERS, RETRY


def record(offset: int) -> Record:
    return Record(ORDERS, offset, b"jane", b"value")


def parked(copy: Record, at: tuple[Partition, int] | None = None, parks: frozenset[OrderClass] = BOTH) -> Parked:
    return Parked(b"jane", ORDERS, copy.offset, at, parks, digest_of(copy.key, copy.value))


@pytest.fixture
def keys() -> ParkedKeys:
    return ParkedKeys()


def test_a_key_is_parked_until_its_last_record_is_settled(keys: ParkedKeys) -> None:
    keys.apply(Parked(b"jane", ORDERS, 1, (RETRY, 1)))
    keys.apply(Parked(b"jane", ORDERS, 2, (RETRY, 2)))

    keys.apply(Unparked(b"jane", ORDERS, 1, (RETRY, 1)))
    assert keys.is_parked(b"jane")

    keys.apply(Unparked(b"jane", ORDERS, 2, (RETRY, 2)))
    assert not keys.is_parked(b"jane")
    assert len(keys) == 0


def test_a_record_told_of_twice_is_one(keys: ParkedKeys) -> None:
    """The engine parks what it wrote at once; the watch reads the same record, and its place, a moment later."""
    keys.apply(Parked(b"jane", ORDERS, 1))
    keys.apply(Parked(b"jane", ORDERS, 1, (RETRY, 1)))

    keys.apply(Unparked(b"jane", ORDERS, 1, (RETRY, 1)))

    assert not keys.is_parked(b"jane")


@pytest.mark.parametrize("told", [False, True])
def test_what_was_told_of_and_is_over_before_its_acknowledgement_parks_nothing(keys: ParkedKeys, told: bool) -> None:  # noqa: FBT001 - a case
    """Brokers may show a record to its readers long before they answer who wrote it."""
    keys.expect(Parked(b"jane", ORDERS, 1))
    if told:
        keys.apply(Parked(b"jane", ORDERS, 1, (RETRY, 1)))
        keys.apply(Unparked(b"jane", ORDERS, 1, (RETRY, 1)))

    keys.written(Parked(b"jane", ORDERS, 1), acknowledged=True)

    assert keys.is_parked(b"jane") is not told


def test_what_did_not_arrive_parks_nothing(keys: ParkedKeys) -> None:
    keys.expect(Parked(b"jane", ORDERS, 1))
    keys.written(Parked(b"jane", ORDERS, 1), acknowledged=False)
    assert not keys.is_parked(b"jane")

    keys.written(Parked(b"jane", ORDERS, 1), acknowledged=True)
    assert keys.is_parked(b"jane"), "what is written again is another try"


def test_two_copies_of_a_record_park_its_key_until_both_are_settled(keys: ParkedKeys) -> None:
    """A write that timed out here and arrived there is repeated: the first copy's end must not free the key."""
    keys.apply(Parked(b"jane", ORDERS, 1, (RETRY, 1)))
    keys.apply(Parked(b"jane", ORDERS, 1, (RETRY, 4)))

    keys.apply(Unparked(b"jane", ORDERS, 1, (RETRY, 1)))
    assert keys.is_parked(b"jane")

    keys.apply(Unparked(b"jane", ORDERS, 1, (RETRY, 4)))
    assert not keys.is_parked(b"jane")


def test_other_keys_and_records_without_one_are_free(keys: ParkedKeys) -> None:
    keys.apply(Parked(b"jane", ORDERS, 1))

    assert not keys.is_parked(b"joe")
    assert not keys.is_parked(None)


def test_a_record_never_parked_can_be_unparked(keys: ParkedKeys) -> None:
    keys.apply(Unparked(b"jane", ORDERS, 1, (RETRY, 1)))

    assert len(keys) == 0


def test_the_very_record_is_known(keys: ParkedKeys) -> None:
    keys.apply(parked(record(1)))

    assert keys.holds(b"jane", record(1))
    assert not keys.holds(b"jane", record(2))
    assert not keys.holds(b"joe", record(1))
    assert not keys.holds(None, record(1))


@pytest.mark.parametrize("other", [{"value": b"forged"}, {"key": b"jan", "value": b"evalue"}, {"value": None}])
def test_what_only_claims_a_records_place_is_not_that_record(
    keys: ParkedKeys, other: dict[str, bytes | None]
) -> None:
    """Whoever may write to the retry topic could else make the service skip a real event."""
    keys.apply(parked(record(1)._replace(**other)))  # type: ignore[arg-type]

    assert not keys.holds(b"jane", record(1))
    assert keys.is_parked(b"jane")


def test_a_forged_copy_hides_no_real_one(keys: ParkedKeys) -> None:
    keys.apply(parked(record(1), (RETRY, 1)))
    keys.apply(parked(record(1)._replace(value=b"forged"), (RETRY, 2)))

    assert keys.holds(b"jane", record(1))


def test_after_an_assignment_nothing_is_known_until_the_watch_has_caught_up(keys: ParkedKeys) -> None:
    assert keys.known
    keys.ask()
    second = keys.ask()

    keys.apply(CaughtUp(second - 1))
    assert not keys.known

    keys.apply(CaughtUp(second))
    assert keys.known


def test_answers_may_overtake_each_other(keys: ParkedKeys) -> None:
    first, second = keys.ask(), keys.ask()

    keys.apply(CaughtUp(second))
    keys.apply(CaughtUp(first))

    assert keys.known


def test_without_a_retry_topic_all_is_known_at_once(keys: ParkedKeys) -> None:
    watch = NoWatch()
    watch.catch_up(keys.ask())

    for change in watch.changes():
        keys.apply(change)

    assert keys.known
    assert list(watch.changes()) == []


def test_a_class_is_parked_by_its_own_records(keys: ParkedKeys) -> None:
    consent = frozenset((OrderClass.CONSENT,))
    keys.apply(parked(record(1), None, consent))
    keys.apply(Parked(b"joe", ORDERS, 2, None, frozenset((OrderClass.OTHER,))))

    assert (keys.is_parked(b"jane", OrderClass.CONSENT), keys.is_parked(b"jane", OrderClass.OTHER)) == (True, False)
    assert (keys.is_parked(b"joe", OrderClass.CONSENT), keys.is_parked(b"joe", OrderClass.OTHER)) == (False, True)
    assert keys.holds(b"jane", record(1), OrderClass.CONSENT)
    assert not keys.holds(b"jane", record(1), OrderClass.OTHER)
    assert len(keys) == 2


def test_a_record_of_both_classes_may_free_one_before_the_other(keys: ParkedKeys) -> None:
    keys.apply(Parked(b"jane", ORDERS, 1, (RETRY, 1)))
    keys.apply(Unparked(b"jane", ORDERS, 1, (RETRY, 1), frozenset((OrderClass.CONSENT,))))
    assert (keys.is_parked(b"jane", OrderClass.CONSENT), keys.is_parked(b"jane")) == (False, True)
    assert len(keys) == 1

    keys.apply(Unparked(b"jane", ORDERS, 1, (RETRY, 1)))
    assert len(keys) == 0


def test_what_was_read_of_a_partition_that_leaves_is_parked_for_as_long_as_the_watch_says_so(
    keys: ParkedKeys,
) -> None:
    """The watch is told of no second end: a record that it has seen settled would park its key for good."""
    copy = parked(record(1), (RETRY, 1))
    keys.apply(copy)
    keys.apply(Unparked(b"jane", ORDERS, 1, (RETRY, 1)))
    keys.take(copy)  # by one who did not know the commit
    assert keys.is_parked(b"jane")

    assert not keys.leave([ORDERS])
    assert keys.leave([RETRY])
    assert keys.is_parked(b"jane")

    keys.apply(CaughtUp(keys.ask()))
    assert len(keys) == 0


def test_a_catch_up_that_was_asked_before_the_partition_left_says_nothing_of_it(keys: ParkedKeys) -> None:
    before = keys.ask()
    keys.take(parked(record(1), (RETRY, 1)))
    keys.leave([RETRY])

    keys.apply(CaughtUp(before))
    assert keys.is_parked(b"jane")

    keys.apply(CaughtUp(keys.ask()))
    assert not keys.is_parked(b"jane")


@pytest.mark.parametrize("first", ["watch", "reader"])
def test_what_the_watch_tells_of_stays_parked_wherever_its_partition_goes(keys: ParkedKeys, first: str) -> None:
    copy = parked(record(1), (RETRY, 1))
    for tell in (keys.apply, keys.take) if first == "watch" else (keys.take, keys.apply):
        tell(copy)

    assert not keys.leave([RETRY])
    keys.apply(CaughtUp(keys.ask()))
    assert keys.is_parked(b"jane")

    keys.apply(Unparked(b"jane", ORDERS, 1, (RETRY, 1)))
    assert len(keys) == 0


def test_a_partition_that_comes_back_parks_what_is_read_of_it(keys: ParkedKeys) -> None:
    copy = parked(record(1), (RETRY, 1))
    keys.take(copy)
    keys.leave([RETRY])
    keys.take(copy)

    keys.apply(CaughtUp(keys.ask()))

    assert keys.is_parked(b"jane")


def test_what_was_settled_before_its_partition_left_need_not_be_asked_for(keys: ParkedKeys) -> None:
    """Each class ends by itself."""
    keys.take(parked(record(1), (RETRY, 1)))
    keys.apply(Unparked(b"jane", ORDERS, 1, (RETRY, 1), frozenset((OrderClass.CONSENT,))))
    assert keys.leave([RETRY])

    keys.take(parked(record(1), (RETRY, 1)))
    keys.apply(Unparked(b"jane", ORDERS, 1, (RETRY, 1)))
    assert not keys.leave([RETRY])


def test_while_too_much_is_parked_nothing_is_known() -> None:
    """What order matters for waits then: the redeliveries go on, and make room."""
    keys = ParkedKeys(most=2)
    keys.apply(Parked(b"jane", ORDERS, 1, (RETRY, 1), frozenset((OrderClass.OTHER,))))
    assert keys.known
    keys.apply(Parked(b"joe", ORDERS, 2, (RETRY, 2), frozenset((OrderClass.OTHER,))))
    assert not keys.known

    keys.apply(Unparked(b"joe", ORDERS, 2, (RETRY, 2), frozenset((OrderClass.OTHER,))))

    assert (keys.known, keys.records) == (True, 1)


def test_a_key_and_what_stands_for_it_are_one(keys: ParkedKeys) -> None:
    """Of a key of a megabyte 16 bytes are kept, wherever it is parked from."""
    long = b"x" * 1_000_000
    keys.apply(Parked(short(long), ORDERS, 1, (RETRY, 1)))

    assert keys.is_parked(long)
    assert not keys.is_parked(long + b"x")
    assert len(short(long)) == 16

    keys.apply(Unparked(long, ORDERS, 1, (RETRY, 1)))
    assert not keys.is_parked(long)
