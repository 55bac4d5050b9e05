"""Who may get events at all: on a first day, the retailer's own people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple


class Namespace(NamedTuple):
    """What mapping needs of a destination.

    Attributes:
        token: `properties.token` of its events.
        only_emails: the addresses and domains of those who get events there; empty: everybody does.
    """

    token: str
    only_emails: tuple[str, ...] = ()


class Recipients:
    """Addresses, and domains whose every address counts, by destination; in either case of letters.

    Attributes:
        on_withheld: is told of how many events were for somebody else, or for nobody whose e-mail is known.
    """

    def __init__(self, only_emails: Mapping[str, Sequence[str]]) -> None:
        """`only_emails`: by destination, addresses, and domains with or without an @; others are open to all."""
        self._listed = {name: _entries(each) for name, each in only_emails.items()}
        self.on_withheld: Callable[[int], object] = lambda _: None

    def takes(self, customer: str, destination: str) -> bool:
        """Whether the customer may get events there; where not everybody may, an id that is no e-mail may not."""
        listed = self._listed.get(destination)
        if listed is None:
            return True
        address = customer.lower()
        _, at, domain = address.rpartition("@")
        return bool(at) and (address in listed or f"@{domain}" in listed)


def _entries(only_emails: Sequence[str]) -> frozenset[str]:
    """Addresses, and domains behind an @."""
    return frozenset(each.lower() if "@" in each else f"@{each.lower()}" for each in only_emails)
