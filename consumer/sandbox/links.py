"""Which e-mail an id stands for: what the `identify` events have said."""

from __future__ import annotations

from consumer.sandbox.bounded import BoundedMapping, short_name


class Links:
    """A container of the linked ids, of at most `most` of them and about `most_bytes`."""

    def __init__(self, most: int, most_bytes: int) -> None:
        self._emails: BoundedMapping[str] = BoundedMapping(most, most_bytes)

    def __contains__(self, identifier: object) -> bool:
        return isinstance(identifier, str) and short_name(identifier) in self._emails

    @property
    def size(self) -> int:
        """About the bytes of memory that the links hold."""
        return self._emails.size

    def email_of(self, identifier: str) -> str | None:
        return self._emails.get(short_name(identifier))

    def link(self, identifier: str, email: str) -> list[tuple[str, str]]:
        """Let an id stand for an e-mail from now on.

        Returns:
            The links that are no more, as id and e-mail: this id's former one, and those that were forgotten.
        """
        identifier = short_name(identifier)
        before = self._emails.get(identifier)
        self._emails.drop(identifier)
        ended = self._emails.put(identifier, email)
        return [(identifier, before), *ended] if before not in (None, email) else ended
