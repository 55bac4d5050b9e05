"""What every type of schema registry can be asked, whatever protocol it speaks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from consumer.avro.protocol import RegisteredSchema
from consumer.avro.schema_ids import SchemaId


class Registry(Protocol):
    """A client of one registry. Synchronous.

    No answer, or one that says nothing of what was asked for, is an outage, however the registry or something before
    it words it: every call may raise RegistryUnavailable. Answers have a limit of bytes and of time, all together.
    """

    @property
    def address(self) -> str:
        """Where the registry is, for messages: without credentials."""
        ...

    def schema(self, schema_id: SchemaId) -> RegisteredSchema:
        """The schema of an id that a record may name.

        Raises:
            SchemaUnknown: the registry has no such id.
        """
        ...

    def schema_of(self, subject: str, version: int | str = ..., *, deleted: bool = ...) -> RegisteredSchema:
        """One version of a subject; with `deleted`, also one that was deleted softly.

        Raises:
            SchemaUnknown: there is no such subject or version.
        """
        ...

    def subjects(self) -> list[str] | None:
        """The names under which there are schemas; None where a registry answers, and cannot list them."""
        ...

    def versions(self, subject: str) -> Sequence[int | str]:
        """The versions of a subject, the oldest first.

        Raises:
            SchemaUnknown: there is no such subject.
        """
        ...

    def close(self) -> None:
        """Give the connections back."""
        ...
