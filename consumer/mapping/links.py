"""Which ids are already linked to an e-mail, as far as this process knows."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from hashlib import blake2b

from consumer.records import EventRequest

Links = dict[tuple[str, str, str], EventRequest | None]
"""The links that one record shows, by id, e-mail and destination: the `identify` to send ahead, or None where an
event of the record is itself one."""
Claim = Callable[[str, str], bool]
"""Asked with an id and an e-mail: whether this record is the one to carry their link."""

CAPACITY = 100_000
ENTRY_BYTES = 300
"""About what a link takes, however long its id is: 30 MB in all [measured]."""


class LinkCache:
    """Remembers the links of the ids seen last, so that each `identify` is sent once and not with every event.

    An id and an e-mail may be of any length, and so may what names a record: digests of them are kept.
    Only a cache: one that is lost, or an id that was pushed out, repeats an `identify`, which Bluecore bears.
    What remembers it is that a record was mapped, not that Bluecore took it: a record that fails takes its link
    along to the retry or dead-letter topic, and brings it back when it is redelivered or replayed. Those after it
    go without meanwhile, so that an `identify` that Bluecore rejects costs one record and not all of its customer's;
    the next process tries it again. For one thread.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._links: OrderedDict[bytes, tuple[bytes, int]] = OrderedDict()

    def claim(self, distinct_id: str, email: str, record: Hashable) -> bool:
        """Whether this record is the one to carry the link; asked when all of the record is known to be sendable.

        It stays that record's own: mapped again after a failure, it becomes the same requests again. An id that
        moves to another e-mail, as a shared device does, is linked anew; an address in another case is no other.
        """
        one, to = _digest(distinct_id), _digest(email.lower())
        known, owner = self._links.get(one, (None, None))
        if known == to:
            self._links.move_to_end(one)
            return owner == hash(record)
        self._links[one] = (to, hash(record))
        self._links.move_to_end(one)
        if len(self._links) > self._capacity:
            self._links.popitem(last=False)
        return True

    def __len__(self) -> int:
        return len(self._links)


def _digest(text: str) -> bytes:
    return blake2b(text.encode(errors="surrogatepass"), digest_size=16).digest()


def claimed_links(links: Links, claim: Claim) -> list[EventRequest]:
    """The `identify` requests that go ahead of a record's own events: those that the record is to carry."""
    return [
        identify
        for (one, email, destination), identify in links.items()
        # An id is linked in each namespace for itself.
        if claim(f"{destination}\0{one}" if destination else one, email) and identify is not None
    ]
