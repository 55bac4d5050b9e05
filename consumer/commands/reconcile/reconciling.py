"""Bluecore is asked about the last words, and what differs is found; what was said anew meanwhile is left out."""

from __future__ import annotations

import random
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from consumer.bluecore.access_tokens import access_tokens, missing_scopes
from consumer.bluecore.consent_differences import kind_of
from consumer.bluecore.consent_reader import READ_SCOPE, ConsentReader
from consumer.bluecore.consent_states import effective
from consumer.bluecore.read_pace import ReadPace
from consumer.commands.exits import CommandFailed
from consumer.commands.reconcile.asking import Asked, CannotGoOn, Person, ask
from consumer.commands.reconcile.judging import Difference, is_still_queued
from consumer.commands.reconcile.reading import ConsentTopics, Progress, Topics
from consumer.commands.reconcile.waiting import QuotaWait
from consumer.commands.reconcile.words import Consent, Word
from consumer.config.endpoints import section_of
from consumer.config.model import Config

_SHARE: Final = 0.75
"""Of the quota: the rest is left to delivery, which goes on meanwhile."""

_People = dict[Person, list[tuple[Consent, Word]]]
"""What was said, by whom it is about."""


@dataclass(slots=True)
class Found:
    """What came of it.

    Attributes:
        checked: how many consents were compared.
        differences: those that differ.
        on_their_way: how many were not compared, or are excused, as the word may not be at Bluecore yet.
        not_asked: how many Bluecore was not asked about, and why, by destination.
        unreadable: how many answers say nothing of their customer, and what the first of them is.
        unmapped: how many records make no consent, as a dead letter says.
        unmapped_says: why the first of them makes none.
    """

    checked: int = 0
    differences: list[Difference] = field(default_factory=list)
    on_their_way: int = 0
    not_asked: dict[str, tuple[int, str]] = field(default_factory=dict)
    unreadable: int = 0
    unreadable_says: str = ""
    unmapped: int = 0
    unmapped_says: str = ""


@contextmanager
def consent_readers(
    config: Config, names: Sequence[str], quota: QuotaWait
) -> Iterator[tuple[dict[str, ConsentReader], threading.Event]]:
    """What asks each of these destinations, and the event that ends its waits; those of one client share its quota.

    Args:
        config: the configuration.
        names: of the destinations.
        quota: told where the quota is waited for.

    Raises:
        TokenUnavailable: no access token is to be had.
        CommandFailed: a key may not read consents.
    """
    stop = threading.Event()
    readers: dict[str, ConsentReader] = {}
    paces: defaultdict[str, ReadPace] = defaultdict(lambda: ReadPace(_SHARE))
    try:
        for name in names:
            destination = config.every_destination[name]
            api = destination.bluecore.rest_api
            if api is None:
                raise ValueError(f"{section_of(name)} has no rest_api")
            tokens = access_tokens(api, destination.bluecore.ca_location)
            if missing := missing_scopes(tokens.token(), (READ_SCOPE,)):
                raise CommandFailed(f"{section_of(name)}: {missing}")
            # The quota is the account's, of which a client may have several namespaces.
            pace = paces[f"{api.url} {api.client_id}"]
            readers[name] = ConsentReader(destination.bluecore, tokens, pace, stop=stop, waits=quota.waits)
        yield readers, stop
    finally:
        stop.set()
        for reader in readers.values():
            reader.close()


def reconcile(  # noqa: PLR0913 - what it asks with, and whom it tells
    topics: Topics,
    readers: Mapping[str, ConsentReader],
    stop: threading.Event,
    progress: Progress,
    quota: QuotaWait,
    *,
    sample: int | None,
) -> Found:
    """Asks Bluecore about the last words, and says which differ.

    Args:
        topics: what was read of them.
        readers: by destination; consents of others are left out.
        stop: ends the waits of the readers.
        progress: told how many customers were asked about.
        quota: told how many are left.
        sample: about so many of them alone, taken at random; None: all.
    """
    found = Found(unmapped=topics.unmapped, unmapped_says=topics.unmapped_says)
    people = _people(topics, readers, found)
    chosen = list(people) if sample is None else random.sample(list(people), min(sample, len(people)))
    # The newest last: what is on its way has the longest time to arrive.
    chosen.sort(key=lambda person: max(word.at_ms for _, word in people[person]))
    failed: dict[str, str] = {}
    done: set[Person] = set()
    what = "asked of Bluecore"
    quota.left = len(chosen)
    progress(what, 0, len(chosen))
    for answer in ask(readers, chosen, stop):
        if isinstance(answer, CannotGoOn):
            failed[answer.destination] = answer.why
            continue
        done.add(answer.person)
        quota.left = len(chosen) - len(done)
        _judge(answer, people[answer.person], found)
        progress(what, len(done), len(chosen))
    for name, why in failed.items():
        left = sum(person.destination == name and person not in done for person in chosen)
        found.not_asked[name] = left, why
    return found


def without_later(found: Found, consents: ConsentTopics, topics: Topics, names: Sequence[str]) -> None:
    """Takes out what was said anew since the topics were read: it is on its way.

    Raises:
        NoSuchTopic, Unreachable, RegistryUnavailable: see `ConsentTopics.later`.
    """
    if not found.differences:
        return
    words, _ = consents.later(topics, names)
    kept = [
        each
        for each in found.differences
        if (word := words.get(each.consent)) is None or not word.is_after(each.word)
    ]
    found.on_their_way += len(found.differences) - len(kept)
    found.checked -= len(found.differences) - len(kept)
    found.differences = kept


def _people(topics: Topics, readers: Mapping[str, ConsentReader], found: Found) -> _People:
    people: _People = {}
    for consent, word in topics.words.items():
        if consent.destination not in readers:
            continue
        if topics.is_on_its_way(word.partition, word.offset):
            found.on_their_way += 1
            continue
        people.setdefault(Person(consent.destination, consent.customer), []).append((consent, word))
    return people


def _judge(answer: Asked, consents: Sequence[tuple[Consent, Word]], found: Found) -> None:
    if answer.reading is None:
        found.unreadable += len(consents)
        found.unreadable_says = found.unreadable_says or answer.unreadable
        return
    for consent, word in consents:
        there = effective(answer.reading.states, message_type=consent.message_type, channel=consent.channel)
        kind = kind_of(word.event, there.status)
        if kind is not None and is_still_queued(word, there, int(time.time() * 1000)):
            found.on_their_way += 1
            continue
        found.checked += 1
        if kind is not None:
            found.differences.append(Difference(kind, consent, word, there, answer.reading.request_id))
