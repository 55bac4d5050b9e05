"""A value as Bluecore's field needs it: a number out of text, a day out of a text."""

from __future__ import annotations

from consumer.commands.counts.minor_units import divided, says_minor_units
from consumer.commands.counts.times import said_unit
from consumer.commands.suggest.leaves import Leaf
from consumer.commands.suggest.matching import LIKELY, EvidenceOf, Match
from consumer.commands.suggest.samples import Evidence
from consumer.commands.suggest.suggestion import Mapped
from consumer.config.route import FieldConfig


def mapped(name: str, match: Match, evidence_of: EvidenceOf) -> Mapped:
    """The value as the field needs it: converted if its type asks for that, with a note where it is no sure thing."""
    leaf, note = match.leaf, "" if match.points >= LIKELY else f"perhaps: {match.why}"
    source: str | FieldConfig = leaf.path
    if name == "birthday":
        source, note = _date(leaf, evidence_of(leaf.path), note)
    elif name in {"total", "products.price", "products.quantity"} and "string" in leaf.kinds:
        source, note = _number(leaf, evidence_of(leaf.path), note)
    if name in {"total", "products.price"} and not evidence_of(leaf.path).commas:
        source, note = _amount(leaf, evidence_of(leaf.path), source, note)
    return Mapped(source, leaf.path, note)


def _number(leaf: Leaf, found: Evidence, note: str) -> tuple[str | FieldConfig, str]:
    if not found.commas:
        return FieldConfig(path=leaf.path, **{"as": "number"}), note
    return f"parse_number({leaf.path}, `true`)", "its values have a decimal comma"


def _amount(leaf: Leaf, found: Evidence, source: str | FieldConfig, note: str) -> tuple[str | FieldConfig, str]:
    """An amount as it is, or divided where it is one of cents; where the values alone say so, a note does."""
    if why := says_minor_units(leaf.name, leaf.doc):
        return divided(f"to_number({leaf.path})" if "string" in leaf.kinds else leaf.path), why
    if found.minor:
        return source, f"whole numbers in all records: if they are cents, {divided(leaf.path)}"
    return source, note


def _date(leaf: Leaf, found: Evidence, note: str) -> tuple[str | FieldConfig, str]:
    if "integer" not in leaf.kinds:
        if found.date_form and leaf.kinds == ("string",):
            return f"parse_date({leaf.path}, '{found.date_form}')", "its values are written so"
        if found.unsure_date:
            note = f"day first? If so: parse_date({leaf.path}, '{found.unsure_date}')"
        return FieldConfig(path=leaf.path, **{"as": "date"}), note
    told, why = said_unit(leaf.name, leaf.doc)
    # Values are facts, and a name may be of another time.
    unit = found.unit or told or "days"
    if found.unit:
        said = f"a whole number of {unit} since 1970, by its values"
    else:
        said = f"{why} {unit} since 1970" if told else "days since 1970? Look at a record"
    return FieldConfig(path=leaf.path, **{"as": "date", "unit": unit}), said
