"""Text for a terminal: what others have written must not move its cursor, colour it or name its window."""

from __future__ import annotations

import re

# C0 but for line ends and tabs, DEL, C1, and what turns the direction of text round.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def legible(text: str) -> str:
    r"""The text with `\x1b` for an escape character, and likewise for every other control character."""
    return _CONTROLS.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
