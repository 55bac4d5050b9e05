"""What must not be read in a log: secrets and e-mail addresses, wherever in a log entry they stand."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, quote_plus

MASK = "***"
EMAIL_MASK = "***@***"

# RFC 5322's atext with letters of any script, or a quoted local part; `%40` is the @ of an address in a URL.
# The look-behind and the possessive quantifier keep the search linear in a long text.
_EMAIL = re.compile(
    r"""(?<![\w!\#$%&'*+/=?^`{|}~.-])
    (?: [\w!\#$%&'*+/=?^`{|}~.-]++@ | [\w!\#$%&'*+/=?^`{|}~.-]+?%40 | "[^"@]{1,64}"@ )
    [\w-]++ (?:\.[\w-]++)++""",
    re.VERBOSE,
)

_PHONE = re.compile(r"(//\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?(?![\d.]))|\+?\d[\d .()-]{4,}\d")
"""What may be a phone number, as a date may, too; or first, and no phone number, the address of a host in a URL."""

# Dots and dashes join words to the names of topics, groups and hosts; in patterns of topics, `\.` does. What stands
# before may be escaped: `%22`, `\n`.
_WORD_STARTS = r"(?:(?<![\w-])(?<!\w\.)(?<!\\\.)|(?<=%[0-9A-Fa-f]{2})|(?<=\\[bfnrt]))"
_WORD_ENDS = r"(?![\w-]|\.\w|\\+\.)"

Mask = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Secrets:
    """What is masked beside e-mail addresses.

    Attributes:
        anywhere: keys, passwords and tokens: masked inside a word too.
        words: secrets that may be a plain word, such as the namespace `shop`: masked where they stand alone, as in
            `token=shop`, and not in a name such as `shop.orders`.
    """

    anywhere: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


NO_SECRETS: Final = Secrets()


def masker(secrets: Secrets) -> Mask:
    """A function that masks e-mail addresses, and the secrets in every spelling that a log may show."""
    patterns = {
        spelling: f"{_WORD_STARTS}{re.escape(spelling)}{_WORD_ENDS}"
        for word in secrets.words
        for spelling in _spellings(word)
    }
    patterns |= {spelling: re.escape(spelling) for each in secrets.anywhere for spelling in _spellings(each)}
    longest_first = sorted(patterns, key=len, reverse=True)
    secret = re.compile("|".join(patterns[spelling] for spelling in longest_first)) if patterns else None

    def mask(text: str) -> str:
        if secret is not None:
            text = secret.sub(MASK, text)
        if "@" in text or "%40" in text:
            text = _EMAIL.sub(EMAIL_MASK, text)
        return text

    return mask


def without_phones(text: str) -> str:
    """The text with each number masked that may be a phone's: for what others say of a customer, in a log."""
    return _PHONE.sub(lambda found: found[1] or MASK, text)


def _spellings(secret: str) -> set[str]:
    secret = secret.strip()
    if not secret:
        return set()
    return {
        secret,
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        repr(secret)[1:-1],
    }


def masked(value: Any, mask: Mask) -> Any:
    """`value` with every text in it masked; what is not plain data becomes the masked text of it."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, Mapping):
        return {mask(str(name)): masked(item, mask) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [masked(item, mask) for item in value]
    if isinstance(value, bytes | bytearray):
        return mask(value.decode(errors="backslashreplace"))
    return mask(str(value))


def customer_hash(customer: str, key: str) -> str:
    """A name for a customer in logs: the same in every process, and of no use to who does not know `key`.

    HMAC-SHA-256 of the trimmed, lower-case id, keyed by the Bluecore namespace since an e-mail is quickly
    guessed from a plain hash; 16 hex digits of it.
    """
    return hmac.digest(key.encode(), customer.strip().lower().encode(), hashlib.sha256).hex()[:16]
