"""Why a record failed, as the log may say it: an answer of Bluecore names fields, and may quote the record as well.

Nothing is taken of it but names that are the contract's own, and of a REST API its message for developers, masked.
"""

from __future__ import annotations

import re
from typing import Final

from consumer.kafka.headers import CONNECT
from consumer.mapping.contract import CONTRACTS, DEFAULT_ATTRIBUTES
from consumer.mapping.fields import PRODUCT
from consumer.records import Failure, Outcome, Reason
from consumer.telemetry.masking import without_phones

_NAMES: Final = frozenset(
    (
        *("event", "properties", "token", "distinct_id", "customer", "email", "products", "id"),
        *PRODUCT,
        *DEFAULT_ATTRIBUTES,
        *(name for contract in CONTRACTS.values() for name in (*contract.required, *contract.optional)),
    )
)
_PATH: Final = re.compile(r"[a-z_]+(?:(?<=products)(?:\[\d{1,4}\]|\.\d{1,4}(?!\d))|\.[a-z_]+)*")
_SEGMENT: Final = re.compile(r"[a-z_]+")
_QUOTES: Final = "\"'`"
_MOST_NAMED: Final = 3
_LONGEST_ANSWER: Final = 10_000
_TOPICS: Final = {Outcome.RETRY: "retry", Outcome.DEAD_LETTER: "dead-letter"}


def why(failure: Failure) -> str:
    """A sentence without a value of the record."""
    ours = failure.status is None or failure.reason is Reason.NOT_APPLIED
    if ours or failure.message == f"HTTP {failure.status}":
        return failure.message
    if failure.request_id:
        # A REST API's message is for developers; an e-mail address in it is masked as in every line.
        return f"Bluecore says: {without_phones(failure.message)}"
    named = named_fields(failure.message)
    what = f"Bluecore names {', '.join(named)}" if named else "Bluecore says why, and may quote the record"
    topic = _TOPICS.get(failure.outcome, "dead-letter")
    return f"{what}: its answer is in the header {CONNECT}exception.message of the record in the {topic} topic"


def named_fields(answer: str) -> list[str]:
    """The first fields of the contract that an answer names: by their paths if it has any, else by single names.

    `properties.products[0].id`, `order_id`. A single word of prose, such as `email`, counts only where it stands in
    quotes: that is how a name is written there, too.
    """
    paths: dict[str, None] = {}
    names: dict[str, None] = {}
    text = answer[:_LONGEST_ANSWER]
    for found in _PATH.finditer(text):
        path = found[0]
        if not _NAMES.issuperset(_SEGMENT.findall(path)):
            continue
        around = text[max(0, found.start() - 1) : found.start()], text[found.end() : found.end() + 1]
        quoted = all(each and each in _QUOTES for each in around)
        if "." in path or "[" in path:
            paths[path] = None
        elif "_" in path or quoted:
            names[path] = None
    return list(paths or names)[:_MOST_NAMED]
