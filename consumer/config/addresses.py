"""Several addresses in one text, with commas between."""

from __future__ import annotations

import re

_BETWEEN = re.compile(r"\s*,\s*(?=https?://)")


def addresses_in(text: str) -> tuple[str, ...]:
    """Each http:// or https:// address of the text; a comma within one, as in a password, parts nothing."""
    return tuple(_BETWEEN.split(text.strip()))
