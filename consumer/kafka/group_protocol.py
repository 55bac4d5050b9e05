"""Which of Kafka's two group protocols a consumer speaks, and what an end by it means.

The new one (KIP-848) is used where the brokers offer it: there a commit does not wait while the group awaits a member
that vanished. `group.protocol` in `kafka.options` decides where it is given, and so do options that only the classic
protocol has.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import Any, Final

from confluent_kafka import KafkaError

CLASSIC: Final = "classic"
NEW: Final = "consumer"
CLASSIC_ONLY: Final = (
    "session.timeout.ms",
    "heartbeat.interval.ms",
    "partition.assignment.strategy",
    "group.protocol.type",
)
"""Options with which librdkafka makes no consumer of the new protocol."""

LEASE_SECONDS: Final = 15.0
"""For how long the group's word holds under the new protocol. Brokers give a silent member up after 45 s at the
earliest, unless they are told otherwise; a coordinator that has crashed is replaced after some 10 s."""


def chosen(options: Mapping[str, Any]) -> str | None:
    """The protocol that `kafka.options` ask for; None: the service may choose."""
    if "group.protocol" in options:
        return str(options["group.protocol"]).lower()
    return CLASSIC if any(name in options for name in CLASSIC_ONLY) else None


class End(Enum):
    """Why a consumer cannot go on."""

    NOT_OFFERED = auto()  # the brokers do not take the new protocol, or the group's members do not
    CLASSIC_GROUP = auto()  # the group speaks the classic one, and the brokers do not move it while members run
    NOT_RELEASED = auto()  # an earlier process with this static id has not been given up yet
    FENCED = auto()  # another process has taken this static id over
    OTHER = auto()


# A fatal error has a code of its own; the broker's is in its text alone, in librdkafka's words [librdkafka 2.16].
_TEXTS = {
    KafkaError(code).str(): end
    for code, end in (
        (KafkaError.UNSUPPORTED_VERSION, End.NOT_OFFERED),
        (KafkaError._UNSUPPORTED_FEATURE, End.NOT_OFFERED),  # noqa: SLF001 - confluent-kafka's public name for it
        (KafkaError.INCONSISTENT_GROUP_PROTOCOL, End.NOT_OFFERED),
        # So a broker refuses to move a group, by its settings or since an assignor has left data of its own in it.
        (KafkaError.GROUP_ID_NOT_FOUND, End.CLASSIC_GROUP),
        (KafkaError.UNRELEASED_INSTANCE_ID, End.NOT_RELEASED),
        (KafkaError.FENCED_INSTANCE_ID, End.FENCED),
    )
}


def is_fatal(error: KafkaError) -> bool:
    """Confluent-kafka 2.16 hands a consumer's fatal error to `poll` with `fatal()` false."""
    return error.fatal() or error.code() == KafkaError._FATAL  # noqa: SLF001 - confluent-kafka's public name for it


def end_of(error: KafkaError) -> End:
    """What a fatal error says."""
    return next((end for text, end in _TEXTS.items() if text in error.str()), End.OTHER)
