"""Which ids are already linked to an e-mail, as far as this process knows."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable

CAPACITY = 100_000


class LinkCache:
    """Remembers the links of the ids seen last, so that each `identify` is sent once and not with every event.

    Only a cache: one that is lost, or an id that was pushed out, repeats an `identify`, which Bluecore bears.
    For one thread.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._links: OrderedDict[str, tuple[str, Hashable]] = OrderedDict()

    def claim(self, distinct_id: str, email: str, record: Hashable) -> bool:
        """Whether this record is the one to carry the link.

        It stays that record's own: mapped again after a failure, it becomes the same requests again. An id that
        moves to another e-mail, as a shared device does, is linked anew.
        """
        known, owner = self._links.get(distinct_id, (None, None))
        if known == email:
            self._links.move_to_end(distinct_id)
            return owner == record
        self._links[distinct_id] = (email, record)
        self._links.move_to_end(distinct_id)
        if len(self._links) > self._capacity:
            self._links.popitem(last=False)
        return True

    def __len__(self) -> int:
        return len(self._links)
