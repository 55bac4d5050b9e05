"""What all readers of one route share beside the record."""

from __future__ import annotations

from dataclasses import dataclass, field

from consumer.mapping.moments import Zone
from consumer.mapping.surroundings import RouteSurroundings
from consumer.mapping.tables import Tables


@dataclass(frozen=True, slots=True)
class Shared:
    """What they share.

    Attributes:
        zone: the route's, of times that say none.
        tables: those that `lookup` looks into.
        around: what `_kafka` has of the record at hand.
    """

    zone: Zone = None
    tables: Tables = field(default_factory=dict)
    around: RouteSurroundings = field(default_factory=RouteSurroundings)


NOTHING_SHARED = Shared()
