"""A route out of what was found: what it maps, and what a reader should think about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, Final

from consumer.avro.schema import AvroSchema
from consumer.commands.counts.words import joined, words_of
from consumer.commands.suggest.by_channel import by_channel
from consumer.commands.suggest.channels import names_a_channel
from consumer.commands.suggest.choices import consent_of_profiles, values_of, values_that_decide
from consumer.commands.suggest.conversions import mapped
from consumer.commands.suggest.events import EventGuess, guess_event
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
from consumer.commands.suggest.vocabulary import ACTIONS, DONE, PRODUCT
from consumer.mapping.contract import CONTRACTS, DEFAULT_ATTRIBUTES
from consumer.records import CONSENTS

_IDENTITY: Final = ("email", "distinct_id", "customer_id", "device_id")


def suggestions_of(
    topic: str,
    schemas: Sequence[AvroSchema],
    records: Sequence[Mapping[str, Any]],
    *,
    only_type: bool,
    rest_api: bool = False,
) -> list[Suggestion]:
    """The route that fits best; of consents, one for each channel.

    Args:
        topic: its name.
        schemas: all versions of the record type, the newest last.
        records: some of the newest, decoded.
        only_type: the topic has no other record type.
        rest_api: whether Bluecore's REST APIs are configured.
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
        return [made]
    made.deciding = [(leaf.path, values_that_decide(leaf, evidence_of)) for leaf in event.undecided]
    _add_fields(made, event, found, evidence_of)
    if CONTRACTS[event.event].takes_products:
        _add_products(made, event.event, listed, flat, evidence_of)
    sort_rest(made, contents, evidence_of)
    add_hints(made, contents, found, evidence_of)
    _add_conditions(made, event, contents, evidence_of)
    _add_missing(made, event)
    if event.event == "customer_patch" and (flag := consent_of_profiles(contents, evidence_of)):
        made.notes.append(
            f"{flag} looks like a consent to e-mails, which no profile gives: if it is, add a route of this topic "
            f"that chooses optin or unsubscribe by it (`event: {{path: {flag}, values: …}}`)"
        )
    return by_channel(made, contents, found, evidence_of, rest_api=rest_api)


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
        if name == "client" and event.event in CONSENTS and match is not None and names_a_channel(match.leaf.name):
            continue  # what the consent is for, and no client
        if match is not None and match.points >= DOUBTFUL and match.leaf not in event.undecided:
            made.fields[name] = mapped(name, match, evidence_of)
            if name == "email" and evidence_of(match.leaf.path).unclean:
                made.options["normalise_email"] = True


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


def _add_conditions(made: Suggestion, event: EventGuess, contents: Contents, evidence_of: EvidenceOf) -> None:
    read = {leaf.path for leaf in event.undecided} | ({event.choice.path} if event.choice is not None else set())
    for leaf in contents.leaves:
        values = values_of(leaf, evidence_of) if _tells_kinds(leaf) else ()
        if leaf.path in read or not values:
            continue
        done = [each for each in values if joined(each) in DONE]
        made.conditions.append((f"{leaf.path} == '{(done or values)[0]}'", f"it may be {', '.join(values)}"))
    if event.choice is not None and event.choice.unnamed:
        unnamed = ", ".join(event.choice.unnamed)
        made.notes.append(f"not understood, and refused until the event of each is named: {unnamed}")
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


def _tells_kinds(leaf: Leaf) -> bool:
    """Whether it looks as if it told one kind of event from another."""
    return joined(leaf.name) in ACTIONS or not {"status", "state"}.isdisjoint(words_of(leaf.name))
