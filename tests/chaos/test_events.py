"""What the shop writes follows from the seed; some of it in transactions, some of it broken."""

from __future__ import annotations

from itertools import islice

from tests.chaos.events import PROFILES, TOPICS, Chunk, Fate, chunks


def some(seed: int = 1) -> list[Chunk]:
    """10,000 events."""
    return list(islice(chunks(seed, customers=100), 500))


def test_the_same_seed_writes_the_same() -> None:
    """All chance comes from the seed."""
    assert some() == some()
    assert some(1) != some(2)


def test_events_are_numbered_without_a_gap() -> None:
    """The number says which record a request is of."""
    assert [event.number for chunk in some() for event in chunk.events] == list(range(10_000))


def test_all_types_are_written_and_a_few_are_broken() -> None:
    """Those whose order matters for good have a topic of their own; both ways to be broken occur."""
    written = [event for chunk in some() for event in chunk.events]

    assert {(event.topic, event.kind) for event in written} == {
        (topic, kind) for topic, kinds in TOPICS.items() for kind in kinds
    }
    assert {event.ordered for event in written if event.topic == PROFILES} == {True}
    assert {event.broken for event in written} == {"", "no Avro", "no e-mail"}
    assert sum(bool(event.broken) for event in written) < len(written) / 100


def test_transactions_are_committed_and_aborted() -> None:
    """Most events are in none; of the others a third never counts."""
    fates = [chunk.fate for chunk in some()]

    assert set(fates) == set(Fate)
    assert fates.count(Fate.PLAIN) > fates.count(Fate.COMMITTED) > fates.count(Fate.ABORTED)
