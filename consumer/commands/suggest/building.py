"""A route out of what was found: what it maps, and what a reader should think about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, Final

from consumer.avro.schema import AvroSchema
from consumer.commands.counts.minor_units import divided, says_minor_units
from consumer.commands.counts.times import said_unit
from consumer.commands.counts.words import joined
from consumer.commands.suggest.events import EventGuess, actions, guess_event
from consumer.commands.suggest.hints import add_hints
from consumer.commands.suggest.leaves import Contents, Leaf, ListLeaf, contents_of
from consumer.commands.suggest.leftovers import sort_rest
from consumer.commands.suggest.matching import (
    DOUBTFUL,
    LIKELY,
    EvidenceOf,
    Match,
    field_matches,
    flat_product_matches,
    product_list,
    product_matches,
)
from consumer.commands.suggest.samples import Evidence, evidence
from consumer.commands.suggest.suggestion import Mapped, Suggestion
from consumer.commands.suggest.vocabulary import DONE, PRODUCT
from consumer.commands.typecheck.shapes import symbols_of
from consumer.config.route import FieldConfig
from consumer.mapping.contract import CONTRACTS, DEFAULT_ATTRIBUTES

_IDENTITY: Final = ("email", "distinct_id", "customer_id", "device_id")


def suggestion_of(
    topic: str, schemas: Sequence[AvroSchema], records: Sequence[Mapping[str, Any]], *, only_type: bool
) -> Suggestion:
    """The route that fits best.

    Args:
        topic: its name.
        schemas: all versions of the record type, the newest last.
        records: some of the newest, decoded.
        only_type: the topic has no other record type.
    """
    contents = contents_of(schemas)

    @cache
    def evidence_of(path: str) -> Evidence:
        return evidence(path, records)

    found = field_matches(contents, evidence_of)
    listed = product_list(contents)
    flat = flat_product_matches(contents) if listed is None else {}
    event = guess_event(
        topic, contents, found, products=listed is not None or "products.id" in flat, evidence_of=evidence_of
    )
    made = Suggestion(topic, None if only_type else contents.record, event)
    if contents.envelope:
        made.conditions.append(
            (f"{contents.envelope} != `null`", "a change record of a deletion has no row after it")
        )
    if event is None:
        made.unused = [leaf.path for leaf in contents.leaves]
        return made
    _add_fields(made, event, found, evidence_of)
    if CONTRACTS[event.event].takes_products:
        _add_products(made, event.event, listed, flat, evidence_of)
    sort_rest(made, contents, evidence_of)
    add_hints(made, contents, found, evidence_of)
    _add_conditions(made, event, contents)
    _add_missing(made, event)
    return made


def _add_fields(made: Suggestion, event: EventGuess, found: Mapping[str, Match], evidence_of: EvidenceOf) -> None:
    contract = CONTRACTS[event.event]
    wanted = [*_IDENTITY, *(name for name in contract.properties if name != "products")]
    if contract.customer and event.event != "purchase":
        wanted += DEFAULT_ATTRIBUTES
    if contract.customer and not contract.links:
        wanted = [name for name in wanted if name not in _IDENTITY[1:]]
    elif "distinct_id" in found:
        wanted = [name for name in wanted if name not in _IDENTITY[2:]]
    for name in wanted:
        match = found.get(name)
        if match is not None and match.points >= DOUBTFUL:
            made.fields[name] = mapped(name, match, evidence_of)
            if name == "email" and evidence_of(match.leaf.path).unclean:
                made.options["normalise_email"] = True


def mapped(name: str, match: Match, evidence_of: EvidenceOf) -> Mapped:
    """The value as the field needs it: converted if its type asks for that, with a note where it is no sure thing."""
    leaf, note = match.leaf, "" if match.points >= LIKELY else f"perhaps: {match.why}"
    source: str | FieldConfig = leaf.path
    if name == "birthday":
        source, note = _date(leaf, evidence_of(leaf.path), note)
    elif name in {"total", "products.price", "products.quantity"} and "string" in leaf.kinds:
        source, note = _number(leaf, evidence_of(leaf.path), note)
    if name in {"total", "products.price"} and not evidence_of(leaf.path).commas:
        source, note = amount(leaf, evidence_of(leaf.path), source, note)
    return Mapped(source, leaf.path, note)


def _number(leaf: Leaf, found: Evidence, note: str) -> tuple[str | FieldConfig, str]:
    if not found.commas:
        return FieldConfig(path=leaf.path, **{"as": "number"}), note
    return f"parse_number({leaf.path}, `true`)", "its values have a decimal comma"


def amount(leaf: Leaf, found: Evidence, source: str | FieldConfig, note: str) -> tuple[str | FieldConfig, str]:
    """An amount as it is, or divided where it is one of cents; where the values alone say so, a note does."""
    if why := says_minor_units(leaf.name, leaf.doc):
        return divided(f"to_number({leaf.path})" if "string" in leaf.kinds else leaf.path), why
    if found.minor:
        return source, f"whole numbers in all records: if they are cents, {divided(leaf.path)}"
    return source, note


def _date(leaf: Leaf, found: Evidence, note: str) -> tuple[str | FieldConfig, str]:
    if "integer" not in leaf.kinds:
        return FieldConfig(path=leaf.path, **{"as": "date"}), note
    told, why = said_unit(leaf.name, leaf.doc)
    # Values are facts, and a name may be of another time.
    unit = found.unit or told or "days"
    if found.unit:
        said = f"a whole number of {unit} since 1970, by its values"
    else:
        said = f"{why} {unit} since 1970" if told else "days since 1970? Look at a record"
    return FieldConfig(path=leaf.path, **{"as": "date", "unit": unit}), said


def _add_products(
    made: Suggestion,
    event: str,
    listed: tuple[ListLeaf, int] | None,
    flat: Mapping[str, Match],
    evidence_of: EvidenceOf,
) -> None:
    """Those of a list with how sure that is one, else a single product among the record's own values."""
    if listed is None:
        if "products.id" in flat:
            _map_products(made, flat, "", evidence_of)
        return
    found, points = listed
    note = "" if points >= LIKELY else "perhaps: its elements look like products"
    if found.leaves:
        made.fields["products"] = Mapped(found.leaf.path, found.leaf.path, note)
        _map_products(made, product_matches(found.leaves), f"{found.leaf.path}[].", evidence_of)
    else:
        made.fields["products"] = Mapped(f"{found.leaf.path}[].{{id: @}}", found.leaf.path, note or "a list of ids")
    if CONTRACTS[event].splittable:
        made.options["split_products"] = True
    if event == "purchase":
        made.options["repeated_products"] = "merge"


