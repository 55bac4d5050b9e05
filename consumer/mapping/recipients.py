"""Who may get events at all: on a first day, the retailer's own people."""

from __future__ import annotations

from collections.abc import Callable, Sequence


class Recipients:
    """Addresses, and domains whose every address counts; in either case of letters.

    Attributes:
        on_withheld: is told of how many events were for somebody else, or for nobody whose e-mail is known.
    """

    def __init__(self, only_emails: Sequence[str]) -> None:
        """`only_emails`: addresses, and domains with or without an @ before them."""
        entries = {each.lower() for each in only_emails}
        self._addresses = frozenset(each for each in entries if "@" in each.lstrip("@"))
        self._domains = frozenset(each.lstrip("@") for each in entries - self._addresses)
        self.on_withheld: Callable[[int], object] = lambda _: None

    def takes(self, customer: str) -> bool:
        """Whether the customer may get events; an id that is no e-mail may not."""
        address = customer.lower()
        _, at, domain = address.rpartition("@")
        return bool(at) and (address in self._addresses or domain in self._domains)
