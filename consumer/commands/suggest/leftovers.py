"""What a route leaves: attributes of a profile, personal data, and everything else."""

from __future__ import annotations

from typing import Final

from consumer.commands.counts.minor_units import divided, says_minor_units
from consumer.commands.counts.times import names_a_moment, said_unit
from consumer.commands.counts.words import joined, words_of
from consumer.commands.suggest.leaves import Contents, Leaf, in_lists
from consumer.commands.suggest.matching import EvidenceOf
from consumer.commands.suggest.samples import Evidence
from consumer.commands.suggest.suggestion import Mapped, Suggestion
from consumer.commands.suggest.vocabulary import ATTRIBUTES, FIELDS, OTHERS, PEOPLE, PERSONAL
from consumer.config.route import FieldConfig
from consumer.mapping.contract import DEFAULT_ATTRIBUTES
from consumer.mapping.names import as_name

_COUNTED: Final = frozenset(("integer", "number"))


def sort_rest(made: Suggestion, contents: Contents, evidence_of: EvidenceOf) -> None:
    """Attributes of a profile, personal data that has no field, and what else is not sent."""
    used = made.paths()
    profile = made.event is not None and made.event.event == "customer_patch"
    for leaf in (*contents.leaves, *in_lists(contents)):
        if leaf.path in used:
            continue
        own = {joined(leaf.name), *words_of(leaf.name)}
        above = {joined(name) for name in leaf.names[:-1]}
        if own & PERSONAL or above & PERSONAL or _is_personal(leaf, above, evidence_of):
            made.withheld.append(leaf.path)
        elif (
            profile
            and "[]" not in leaf.path
            and own & ATTRIBUTES
            and not above & OTHERS
            and (name := as_name(_attribute(leaf)))
        ):
            made.attributes[name] = _mapped(leaf, evidence_of(leaf.path))
        else:
            made.unused.append(leaf.path)


def _is_personal(leaf: Leaf, above: set[str], evidence_of: EvidenceOf) -> bool:
    named = any(joined(leaf.name) in FIELDS[name] for name in ("email", "phone", *DEFAULT_ATTRIBUTES[:2]))
    return (named and not above & OTHERS) or bool(above & PEOPLE and named) or evidence_of(leaf.path).looks_like_email


def _mapped(leaf: Leaf, found: Evidence) -> Mapped:
    """A number of cents divided, one that is a time made into one."""
    if _COUNTED.isdisjoint(leaf.kinds):
        return Mapped(leaf.path, leaf.path)
    if why := says_minor_units(leaf.name, leaf.doc):
        return Mapped(divided(leaf.path), leaf.path, why)
    unit, why = said_unit(leaf.name, leaf.doc)
    if found.unit and (unit or names_a_moment(leaf.name)):
        unit, why = found.unit, "its values are"
    if not unit:
        return Mapped(leaf.path, leaf.path)
    kind = "date" if unit == "days" else "datetime"
    source = FieldConfig.model_validate({"path": leaf.path, "as": kind, "unit": unit})
    return Mapped(source, leaf.path, f"{why} {unit} since 1970")


def _attribute(leaf: Leaf) -> str:
    around = {"after", "data", "payload", *PEOPLE}
    names = [name for name in leaf.names[:-1] if joined(name) not in around] + [leaf.name]
    return "_".join("_".join(words_of(name)) for name in names[-2:])
