"""Which value of a record is which of Bluecore's fields: by its name, its place, its type and what stands in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from consumer.commands.counts.minor_units import MINOR_UNITS
from consumer.commands.counts.words import joined, words_of
from consumer.commands.suggest.leaves import Contents, Leaf, ListLeaf
from consumer.commands.suggest.samples import Evidence
from consumer.commands.suggest.vocabulary import (
    FIELDS,
    LISTS,
    NOT_THE_TOTAL,
    OF_A_PRODUCT,
    OTHERS,
    PEOPLE,
    PRODUCT,
)
from consumer.commands.suggest.whereabouts import says_how_it_stands

EvidenceOf = Callable[[str], Evidence]

SURE: Final = 10
LIKELY: Final = 6
DOUBTFUL: Final = 3
_TEXT: Final = frozenset(("string", "uuid", "integer"))
_AMOUNT: Final = frozenset(("integer", "number", "string"))
_TIME: Final = frozenset(("date", "datetime", "integer", "string"))
_KINDS: Final[Mapping[str, frozenset[str]]] = {
    "email": frozenset(("string",)),
    "total": _AMOUNT,
    "products.price": _AMOUNT,
    "products.quantity": _AMOUNT,
    "birthday": _TIME,
    "state": frozenset(("string",)),
    **dict.fromkeys(("first_name", "last_name", "city", "country", "gender"), frozenset(("string", "integer"))),
}
_ITS_OWN: Final = frozenset(("order_id", "customer_id"))
"""What a bare `id` can be, by what the record is of."""
_ORDERS: Final = FIELDS["order_id"] | {"order", "purchase", "sale", "bestelling", "bestellung", "auftrag", "commande"}
_BARE_ID: Final = frozenset(("id", "number", "no", "nr", "nummer", "numero", "key", "code", "reference", "uuid"))


@dataclass(frozen=True, slots=True)
class Match:
    """A value that is probably the field; `points` say how sure: `SURE`, `LIKELY`, `DOUBTFUL` or less."""

    leaf: Leaf
    points: int
    why: str


def field_matches(contents: Contents, evidence_of: EvidenceOf) -> dict[str, Match]:
    """For each of Bluecore's fields the best value, if any is likely; no value is two fields."""
    return _best(FIELDS, contents.leaves, lambda target, leaf: _field(target, leaf, contents.record, evidence_of))


def product_matches(leaves: Sequence[Leaf]) -> dict[str, Match]:
    """The same for the fields of a product, among the values of an element of its list."""
    return _best(PRODUCT, leaves, _product)


def flat_product_matches(contents: Contents) -> dict[str, Match]:
    """The fields of a single product among the record's own values: such as can be nobody else's."""

    def flat(target: str, leaf: Leaf) -> Match | None:
        own = joined(leaf.name)
        parent = joined(leaf.names[-2]) if len(leaf.names) > 1 else ""
        if own in OF_A_PRODUCT and parent not in LISTS:
            return None
        return _product(target, leaf)

    return _best(PRODUCT, contents.leaves, flat)


def product_list(contents: Contents) -> tuple[ListLeaf, int] | None:
    """The list that is probably one of products, and how sure that is."""
    judged = [(_list_points(each), -index, each) for index, each in enumerate(contents.lists)]
    points, _, best = max(judged, key=lambda judgement: judgement[:2], default=(0, 0, None))
    return (best, points) if best is not None and points >= DOUBTFUL else None


def _list_points(each: ListLeaf) -> int:
    name = joined(each.leaf.name)
    points = LIKELY if name in LISTS else DOUBTFUL if any(word in LISTS for word in words_of(each.leaf.name)) else 0
    found = product_matches(each.leaves)
    if "products.id" in found:
        points += DOUBTFUL if {"products.price", "products.quantity"} & found.keys() or points else 0
        points += 1 if "products.price" in found else 0
    elif each.leaves:
        points = 0
    return points


