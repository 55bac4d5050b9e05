"""Which event a topic's records are: by the names of topic and record, and by what the event needs and they have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from consumer.commands.counts.words import joined, words_of
from consumer.commands.suggest.choices import Choice, choice_of, undecided
from consumer.commands.suggest.leaves import Contents, Leaf
from consumer.commands.suggest.matching import EvidenceOf, Match
from consumer.commands.suggest.vocabulary import EVENTS, REMOVED
from consumer.mapping.contract import CONTRACTS
from consumer.records import CONSENTS

_NAMED: Final = 8
_WITHIN: Final = 5
_NEEDED: Final = 3
_LEAST_WORD: Final = 5
"""Letters of a word that counts within another: `zoekopdrachten` is of `zoek` only as a whole word."""
_DOUBTFUL: Final = frozenset(("add_to_cart", "optin"))
_NAMED_OUTRIGHT: Final = frozenset(("addtocart", "cartadd", "addedtocart", "optin", "optins"))
"""A topic of carts or of consents may hold the opposite, too."""


@dataclass(frozen=True, slots=True)
class EventGuess:
    """The event, how sure it is (`sure`, `likely`, `a guess`), and why, as the ends of a sentence.

    Attributes:
        undecided: of an event of consents, the values that may decide which it is, none of them understood.
        weak: nothing names it, and the opposite or another event would have the same fields.
    """

    event: str
    how_sure: str
    why: tuple[str, ...]
    choice: Choice | None = None
    undecided: tuple[Leaf, ...] = ()
    weak: bool = False


def guess_event(
    topic: str, contents: Contents, found: Mapping[str, Match], *, products: bool, evidence_of: EvidenceOf
) -> EventGuess | None:
    """The likeliest event; None where nothing speaks for any.

    Args:
        topic: its name.
        contents: of its records.
        found: Bluecore's fields among them.
        products: whether there are products among them.
        evidence_of: what real records say of a path.
    """
    judged = []
    for order, event in enumerate(EVENTS):
        named = _named(event, topic, contents.record)
        missing = _missing(event, found, products=products)
        had = _has(event, found, products=products)
        points = (named[0] if named else 0) + _NEEDED * len(had) - _NEEDED * len(missing)
        if event in {"optin", "unsubscribe"} and named:
            points += _NEEDED
        if named or (had and not missing and set(had) - {"email", "an id"}):
            why = (named[1],) if named else ()
            judged.append((points, -order, event, (*why, *_reason(had)), bool(named), missing))
    if not judged:
        return None
    points, _, event, why, named_so, missing = max(judged)
    if points <= 0:
        return None
    if event == "add_to_cart" and named_so and _says_no(topic, contents.record):
        event = "remove_from_cart"
    choice = choice_of(event, contents, evidence_of)
    open_values = undecided(contents, evidence_of) if event in CONSENTS and choice is None else ()
    sure = "sure" if named_so and not missing else "likely" if named_so or not missing else "a guess"
    if (
        choice is None
        and event in _DOUBTFUL
        and not _NAMED_OUTRIGHT.intersection(
            {joined(topic.rpartition(".")[2]), joined(contents.record.rpartition(".")[2])}
        )
    ):
        sure = "a guess"
    weak = sure == "a guess" and not named_so
    return EventGuess(event, "a guess" if open_values else sure, why, choice, open_values, weak)


def guess_by_name(topic: str) -> str | None:
    """The event that a topic's name alone speaks for."""
    judged = [(named[0], -order, event) for order, event in enumerate(EVENTS) if (named := _named(event, topic, ""))]
    return max(judged)[2] if judged else None


def _named(event: str, topic: str, record: str) -> tuple[int, str] | None:
    best: tuple[int, str] | None = None
    for what, name in (("topic", topic), ("record", record.rpartition(".")[2])):
        whole, parts = joined(name.rpartition(".")[2]), words_of(name)
        words = EVENTS[event]
        said = f"the {what} is named {name}"
        points = 0
        if whole in words or joined(name) in words or whole.removesuffix("event") in words:
            points = _NAMED + 1
        elif words.intersection(parts):
            points = _NAMED
        elif any(len(word) >= _LEAST_WORD and word in joined(name) for word in words):
            points = _WITHIN
        if points and (best is None or points > best[0]):
            best = (points, said)
    return best


def _says_no(*names: str) -> bool:
    return any(word in REMOVED for name in names for word in words_of(name))


def _missing(event: str, found: Mapping[str, Match], *, products: bool) -> list[str]:
    contract = CONTRACTS[event]
    needed = [name for name in contract.required if name != "products" and name not in found]
    if "products" in contract.required and not products:
        needed.append("products")
    if contract.customer and "email" not in found:
        needed.append("email")
    if contract.links and not {"distinct_id", "customer_id", "device_id"} & found.keys():
        needed.append("an id")
    if not {"email", "distinct_id", "customer_id", "device_id"} & found.keys():
        needed.append("an id")
    return needed


def _has(event: str, found: Mapping[str, Match], *, products: bool) -> list[str]:
    contract = CONTRACTS[event]
    had = [name for name in contract.required if name in found]
    if "products" in contract.required and products:
        had.append("products")
    if contract.customer and "email" in found:
        had.append("email")
    if event == "customer_patch" and {"first_name", "last_name", "phone"} & found.keys():
        had.append("a name or a phone")
    return had


def _reason(had: Iterable[str]) -> tuple[str, ...]:
    text = ", ".join(had)
    return (f"its records have {text}",) if text else ()
