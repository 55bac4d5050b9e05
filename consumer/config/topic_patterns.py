r"""Patterns of topics that mean the same to everybody who reads them.

Three do: this program (Python), Kafka's client under the classic protocol (POSIX), and the brokers under the new one
(RE2/J). So only what all three read alike is accepted: `\d` is a digit to two of them, and the letter d to the third.
"""

from __future__ import annotations

import re
from typing import Final

_CLASS = re.compile(r"\[\^?(?:[A-Za-z0-9._](?:-[A-Za-z0-9._])?)+-?\]")
_COUNT = re.compile(r"\{(\d{1,3})(?:,(\d{0,3}))?\}")
_MOST_TIMES: Final = 255
_LITERAL = re.compile(r"[A-Za-z0-9_.-]")
_INSTEAD: Final = {
    "\\d": "[0-9]",
    "\\D": "[^0-9]",
    "\\w": "[A-Za-z0-9_]",
    "\\-": "-",
    "\\_": "_",
    "(?:": "(",
}


def fault(pattern: str) -> str | None:
    """What of a pattern is not read alike by all, and how to write it; None: all of it is.

    Args:
        pattern: a regular expression that Python compiles, and that begins with `^`.
    """
    at, depth, bare = 1, 0, True
    """`bare`: nothing stands here yet that could be repeated."""
    while at < len(pattern):
        rest = pattern[at:]
        if (length := _atom(rest)) > 0:
            bare, at = False, at + length
        elif (counted := _repeat(rest)) > 0 and not bare:
            bare, at = True, at + counted
            if pattern[at : at + 1] in set("*+?{"):
                return _told(pattern, rest[: counted + 1], "")
        elif rest[0] == "(" and rest[1:2] != "?":
            bare, at, depth = True, at + 1, depth + 1
        elif rest[0] == ")" and pattern[at - 1] not in "(|":
            bare, at, depth = False, at + 1, depth - 1
        elif rest[0] == "|" and depth and pattern[at - 1] not in "(|":
            bare, at = True, at + 1
        elif rest == "$":
            return None
        else:
            return _unlike(pattern, rest, depth)
    return None


def subscribed(pattern: str) -> str:
    """The pattern as Kafka is given it: the brokers match a whole name, and all others its beginning."""
    return pattern if pattern.endswith("$") else f"{pattern}.*"


def _atom(text: str) -> int:
    """The length of the one character, or choice of characters, that a text begins with; 0: it does not."""
    if text.startswith("\\."):
        return 2
    found = _CLASS.match(text) or _LITERAL.match(text)
    return 0 if found is None else len(found[0])


def _repeat(text: str) -> int:
    """The same of how often: `*`, `+`, `?`, `{2}`, `{2,}`, `{2,3}`."""
    if text[0] in "*+?":
        return 1
    found = _COUNT.match(text)
    if found is None or max(int(found[1]), int(found[2] or 0)) > _MOST_TIMES:
        return 0
    return len(found[0])


def _unlike(pattern: str, rest: str, depth: int) -> str:
    if rest[0] == "|" and not depth:
        return _told(pattern, "|", f"^({pattern[1:].removesuffix('$')})" + "$" * pattern.endswith("$"))
    what = rest[:3] if rest.startswith("(?") else rest[:2] if rest[0] == "\\" else rest[0]
    instead = _INSTEAD.get(what)
    return _told(pattern, what, "" if instead is None else pattern.replace(what, instead))


def _told(pattern: str, what: str, instead: str) -> str:
    said = f"{what!r} is not read alike by this program, Kafka's client and the brokers"
    if instead and instead != pattern and fault(instead) is None:
        return f"{said}; write {instead}"
    return f"{said}; they share names, '.', '\\.', [a-z0-9], (a|b), '*', '+', '?', {{2,3}}, and '$' at the end"
