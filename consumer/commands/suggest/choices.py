"""Which value of a record tells two events apart: given from taken back, added from removed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from consumer.commands.counts.consents import (
    Verdict,
    is_of_another_channel,
    names_a_consent,
    names_a_state,
    names_a_withdrawal,
    speak_of_consent,
    verdict,
)
from consumer.commands.counts.times import names_a_moment, said_unit
from consumer.commands.counts.words import joined, words_of
from consumer.commands.suggest.leaves import Contents, Leaf, in_lists
from consumer.commands.suggest.matching import EvidenceOf
from consumer.commands.suggest.vocabulary import ADDED, ORDINARY, REMOVED
from consumer.commands.suggest.whereabouts import is_of_an_address
from consumer.commands.typecheck.shapes import symbols_of
from consumer.config.route import SKIP

_PLAIN_FLAGS: Final = frozenset(("value", "flag", "email", "ok", "yes", "wert", "valor"))
_MEANT: Final[Mapping[Verdict, str]] = {
    Verdict.GIVEN: "optin",
    Verdict.TAKEN: "unsubscribe",
    Verdict.NEITHER: SKIP,
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of the record that tells two events apart.

    Attributes:
        path: the JMESPath.
        values: the event of each value, or `skip`.
        unnamed: values that it may have and that are not understood: such records are refused.
    """

    path: str
    values: Mapping[bool | str, str]
    unnamed: tuple[str, ...] = ()


def choice_of(event: str, contents: Contents, evidence_of: EvidenceOf) -> Choice | None:
    """What tells the event from its opposite; None where that is not surely understood, or it has none."""
    if event == "add_to_cart":
        return next(filter(None, map(_cart, contents.leaves)), None)
    if event != "optin":
        return None
    judged = [
        (_rank(leaf, evidence_of), choice)
        for leaf in contents.leaves
        if not is_of_another_channel(leaf.names) and (choice := consent_of(leaf, evidence_of)) is not None
    ]
    best = max((rank for rank, _ in judged), default=None)
    leading = [choice for rank, choice in judged if rank == best]
    return leading[0] if len(leading) == 1 else None


def consent_of_profiles(contents: Contents, evidence_of: EvidenceOf) -> str:
    """The path of a consent to e-mails among the values of a profile, by its name; empty where there is none."""
    choice = choice_of("optin", contents, evidence_of)
    return choice.path if choice is not None and any(map(names_a_consent, choice.path.split("."))) else ""


def undecided(contents: Contents, evidence_of: EvidenceOf) -> tuple[Leaf, ...]:
    """The values that may decide whether a consent is given."""
    return tuple(
        leaf
        for leaf in (*contents.leaves, *in_lists(contents))
        if _may_decide(leaf, evidence_of) and not is_of_an_address(leaf, contents, evidence_of(leaf.path))
    )


def values_of(leaf: Leaf, evidence_of: EvidenceOf) -> tuple[str, ...]:
    """All texts that it can be by its schema, else the few that it is in the newest records; empty: many, or none."""
    symbols = [symbols_of(avro) for avro in leaf.shape.types]
    if symbols and None not in symbols:
        return tuple(dict.fromkeys(each for some in symbols for each in some or ()))
    return evidence_of(leaf.path).few


def values_that_decide(leaf: Leaf, evidence_of: EvidenceOf) -> tuple[bool | int | str, ...]:
    """What a person is to name the event of: also flags, and the numbers of the newest records."""
    if "boolean" in leaf.kinds:
        return (True, False)
    return values_of(leaf, evidence_of) or evidence_of(leaf.path).numbers


def _cart(leaf: Leaf) -> Choice | None:
    symbols = [each for avro in leaf.shape.types for each in symbols_of(avro) or ()]
    values: dict[bool | str, str] = dict.fromkeys(symbols, SKIP)
    values |= {each: "add_to_cart" for each in symbols if joined(each) in ADDED}
    values |= {each: "remove_from_cart" for each in symbols if joined(each) in REMOVED}
    return Choice(leaf.path, values) if {"add_to_cart", "remove_from_cart"} <= set(values.values()) else None


def consent_of(leaf: Leaf, evidence_of: EvidenceOf) -> Choice | None:
    """The events of a value that is a consent, whichever channel it is for; None where that is not surely so."""
    if any(map(names_a_withdrawal, leaf.names)):
        return None
    if leaf.kinds == ("boolean",):
        return Choice(leaf.path, {True: "optin", False: "unsubscribe"}) if _names_a_flag(leaf) else None
    texts = values_of(leaf, evidence_of) if leaf.kinds == ("string",) else ()
    if not (_is_named_so(leaf) or speak_of_consent(texts)):
        return None
    verdicts = {each: verdict(each) for each in texts}
    values: dict[bool | str, str] = {each: _MEANT[said] for each, said in verdicts.items() if said is not None}
    if not {"optin", "unsubscribe"} <= set(values.values()):
        return None
    return Choice(leaf.path, values, tuple(each for each, said in verdicts.items() if said is None))


def _rank(leaf: Leaf, evidence_of: EvidenceOf) -> tuple[int, bool, float]:
    """How much speaks for a value to be the consent to e-mails."""
    consent = 3 if names_a_consent(leaf.name) else 2 if any(map(names_a_consent, leaf.names)) else 1
    words = {word for name in leaf.names for word in words_of(name)}
    return consent, not words.isdisjoint({"email", "mail", "newsletter"}), evidence_of(leaf.path).share


def _names_a_flag(leaf: Leaf) -> bool:
    return _is_named_so(leaf) or verdict(leaf.name) is Verdict.GIVEN or joined(leaf.name) in _PLAIN_FLAGS


def _is_named_so(leaf: Leaf) -> bool:
    return any(map(names_a_consent, leaf.names)) or names_a_state(leaf.name)


def _may_decide(leaf: Leaf, evidence_of: EvidenceOf) -> bool:
    texts = values_of(leaf, evidence_of)
    if speak_of_consent(texts):
        return True
    listed = any(symbols_of(avro) for avro in leaf.shape.types) and len(texts) > 1
    if listed or {"boolean", "map"} & set(leaf.kinds):
        # In a record of consents, one whose name says nothing may be the consent, too.
        return ORDINARY.isdisjoint(words_of(leaf.name))
    found = evidence_of(leaf.path)
    if not (names_a_consent(leaf.name) or names_a_state(leaf.name)):
        return False
    if "integer" in leaf.kinds:
        return not (names_a_moment(leaf.name) or said_unit(leaf.name, leaf.doc)[0] or found.unit not in {"", "days"})
    return "string" in leaf.kinds and bool(texts or not found.filled)
