"""What must not be read in a log: secrets and e-mail addresses, wherever in a log entry they stand."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
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

Mask = Callable[[str], str]


def masker(secrets: Iterable[str]) -> Mask:
    """A function that masks e-mail addresses, and the secrets in every spelling that a log may show."""
    spellings = {spelling for secret in secrets if secret.strip() for spelling in _spellings(secret.strip())}
    longest_first = sorted(spellings, key=len, reverse=True)
    secret = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def mask(text: str) -> str:
        if secret is not None:
            text = secret.sub(MASK, text)
        if "@" in text or "%40" in text:
            text = _EMAIL.sub(EMAIL_MASK, text)
        return text

    return mask


def _spellings(secret: str) -> set[str]:
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
