"""The shipped rules with every window shorter by one factor, so that an hour fits into minutes."""

from __future__ import annotations

import re
from typing import Any, Final

from consumer.telemetry.metrics import AGE_BUCKETS

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_WINDOW: Final = re.compile(r"\[(\d+)([smhd])\]|\boffset (\d+)([smhd])")
_BACKLOG: Final = re.compile(r"> 1000\b")
_OF_DAYS: Final = frozenset({"BluecoreEventsFailSlowly", "BluecoreEventsLateSlowly"})
_LATE: Final = re.compile(r'le="([\d.]+)"')
_OF_A_START: Final = re.compile(r"\bup\b")
_START_SECONDS: Final = 15
"""No start is shorter for the sake of the lab: what waits for one waits for so long, at least."""


def scaled(groups: list[dict[str, Any]], factor: float) -> dict[str, Any]:
    """The rules as Prometheus takes them, with ranges, offsets and `for` divided.

    So is what counts as late, and how many records are a backlog; all other thresholds stay. Alerts whose windows are
    days are left out: they would outlast the lab.

    Args:
        groups: as they are shipped.
        factor: by which time goes faster.
    """
    return {
        "groups": [
            {
                **group,
                "interval": "1s",
                "rules": [_rule(rule, factor) for rule in group["rules"] if rule.get("alert") not in _OF_DAYS],
            }
            for group in groups
        ]
    }


def _rule(rule: dict[str, Any], factor: float) -> dict[str, Any]:
    expression = _LATE.sub(lambda found: _bucket(found, factor), _windows(rule["expr"], factor))
    changed = {**rule, "expr": _BACKLOG.sub(f"> {1000 / factor:.0f}", expression)}
    if "for" in rule:
        least = _START_SECONDS if "alert" in rule and _OF_A_START.search(rule["expr"]) else 1
        changed["for"] = _shorter(rule["for"], factor, least=1000 * least)
    return changed


def _windows(expression: str, factor: float) -> str:
    def shorter(found: re.Match[str]) -> str:
        if found[1]:
            return f"[{_shorter(found[1] + found[2], factor)}]"
        return f"offset {_shorter(found[3] + found[4], factor)}"

    return _WINDOW.sub(shorter, expression)


def _shorter(duration: str, factor: float, least: int = 3000) -> str:
    """In milliseconds; a range has two scrapes at least, which are a second apart."""
    seconds = int(duration[:-1]) * _UNITS[duration[-1]]
    return f"{max(least if seconds else 0, round(1000 * seconds / factor))}ms"


def _bucket(found: re.Match[str], factor: float) -> str:
    """The nearest bucket that there is."""
    wanted = float(found[1]) / factor
    return f'le="{min(AGE_BUCKETS, key=lambda each: (abs(each - wanted), -each)):.1f}"'
