"""Which `state` is that of an address, and which says how a consent or an order stands."""

from __future__ import annotations

from typing import Final

from consumer.commands.counts.consents import verdict
from consumer.commands.counts.words import joined, words_of
from consumer.commands.suggest.leaves import Contents, Leaf
from consumer.commands.suggest.samples import Evidence
from consumer.commands.suggest.vocabulary import DONE, FIELDS, UNDONE
from consumer.commands.typecheck.shapes import symbols_of

_CODE: Final = 2
"""Letters of a state of the USA."""
_BESIDE: Final = FIELDS["city"] | FIELDS["zip"] | FIELDS["country"]


def says_how_it_stands(leaf: Leaf, found: Evidence) -> bool:
    """Whether the values of something named `state` are those of a consent or an order, and not places."""
    listed = [each for avro in leaf.shape.types for each in symbols_of(avro) or ()]
    if listed and not all(len(each) == _CODE for each in listed):
        return True
    return any(len(each) > _CODE and _says_how(each) for each in (*listed, *found.few))


def _says_how(value: str) -> bool:
    return verdict(value) is not None or not {joined(value), *words_of(value)}.isdisjoint(DONE | UNDONE)


def is_of_an_address(leaf: Leaf, contents: Contents, found: Evidence) -> bool:
    """Whether it is the `state` of a place: its values say nothing else, and a town or a country is beside it."""
    if joined(leaf.name) not in FIELDS["state"] or leaf.kinds != ("string",) or says_how_it_stands(leaf, found):
        return False
    beside = [each for each in contents.leaves if each.names[:-1] == leaf.names[:-1]]
    return any(joined(each.name) in _BESIDE for each in beside)
