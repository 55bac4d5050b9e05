"""Options that a person should think about: when an event was, how old it may be, which country a phone is of."""

from __future__ import annotations

from typing import Any, Final

from consumer.commands.counts.times import names_a_moment, said_unit
from consumer.commands.counts.words import joined, words_of
from consumer.commands.suggest.leaves import Contents, Leaf
from consumer.commands.suggest.matching import EvidenceOf, Match
from consumer.commands.suggest.regions import region_in_topic, region_of_country
from consumer.commands.suggest.suggestion import UNKNOWN, Mapped, Suggestion
from consumer.commands.suggest.time_words import EVENT_TIMES, NOT_THE_EVENT, PREPOSITIONS
from consumer.commands.typecheck.shapes import has_no_zone
from consumer.config.route import FieldConfig

_NAMED: Final = 3
_MADE: Final = 2
_ANY: Final = 1


def add_hints(made: Suggestion, contents: Contents, found: dict[str, Match], evidence_of: EvidenceOf) -> None:
    """Comments on the event's own time, the age of profiles, and phones without a country code."""
    if made.event is None:
        return
    if made.event.event == "customer_patch":
        made.hints.append(("max_event_age_seconds", 0, "a profile is true however old: sends the customers you have"))
    elif (leaf := own_time(contents, made.paths(), evidence_of)) is not None:
        unit = _unit(leaf, evidence_of) if "integer" in leaf.kinds else ""
        value = {"path": leaf.path, "unit": unit} if unit and unit != "milliseconds" else leaf.path
        zone = "; it has no zone, so say `timezone`" if any(map(has_no_zone, leaf.shape.types)) else ""
        made.hints.append(("event_time", value, f"judges its age by this, and not by Kafka's timestamp{zone}"))
    phone = found.get("phone")
    if phone is not None and phone.leaf.path in made.paths():
        made.hints += phone_hints(made.topic, phone.leaf, found.get("country"), evidence_of)


def moment_of(contents: Contents, used: set[str], evidence_of: EvidenceOf) -> Mapped | None:
    """The same as a field: when a customer said so; None also where it has no zone, which only a person knows."""
    leaf = own_time(contents, used, evidence_of)
    if leaf is None or any(map(has_no_zone, leaf.shape.types)):
        return None
    if "integer" not in leaf.kinds:
        return Mapped(leaf.path, leaf.path)
    unit = _unit(leaf, evidence_of)
    return Mapped(FieldConfig.model_validate({"path": leaf.path, "as": "datetime", "unit": unit}), leaf.path)


def own_time(contents: Contents, used: set[str], evidence_of: EvidenceOf) -> Leaf | None:
    """The value that is obviously the time of the event: the only one, or the best named of several."""
    judged = [
        (points, leaf)
        for leaf in contents.leaves
        if leaf.path not in used and (points := _points(leaf, evidence_of)) and _is_time(leaf, evidence_of)
    ]
    best = max((points for points, _ in judged), default=0)
    leading = [leaf for points, leaf in judged if points == best]
    return leading[0] if len(leading) == 1 or (leading and best == _NAMED) else None


def _points(leaf: Leaf, evidence_of: EvidenceOf) -> int:
    if NOT_THE_EVENT & {joined(leaf.name), *words_of(leaf.name)}:
        return 0
    if joined(leaf.name) in EVENT_TIMES:
        return _NAMED
    parts = words_of(leaf.name)
    if names_a_moment(leaf.name) or (len(parts) > 1 and parts[-1] in PREPOSITIONS):
        return _MADE
    typed = "datetime" in leaf.kinds
    told = said_unit(leaf.name, leaf.doc)[0]
    return _ANY if typed or told or evidence_of(leaf.path).moments else 0


def _is_time(leaf: Leaf, evidence_of: EvidenceOf) -> bool:
    """By its type, or by all of its values."""
    if "datetime" in leaf.kinds:
        return True
    if "integer" in leaf.kinds:
        return _unit(leaf, evidence_of) not in {"", "days"}
    found = evidence_of(leaf.path)
    return "string" in leaf.kinds and 0 < found.filled == found.moments


def _unit(leaf: Leaf, evidence_of: EvidenceOf) -> str:
    """What a number counts: by what the schema says, else by its values."""
    return said_unit(leaf.name, leaf.doc)[0] or evidence_of(leaf.path).unit


def phone_hints(
    topic: str, phone: Leaf, country: Match | None, evidence_of: EvidenceOf
) -> list[tuple[str, Any, str]]:
    """The country of phones that lack its code."""
    found = evidence_of(phone.path)
    if not found.nationals:
        return []
    said = "" if country is None else region_of_country(evidence_of(country.leaf.path).commonest)
    region = said or found.region or region_in_topic(topic)
    guess = "" if region else ", once you name the country of those: NL, DE, ..."
    why = f"{found.nationals} of {found.filled} phones lack the code of their country: this adds it{guess}"
    return [("phone_region", region or UNKNOWN, why)]
