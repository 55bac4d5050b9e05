"""Bluecore is asked about each customer once, several at a time, within the quota."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Final, NamedTuple

from consumer.bluecore.consent_reader import ConsentReader, ConsentUnavailable, ConsentUnreadable, Reading, Stopped

# So many that answers which take a third of a second still use the whole of 12 a second.
_THREADS: Final = 4


class Person(NamedTuple):
    """Whom Bluecore is asked about, once for all consents."""

    destination: str
    customer: str


class Asked(NamedTuple):
    """What came of it: the answer, or the sentence that says why there is none that can be used."""

    person: Person
    reading: Reading | None
    unreadable: str = ""


class CannotGoOn(NamedTuple):
    """A destination's API cannot be asked any more; the rest of its people are left out."""

    destination: str
    why: str


def ask(
    readers: Mapping[str, ConsentReader], people: Collection[Person], stop: threading.Event
) -> Iterator[Asked | CannotGoOn]:
    """Asks about all of them, in this order; the answers come as they come.

    Args:
        readers: by destination.
        people: whom.
        stop: is set where nobody wants to know any more.
    """
    given_up: set[str] = set()
    left = deque(people)
    running: dict[Future[Reading], Person] = {}
    with ThreadPoolExecutor(_THREADS, "reconcile") as threads:
        try:
            while left or running:
                while left and len(running) < _THREADS:
                    person = left.popleft()
                    if person.destination not in given_up:
                        running[threads.submit(readers[person.destination].read, person.customer)] = person
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    yield from _outcome(future, running.pop(future), given_up)
        finally:
            stop.set()


def _outcome(future: Future[Reading], person: Person, given_up: set[str]) -> Iterator[Asked | CannotGoOn]:
    try:
        yield Asked(person, future.result())
    except ConsentUnreadable as unreadable:
        yield Asked(person, None, str(unreadable))
    except (ConsentUnavailable, Stopped) as unavailable:
        if person.destination not in given_up:
            given_up.add(person.destination)
            yield CannotGoOn(person.destination, str(unavailable))
