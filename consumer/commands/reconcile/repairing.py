"""Words that are said again, in the way in which a replay goes: through the retry topic, by the routes as they are.

A word must not undo a later one. So only a customer's last word is written; the service keeps the customer's later
records behind it as soon as it knows of it; and what was said until then is written behind it, before it is due. An
opt-in is not said again where Bluecore has, or may have, a later withdrawal.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from consumer.bluecore.consent_differences import Kind
from consumer.commands.dead_letters.remapping import Remapping
from consumer.commands.reconcile.judging import Difference
from consumer.commands.reconcile.reading import ConsentTopics, Place, Topics
from consumer.commands.reconcile.rewriting import ConsentWriter, Repaired
from consumer.commands.reconcile.words import Consent, LastWords, Word
from consumer.config.model import Config

_MOST_LOOKS: Final = 5
SETTLE_SECONDS: Final = 5.0
"""After so long every instance knows what was written, and keeps later records behind it; it is not due yet."""


def why_not_repaired(difference: Difference) -> str:
    """Why it is left as it is; empty where it can be said again.

    A withdrawal can, unless Bluecore is told its time: of two it keeps the later.
    """
    word, at_ms = difference.word, difference.there.at_ms
    if word.event == "signup":
        # Bluecore would send the customer its message once more.
        return "signup"
    is_kept = word.told and at_ms is not None and at_ms > word.at_ms
    if is_kept or (difference.kind is Kind.NOT_SUBSCRIBED and difference.is_newer_there):
        return "newer_there"
    return ""


def repair(  # noqa: PLR0913, PLR0917 - what it reads, and what it writes with
    config: Config,
    differences: Sequence[Difference],
    consents: ConsentTopics,
    topics: Topics,
    mapped: Remapping,
    partitions: Mapping[str, int],
    progress: Callable[[int, int], object],
) -> Repaired:
    """Writes the records of these differences to the retry topic.

    Args:
        config: the configuration.
        differences: none of whose words has a later one behind the ends of `topics`.
        consents: reads their records.
        topics: what was read of them.
        mapped: says what would become of a record now.
        partitions: how many each topic has that is written to.
        progress: told how many were written, and of how many.

    Raises:
        WritesFailed: the brokers did not take what was written.
        NoSuchTopic, Unreachable, RegistryUnavailable: see `ConsentTopics`.
    """
    result = Repaired()
    words = LastWords()
    for each in differences:
        if why := why_not_repaired(each):
            result.left[why] += 1
        else:
            words.add(each.consent, each.word)
    writer = ConsentWriter(config, mapped, partitions)
    try:
        total, written = len(words), 0
        by_place = _by_place(words.items())
        for record in consents.at(set(by_place)):
            writer.write(record, by_place[record.partition, record.offset], result)
            written += len(by_place[record.partition, record.offset])
            progress(written, total)
        result.left["record_is_gone"] += total - written
        writer.finish()
        _write_later(consents, topics, words, writer)
        if result.sent:
            # Until an instance has read the retry topic, it parks nothing behind what was written: a newer word may
            # pass it. Nobody tells when it has.
            time.sleep(SETTLE_SECONDS)
            _write_later(consents, topics, words, writer)
    finally:
        writer.close()
    result.left = +result.left  # without those that are none
    return result


def _write_later(consents: ConsentTopics, topics: Topics, words: LastWords, writer: ConsentWriter) -> None:
    """Writes what has been said since of those whose words were written, behind them, until nothing more is."""
    names = sorted({partition.topic for partition in topics.ends})
    for _ in range(_MOST_LOOKS):
        newer, records = consents.later(topics, names)
        later = [(consent, word) for consent, word in newer.items() if words.get(consent) is not None]
        if not later:
            break
        for place, whose in _by_place(later).items():
            writer.write(records[place], whose, Repaired())
        writer.finish()


def _by_place(words: Iterable[tuple[Consent, Word]]) -> dict[Place, dict[Consent, Word]]:
    found: dict[Place, dict[Consent, Word]] = {}
    for consent, word in words:
        found.setdefault((word.partition, word.offset), {})[consent] = word
    return found
