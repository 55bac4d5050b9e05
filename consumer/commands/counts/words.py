"""Names as words: `buyerEmailAddress`, `buyer_email-address` and `BuyerEMAILAddress` are the same three."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_LETTERS: Final = str.maketrans(
    {"ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "ß": "ss", "ł": "l", "Ł": "L", "\u0131": "i"}
)
"""What Unicode does not take apart into a letter and its mark."""


@lru_cache(4096)
def words_of(name: str) -> tuple[str, ...]:
    """In small letters, without accents; digits are a word of their own."""
    plain = unicodedata.normalize("NFKD", name.translate(_LETTERS)).encode("ascii", "ignore").decode()
    return tuple(part.lower() for part in _PARTS.findall(plain))


def joined(name: str) -> str:
    """The words of a name in one: `Order-Id` and `orderID` are both `orderid`."""
    return "".join(words_of(name))


def set_of(text: str) -> frozenset[str]:
    """The words of a text, parted by blanks."""
    return frozenset(text.split())
