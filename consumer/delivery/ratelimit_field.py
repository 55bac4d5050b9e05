"""The header field `RateLimit` in its two structured forms.

Both are of draft-ietf-httpapi-ratelimit-headers: `limit=100, remaining=0, reset=3` of the versions 03 to 07, and
`"default";r=0;t=3`, one item a policy, of those from 08 on. There `RateLimit-Policy` has the policies:
`"default";q=100;w=60`. Of RFC 9651, which both are written in, only as much is read as these need.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_LONGEST = 2000  # characters that are read: policies are few
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_ITEM = re.compile(rf'(?:[^,"]|{_QUOTED})+')
_PART = re.compile(rf'(?:[^;"]|{_QUOTED})+')
_BALANCED = re.compile(rf'(?:[^"]|{_QUOTED})*+')
"""Looked for from the beginning alone: a quote that does not end would be looked for from each one behind it, too."""
_REQUESTS = '"requests"'

Told = tuple[str | None, str | None]
"""What is left, and when the count starts anew: as they are written."""


def ratelimit_field(text: str, policies: str) -> list[Told]:
    """What each item of the field tells; what does not parse tells nothing.

    An item without its time starts anew within the window of its policy. A policy that counts something else than
    requests, such as bytes, is left out.
    """
    named, told = dict(_items(policies)), dict[str, str | None]()
    found: list[Told] = []
    for name, parameters in _items(text):
        key, is_member, value = name.partition("=")
        if is_member and not name.startswith('"'):
            told[key.strip().lower()] = value.strip()
            continue
        policy = named.get(name, {})
        if policy.get("qu", _REQUESTS) == _REQUESTS:
            found.append((parameters.get("r"), parameters.get("t", policy.get("w"))))
    return [(told.get("remaining"), told.get("reset")), *found]


def _items(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The members of a list, by name, with their parameters."""
    text = text[:_LONGEST]
    if not _BALANCED.fullmatch(text):
        return
    for item in _ITEM.findall(text):
        if parts := [part.strip() for part in _PART.findall(item)]:
            name, *parameters = parts
            pairs = (parameter.partition("=") for parameter in parameters)
            yield name, {key.strip().lower(): value.strip() for key, _, value in pairs}
