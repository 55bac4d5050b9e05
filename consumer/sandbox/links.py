"""Which e-mail an id stands for in a namespace: what the `identify` events there have said."""

from __future__ import annotations

from collections.abc import Container
from typing import Final, NamedTuple

from consumer.sandbox.bounded import BoundedMapping, short_name

_BETWEEN: Final = "\0"
"""Between the namespace and the id."""


class Ended(NamedTuple):
    """A link that is no more."""

    namespace: str
    identifier: str
    email: str


class Links:
    """Of at most `most` ids and about `most_bytes`."""

    def __init__(self, most: int, most_bytes: int) -> None:
        self._emails: BoundedMapping[str] = BoundedMapping(most, most_bytes)

    @property
    def size(self) -> int:
        """About the bytes of memory that the links hold."""
        return self._emails.size

    def within(self, namespace: str) -> Container[str]:
        """The ids that are linked there."""
        return _Within(self, namespace)

    def email_of(self, namespace: str, identifier: str) -> str | None:
        return self._emails.get(_key(namespace, identifier))

    def link(self, namespace: str, identifier: str, email: str) -> list[Ended]:
        """Let an id stand for an e-mail from now on.

        Returns:
            The links that are no more: this id's former one, and those that were forgotten.
        """
        key = _key(namespace, identifier)
        before = self._emails.get(key)
        self._emails.drop(key)
        ended = self._emails.put(key, email)
        former = [(key, before)] if before not in (None, email) else []
        return [_ended(*each) for each in (*former, *ended)]


class _Within:
    def __init__(self, links: Links, namespace: str) -> None:
        self._links = links
        self._namespace = namespace

    def __contains__(self, identifier: object) -> bool:
        return isinstance(identifier, str) and self._links.email_of(self._namespace, identifier) is not None


def _ended(key: str, email: str) -> Ended:
    namespace, _, identifier = key.partition(_BETWEEN)
    return Ended(namespace, identifier, email)


def _key(namespace: str, identifier: str) -> str:
    return f"{short_name(namespace)}{_BETWEEN}{short_name(identifier)}"
