"""The quota policy that the header `RateLimit-Limit` tells: how many requests in how many seconds, of each window.

`700;w=60;burst=75;w=1` is 700 in a minute and 75 in a second, as Bluecore's REST APIs write it;
`10, 10;w=1, 1000;w=3600` has a list of policies, as draft-polli-ratelimit-headers-03 does. A number without a window
of its own says nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

_HEADERS: Final = ("x-ratelimit-limit", "ratelimit-limit")
_LONGEST: Final = 200  # characters that are read: windows are few
_MOST: Final = 4
_BETWEEN: Final = re.compile(r"[;,]")
_LIMIT: Final = re.compile(r"(?:burst=)?(\d{1,9})")
_WINDOW: Final = re.compile(r"w=(\d{1,5})")


class Policy(NamedTuple):
    """So many requests in so many seconds."""

    limit: int
    seconds: int


def policy_text(headers: Mapping[str, str]) -> str:
    """What the headers say of it, as it is written; empty where they say nothing."""
    return next((text[:_LONGEST] for name in _HEADERS if (text := headers.get(name))), "")


def policies(text: str) -> tuple[Policy, ...]:
    """Each window of the text, the shortest first; what does not parse is none."""
    return tuple(sorted(_policies(text), key=lambda policy: policy.seconds)[:_MOST])


def _policies(text: str) -> Iterator[Policy]:
    limit = 0
    for part in _BETWEEN.split(text):
        written = part.strip().lower()
        if found := _LIMIT.fullmatch(written):
            limit = int(found[1])
        elif (found := _WINDOW.fullmatch(written)) and limit and int(found[1]):
            yield Policy(limit, int(found[1]))
            limit = 0
