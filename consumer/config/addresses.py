"""Addresses as the settings have them: several in one text, and one as it may be shown."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_BETWEEN = re.compile(r"\s*,\s*(?=https?://)")


def addresses_in(text: str) -> tuple[str, ...]:
    """Each http:// or https:// address of the text; a comma within one, as in a password, parts nothing."""
    return tuple(_BETWEEN.split(text.strip()))


def address(url: str) -> str:
    """The address without its user and password."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
