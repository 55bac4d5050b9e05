"""Amounts in cents, pence, øre: told by what names a value, what its schema says of it, and how its values look."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from consumer.commands.counts.words import set_of, words_of

MINOR_UNITS: Final = set_of(
    "cent cents centen centime centimes centimo centimos centesimo centesimi centavo centavos ct cts "
    "eurocent eurocents eurocenten kurus grosz grosze groszy pence penny pennies pfennig rappen ore oere "
    "haler halere haleru filler kopek kopeks kopecks kopeken bani stotinki minor minorunit minorunits"
)
"""As `words_of` writes them."""
_OTHERS_TOO: Final = set_of("minor ore filler ct bani")
"""Those that mean something else in a sentence, and in a name without an amount: `ore` are hours in Italian."""
_DENIALS: Final = set_of("not no never geen niet nicht kein pas non")
_AMOUNTS: Final = (
    "total|totaal|totale|bedrag|prijs|price|preis|betrag|summe|gesamt|amount|prix|montant|importe|precio|prezzo|importo"
    "|tutar|fiyat|cena|kwota|suma|belop|pris|summa|value|waarde|wert|umsatz|omzet"
)
_AMOUNT: Final = re.compile(_AMOUNTS)
_COMPOUND: Final = re.compile(
    rf"(?:{_AMOUNTS})(?:s|e|en)?(?:in|en|em)?(?:{'|'.join(sorted(MINOR_UNITS - {'ore', 'ct', 'minor'}))})\Z"
)
"""`totaalcenten` and `prijsincenten`, which are one word to `words_of`; `procenten` and `pricecenter` are none."""
_LEAST: Final = 100
_USUAL: Final = 1_000


def says_minor_units(name: str, doc: str = "") -> str:
    """Why a value is probably an amount in minor units: the end of a sentence; empty where nothing says so."""
    if _named_so(words_of(name)):
        return f"its name, {name}, says minor units such as cents"
    words = words_of(doc)
    if _DENIALS.isdisjoint(words) and _told(words):
        return "the schema's documentation says minor units such as cents"
    return ""


def _named_so(words: Sequence[str]) -> bool:
    if _told(words) or any(_COMPOUND.search(word) for word in words):
        return True
    return not _OTHERS_TOO.isdisjoint(words) and any(map(_AMOUNT.fullmatch, words))


def _told(words: Sequence[str]) -> bool:
    """Whether words speak of minor units; `per cent` is none."""
    pairs = list(zip(("", *words), words, strict=False))
    if any(word in MINOR_UNITS - _OTHERS_TOO and before != "per" for before, word in pairs):
        return True
    return any(before == "minor" and word in {"unit", "units", "currency"} for before, word in pairs)


def look_like_minor_units(numbers: Sequence[int | float | Decimal]) -> bool:
    """Whether amounts are so large and so whole that they may be cents: only who knows the shop can tell."""
    whole = [number for number in numbers if isinstance(number, int) and not isinstance(number, bool)]
    if not whole or len(whole) < len(numbers):
        return False
    return min(whole) >= _LEAST and sorted(whole)[len(whole) // 2] >= _USUAL


def divided(expression: str) -> str:
    """The expression that makes the amount."""
    return f"{expression} / `100`" if _BINDS.fullmatch(expression) else f"({expression}) / `100`"


_BINDS: Final = re.compile(r"[\w.\[\]*?@\"]+|\w+\([^()]*\)")
"""A path, or one call: what a division takes as a whole."""
