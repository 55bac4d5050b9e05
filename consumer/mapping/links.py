"""Which ids are already linked to an e-mail, as far as this process knows."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable

from consumer.records import EventRequest

Links = dict[tuple[str, str], EventRequest | None]
"""The links that one record shows, by id and e-mail: the `identify` to send ahead, or None where an event of the
record is itself one."""
Claim = Callable[[str, str], bool]
"""Asked with an id and an e-mail: whether this record is the one to carry their link."""

CAPACITY = 100_000


class LinkCache:
    """Remembers the links of the ids seen last, so that each `identify` is sent once and not with every event.

    Only a cache: one that is lost, or an id that was pushed out, repeats an `identify`, which Bluecore bears.
    What remembers it is that a record was mapped, not that Bluecore took it: a record that fails takes its link
    along to the retry or dead-letter topic, and brings it back when it is redelivered or replayed. Those after it
    go without meanwhile, so that an `identify` that Bluecore rejects costs one record and not all of its customer's;
    the next process tries it again. For one thread.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._links: OrderedDict[str, tuple[str, Hashable]] = OrderedDict()

    def claim(self, distinct_id: str, email: str, record: Hashable) -> bool:
        """Whether this record is the one to carry the link; asked when all of the record is known to be sendable.

        It stays that record's own: mapped again after a failure, it becomes the same requests again. An id that
        moves to another e-mail, as a shared device does, is linked anew; an address in another case is no other.
        """
        email = email.lower()
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


def claimed_links(links: Links, claim: Claim) -> list[EventRequest]:
    """The `identify` requests that go ahead of a record's own events: those that the record is to carry."""
    return [identify for (one, email), identify in links.items() if claim(one, email) and identify is not None]
