"""E-mail addresses as records have them: checked as email-validator does, and cleaned where the route asks for it.

Nothing is looked up. An address that is refused is told by what is wrong with it and never by itself: the character
that no address has, or the length.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any, Final

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from consumer.mapping.errors import InvalidValueError
from consumer.mapping.values import readable

_MOST: Final = 254
_MOST_LOCAL: Final = 64
_MOST_DOMAIN: Final = 253
_LONGEST_TEXT: Final = 1_000
"""Of an address with all that stands around it."""
_RULE: Final = "is no e-mail address"
_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_SHORT: Final = 64
"""Characters of an address that is within each limit of its parts, however it is parted."""
_USUAL: Final = re.compile(
    rf"{_ATOM}(?:\.{_ATOM})*@(?:[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\.)+"
    rf"(?!(?i:{'|'.join(SPECIAL_USE_DOMAIN_NAMES)})\Z)[A-Za-z]{{2,}}",
    re.ASCII,
)
"""What nearly all addresses are, and email-validator takes: it is asked about the others only."""
_LOOKS_LIKE_ONE: Final = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_NO_PART_OF_ONE: Final = frozenset('<>()[],;:\\"')
_RESERVED: Final = frozenset(SPECIAL_USE_DOMAIN_NAMES)
_FULL_WIDTH: Final[dict[int, str | int]] = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},
    0x3000: " ",
    0x3002: ".",
    0xFF61: ".",
}
_UNSEEN: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Characters that show nothing, though their category is one of letters and marks."""
_UNSEEN_CATEGORIES: Final = frozenset(("Cc", "Cf"))
_REMEMBERED: Final = 4_096


def email(value: Any) -> str | None:
    """An e-mail address; a blank one counts as missing.

    Raises:
        InvalidValueError: it is none.
    """
    if not isinstance(value, str):
        readable(value)
        raise InvalidValueError("must be text")
    if len(value) <= _SHORT and _USUAL.fullmatch(value) is not None:
        return value
    if not value or value.isspace():
        return None
    fault = _fault(value[: _LONGEST_TEXT + 1])
    if fault is None:
        return value
    hint = "; `normalise_email: true` cleans it" if _is_mended(value) else ""
    raise InvalidValueError(f"{fault}{hint}")


def normalised_email(value: Any) -> str | None:
    """The address in lower case, without what stands around it or is not to be seen.

    Raises:
        InvalidValueError: what is left is none.
    """
    return email(cleaned(value) if isinstance(value, str) else value)


def is_email(found: str) -> bool:
    """Whether a text is the address of a mailbox, however it is written."""
    return (
        _LOOKS_LIKE_ONE.fullmatch(found.strip()) is not None or _LOOKS_LIKE_ONE.fullmatch(cleaned(found)) is not None
    )


def cleaned(text: str) -> str:
    """`"Jane" <Jane@Example.com>`, `mailto:jane@example.com` and the like as `jane@example.com`."""
    if len(text) > _LONGEST_TEXT:
        return text
    if not text.isascii():
        text = unicodedata.normalize("NFC", text.translate(_FULL_WIDTH))
    if not text.isprintable() or not text.isascii():
        text = "".join(each for each in text if each.isspace() or not _is_unseen(each))
    text = text.strip()
    if text.endswith(">") and text.count("<") == 1:
        text = text[text.index("<") + 1 : -1].strip()
    if text[:7].lower() == "mailto:":
        text = text[7:].partition("?")[0].strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1].strip()
    return text.lower()


@lru_cache(_REMEMBERED)
def _fault(text: str) -> str | None:
    """What is wrong with an address; None where nothing is."""
    if len(text) > _LONGEST_TEXT:
        return f"{_RULE}: it has more than {_LONGEST_TEXT} characters, and {_MOST} is the most"
    strange = next((each for each in text if _is_no_part(each)), None)
    if strange is not None:
        name = unicodedata.name(strange, "a control character")
        return f"{_RULE}: it holds U+{ord(strange):04X} ({name})"
    return _limit(text) or _refusal(text)


def _limit(text: str) -> str | None:
    local, _, domain = text.rpartition("@")
    for part, most, what in ((local, _MOST_LOCAL, "before the @"), (domain, _MOST_DOMAIN, "behind the @")):
        if len(part) > most:
            return f"{_RULE}: it has {len(part)} characters {what}, and {most} is the most"
    size = len(text.encode(errors="replace"))
    if size > _MOST:
        return f"{_RULE}: it has {size} bytes, and {_MOST} is the most"
    return None


def _refusal(text: str) -> str | None:
    try:
        validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        # Its message may quote the address.
        reserved = text.rpartition(".")[2].lower()
        return f"{_RULE}: no mailbox is in .{reserved}" if reserved in _RESERVED else _RULE
    except (ValueError, ArithmeticError, LookupError):
        return _RULE
    return None


def _is_mended(value: str) -> bool:
    tidy = cleaned(value)
    return tidy != value and bool(tidy) and _fault(tidy) is None


def _is_no_part(character: str) -> bool:
    """Whether no address has it, or has it only where one letter looks like another."""
    return (
        character.isspace()
        or character in _NO_PART_OF_ONE
        or ord(character) in _FULL_WIDTH
        or (not character.isascii() and _is_unseen(character))
        or character < " "
        or character == "\x7f"
    )


def _is_unseen(character: str) -> bool:
    return (
        unicodedata.category(character) in _UNSEEN_CATEGORIES
        or character in _UNSEEN
        or "\ufe00" <= character <= "\ufe0f"
    )
