"""Names as Bluecore writes them, and values as the configuration does."""

from __future__ import annotations

import re

_SEPARATORS = re.compile(r"[\s-]+")
_NO_LETTERS = re.compile(r"[^a-z0-9_]+")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def normalised(name: str) -> str:
    """`First-Name` as `first_name`.

    Bluecore silently ignores attributes that are not lower case with underscores (Zeotap, Default Destination
    Fields; Bluecore, Customer Profiles).
    """
    return _SEPARATORS.sub("_", name.strip()).lower()


def is_name(name: str) -> bool:
    """Whether Bluecore takes it as it is: lower-case letters, digits and underscores."""
    return _NAME.fullmatch(name) is not None


def as_name(name: str) -> str | None:
    """The name that Bluecore takes and that is written most like this one: `Store Visit!` as `store_visit`."""
    written = _NO_LETTERS.sub("_", normalised(name)).strip("_").lstrip("0123456789_")
    return written if is_name(written) else None


def as_yaml(value: bool | int | str | None) -> str:  # noqa: FBT001 - any scalar of a configuration
    """A value as the configuration file writes it."""
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)