def _map_products(made: Suggestion, matches: Mapping[str, Match], above: str, evidence_of: EvidenceOf) -> None:
    """Of a product; `above` leads from the record to what its paths begin at: `lines[].`."""
    for name in PRODUCT:
        if name in matches:
            found = mapped(name, matches[name], lambda path: evidence_of(above + path))
            made.fields[name] = replace(found, path=above + found.path)


def _add_conditions(made: Suggestion, event: EventGuess, contents: Contents) -> None:
    for leaf in actions(contents.leaves):
        if event.choice is not None and leaf.path == event.choice.path:
            continue
        symbols = [each for avro in leaf.shape.types for each in symbols_of(avro) or ()]
        done = [each for each in symbols if joined(each) in DONE]
        picked = (done or symbols)[0]
        made.conditions.append((f"{leaf.path} == '{picked}'", f"it may be {', '.join(symbols)}"))
    local = [leaf.path for leaf in contents.leaves if leaf.path in made.unused and leaf.versions < contents.versions]
    if local:
        made.notes.append(f"only some versions of the schema have {', '.join(local[:5])}")


def _add_missing(made: Suggestion, event: EventGuess) -> None:
    contract = CONTRACTS[event.event]
    for name in contract.required:
        if name == "products" and "products.id" in made.fields:
            continue
        if name not in made.fields:
            made.missing.append(name)
    if (
        "products" in made.fields
        and "products.id" not in made.fields
        and "{id: @}" not in str(made.fields["products"])
    ):
        made.missing.append("products.id")
    if contract.customer and "email" not in made.fields:
        made.missing.append("email")
    if (contract.links or not contract.customer) and not set(_IDENTITY[contract.links :]) & made.fields.keys():
        made.missing.append("distinct_id")
