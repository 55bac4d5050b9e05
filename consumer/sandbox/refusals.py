"""Refused events that are refused for the same reasons: one group of them, however many they are."""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import Any, Final

from consumer.sandbox.received import Received

_MOST: Final = 100
"""Groups: those of which no event came for longest make room."""
_PLACE: Final = re.compile(r"\[\d+\]")

Reasons = tuple[tuple[str, str], ...]


class Refusals:
    """By event type and reasons: how many, and the number of the newest."""

    def __init__(self) -> None:
        self._groups: OrderedDict[tuple[str, Reasons], tuple[int, int]] = OrderedDict()

    def add(self, received: Received) -> None:
        """Count a refused event."""
        reasons = ((_PLACE.sub("[]", found.field), found.message) for found in received.findings)
        group = received.event, tuple(dict.fromkeys(reasons))
        count, _ = self._groups.pop(group, (0, 0))
        self._groups[group] = count + 1, received.number
        if len(self._groups) > _MOST:
            self._groups.popitem(last=False)

    def listed(self) -> list[dict[str, Any]]:
        """The groups, the largest first."""
        groups = sorted(self._groups.items(), key=lambda group: group[1], reverse=True)
        return [
            {
                "event": event,
                "count": count,
                "newest": newest,
                "reasons": [{"field": field, "message": message} for field, message in reasons],
            }
            for (event, reasons), (count, newest) in groups
        ]
