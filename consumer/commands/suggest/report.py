"""What is suggested for a topic, as text: a route for each record type, and what could not be had."""

from __future__ import annotations

from collections.abc import Iterator

from consumer.commands.suggest.building import suggestion_of
from consumer.commands.suggest.checking import settle
from consumer.commands.suggest.sources import TopicContents
from consumer.commands.suggest.writing import comment, written


def routes_of(contents: TopicContents) -> str:
    """YAML: elements of `routes`, and comments."""
    return "".join(_parts(contents))


def _parts(contents: TopicContents) -> Iterator[str]:
    for problem in contents.problems:
        yield "\n".join(["", *comment(f"{contents.topic}: {problem}"), ""])
    for name, schemas in contents.types.items():
        made = suggestion_of(
            contents.topic, schemas, contents.records.get(name, []), only_type=len(contents.types) == 1
        )
        yield written(made, settle(made, schemas))
