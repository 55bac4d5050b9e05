"""The faults: what each is, and which alert names its cause."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from tests.incidents import making
from tests.incidents.lab import OTHER, Lab
from tests.incidents.traffic import CARTS, SEARCHES


@dataclass(frozen=True, slots=True)
class Fault:
    """One incident.

    Attributes:
        name: in a word.
        what: for the table.
        alerts: those that name its cause; one of them must be the first.
        also: alerts that are true beside them, and may come before or later.
        inject: makes it, and gives what takes it back.
        labels: those of the first alert that say where.
    """

    name: str
    what: str
    alerts: tuple[str, ...]
    inject: Callable[[Lab], Callable[[], object]]
    also: tuple[str, ...] = field(default=())
    labels: Mapping[str, str] = field(default_factory=dict)


DEAD_LETTERS: Final = "BluecoreDeadLetters"
FAULTS: Final = (
    Fault("bluecore_down", "Bluecore answers 503 to everything", ("BluecoreOutage",), making.outage(503)),
    Fault(
        "destination_away",
        "one of two namespaces answers 503",
        ("BluecoreOutage",),
        making.destination_away,
        labels={"destination": OTHER},
    ),
    Fault("bluecore_slow", "Bluecore answers after 2 s", ("BluecoreAnswersSlowly",), making.slow),
    Fault("bluecore_401", "Bluecore refuses the key", ("BluecoreCredentialsRefused",), making.outage(401)),
    Fault(
        "quota",
        "Bluecore takes 10 events a second, then 429",
        ("BluecoreQuotaTooLow", "BluecoreThrottles"),
        making.quota,
    ),
    Fault("one_refused", "one customer's events are failed for ever", (DEAD_LETTERS,), making.unlucky),
    Fault(
        "field_renamed",
        "a producer renames a required field",
        ("BluecoreDeadLetterFlood",),
        making.renamed,
        also=(DEAD_LETTERS,),
        labels={"topic": SEARCHES},
    ),
    Fault(
        "old_events",
        "a producer sends events of 30 hours ago",
        ("BluecoreEventsArriveOld",),
        making.old,
        also=(DEAD_LETTERS,),
        labels={"topic": SEARCHES},
    ),
    Fault("producer_stops", "a producer stops", ("BluecoreTopicQuiet",), making.silent, labels={"topic": CARTS}),
    Fault("hot_customer", "one customer has as many events as all others", ("BluecoreHotKey",), making.hot),
    Fault("second_service", "a second service in the group", ("BluecorePartitionsElsewhere",), making.second_service),
    Fault(
        "registry_down",
        "the registry is down, and a new schema comes",
        ("BluecoreRegistryDown",),
        making.registry_down,
    ),
    Fault(
        "registry_404",
        "the registry answers 404 to everything",
        ("BluecoreSchemaUnknown",),
        making.registry_404,
        also=("BluecoreUndecodable", "BluecoreDeadLetterFlood"),
    ),
    Fault(
        "brokers_paused", "the brokers do not answer", ("BluecoreKafkaDown",), making.brokers, ("BluecoreBrokerDown",)
    ),
    Fault(
        "dead_letters_unwritable",
        "the dead-letter topic takes no records",
        ("BluecoreDeadLettersNotWritten",),
        making.not_writable,
        also=("BluecoreUndecodable",),
    ),
    Fault(
        "retry_deleted",
        "the retry topic is deleted",
        ("BluecoreTopicUnreadable", "BluecoreDeadLettersNotWritten"),
        making.deleted,
        also=(DEAD_LETTERS,),
    ),
    Fault(
        "instance_frozen", "one of two instances is stopped (SIGSTOP)", ("BluecoreConsumerStalled",), making.frozen
    ),
    Fault("loop_stands", "one's loop stands, and its page answers", ("BluecoreConsumerStalled",), making.stands),
    Fault(
        "out_of_memory",
        "one is killed again and again",
        ("BluecoreRestarts",),
        making.out_of_memory,
        ("BluecoreRebalances",),
    ),
    Fault("limit_too_low", "`rate_limit_per_second: 5` by mistake", ("BluecoreLimitBinds",), making.limit),
)


@contextmanager
def made(fault: Fault, lab: Lab) -> Iterator[None]:
    """The fault, taken back when the block ends."""
    back = fault.inject(lab)
    try:
        yield
    finally:
        back()