def _best(
    targets: Iterable[str], leaves: Sequence[Leaf], judge: Callable[[str, Leaf], Match | None]
) -> dict[str, Match]:
    judged = [
        (match.points, -len(leaf.names), -index, target, match)
        for target in targets
        for index, leaf in enumerate(leaves)
        if (match := judge(target, leaf)) is not None
    ]
    found: dict[str, Match] = {}
    used: set[str] = set()
    for _, _, _, target, match in sorted(judged, key=lambda each: each[:3], reverse=True):
        if target not in found and match.leaf.path not in used:
            found[target] = match
            used.add(match.leaf.path)
    return found


def _field(target: str, leaf: Leaf, record: str, evidence_of: EvidenceOf) -> Match | None:
    if not _fits(target, leaf) or (target == "state" and says_how_it_stands(leaf, evidence_of(leaf.path))):
        return None
    match = _named(target, leaf, FIELDS[target]) or _own_id(target, leaf, record) or _described(target, leaf)
    if target == "email":
        found = evidence_of(leaf.path)
        if found.looks_like_email:
            named = match.points if match else 0
            match = Match(leaf, named + DOUBTFUL, "its values are e-mail addresses")
        elif found.filled and match:
            return None
    if match is None:
        return None
    parents = {word for name in leaf.names[:-1] for word in (joined(name), *words_of(name))}
    if parents & (OTHERS | NOT_THE_TOTAL if target == "total" else OTHERS):
        return None
    bonus = 1 if parents & PEOPLE and target not in {"order_id", "total", "search_term"} else 0
    return Match(leaf, match.points + bonus, match.why)


def _product(target: str, leaf: Leaf) -> Match | None:
    return _named(target, leaf, PRODUCT[target]) if _fits(target, leaf) else None


def _fits(target: str, leaf: Leaf) -> bool:
    return not _KINDS.get(target, _TEXT).isdisjoint(leaf.kinds)


def _named(target: str, leaf: Leaf, words: frozenset[str]) -> Match | None:
    words_in = words_of(leaf.name)
    parts = tuple(word for word in words_in if word not in MINOR_UNITS)
    if len(parts) < len(words_in) and parts[-1:] == ("in",):
        parts = parts[:-1]  # prijs_in_centen
    own = "".join(parts)
    if own in words:
        its_own = own == joined(target.removeprefix("products."))
        return Match(leaf, SURE + its_own, f"it is named {leaf.name}")
    above = joined(leaf.names[-2]) if len(leaf.names) > 1 else ""
    if above and not {above + own, above.removesuffix("s") + own, own + above}.isdisjoint(words):
        return Match(leaf, SURE, f"it is named {leaf.names[-2]}.{leaf.name}")
    others = OTHERS | NOT_THE_TOTAL if target == "total" else OTHERS
    for begin in range(1, len(parts)):
        if "".join(parts[begin:]) in words - OF_A_PRODUCT and not set(parts[:begin]) & others:
            return Match(leaf, LIKELY, f"its name ends like {target.removeprefix('products.')}")
    return None


def _own_id(target: str, leaf: Leaf, record: str) -> Match | None:
    """A bare `id` is the order's in an order, and the customer's in a customer."""
    if target not in _ITS_OWN or joined(leaf.name) not in _BARE_ID:
        return None
    owner = leaf.names[-2] if len(leaf.names) > 1 else record.rpartition(".")[2]
    if len(leaf.names) > 1 and joined(owner) in {"after", "data", "payload"}:
        owner = record.rpartition(".")[2]
    wanted = _ORDERS if target == "order_id" else PEOPLE
    if not any(word in wanted for word in words_of(owner)):
        return None
    return Match(leaf, LIKELY + 1, f"it is the {leaf.name} of {owner}")


def _described(target: str, leaf: Leaf) -> Match | None:
    """The schema's documentation names it."""
    if target == "state":
        return None  # the word of anything that stands somehow
    text = leaf.doc.lower()
    words = target.split("_")
    if (
        text
        and target != "state"
        and all(word in text.split() or word in text.replace("-", "").split() for word in words)
    ):
        return Match(leaf, DOUBTFUL, "the schema describes it so")
    return None
