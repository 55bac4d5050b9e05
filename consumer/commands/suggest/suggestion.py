"""A suggested route, before it is text: what it maps, and what a reader should think about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from consumer.commands.suggest.events import EventGuess
from consumer.config.route import FieldConfig

UNKNOWN: Final = "??"
"""What only a person can say: no configuration with it is accepted."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """A field of the route, the path of the value that it is made of, and what is to be said beside it."""

    source: str | FieldConfig
    path: str
    note: str = ""


@dataclass(slots=True)
class Suggestion:
    """A route of one record type of a topic.

    Attributes:
        record: the type's full name; None where the topic has but one.
        event: None: nothing speaks for any.
        deciding: of an undecided event, the paths of the values that may decide it, and what each may be.
        missing: what the event needs and was not found.
        conditions: `when` lines to think about, each with why.
        hints: other options to think about: the key, a value, and why.
        withheld: paths that are personal data of which Bluecore has no field.
        unused: paths of everything else that is not sent.
        notes: what else a reader should know.
        to_decide: why it is a comment, though nothing is missing: what a person has to do or to say.
    """

    topic: str
    record: str | None
    event: EventGuess | None
    fields: dict[str, Mapped] = field(default_factory=dict)
    attributes: dict[str, Mapped] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    deciding: list[tuple[str, tuple[bool | int | str, ...]]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    conditions: list[tuple[str, str]] = field(default_factory=list)
    hints: list[tuple[str, Any, str]] = field(default_factory=list)
    withheld: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    to_decide: str = ""

    def paths(self) -> set[str]:
        """Those that it reads."""
        read = {each.path for each in self.fields.values()}
        if self.event is not None and self.event.choice is not None:
            read.add(self.event.choice.path)
        return read
