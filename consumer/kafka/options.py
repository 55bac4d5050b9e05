"""`kafka.options` put to the test before the start: librdkafka itself says what it will not have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from confluent_kafka import Consumer, KafkaException, Producer

from consumer.kafka.client import Silent

# How librdkafka words what is wrong with one property, whatever the others are.
_OF_ONE = "onfiguration property"


def option_faults(options: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The options that no client can be made with, by name, and why; an empty name: they do not fit together.

    Connects to nothing.
    """
    if _refusal(dict(options)) is None:
        return
    alone = {name: _refusal({name: value}) for name, value in options.items()}
    single = {name: refusal for name, refusal in alone.items() if refusal is not None and _OF_ONE in refusal}
    rest = _refusal({name: value for name, value in options.items() if name not in single})
    yield from single.items()
    if rest is not None:
        yield "", rest


def _refusal(options: dict[str, Any]) -> str | None:
    for kind, ours in ((Consumer, {"group.id": "check"}), (Producer, {})):
        try:
            kind(ours | options | {"logger": Silent()})
        except KafkaException as error:
            return re.sub(r"^Failed to create \w+: ", "", error.args[0].str()).strip()
        except (TypeError, ValueError) as error:
            return str(error)
    return None
