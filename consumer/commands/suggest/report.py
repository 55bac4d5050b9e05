"""What is suggested for a topic, as text: a route for each record type, and what could not be had."""

from __future__ import annotations

from collections.abc import Iterator

from consumer.commands.suggest.building import suggestions_of
from consumer.commands.suggest.checking import settle
from consumer.commands.suggest.sources import TopicContents
from consumer.commands.suggest.writing import comment, written


def routes_of(contents: TopicContents, *, rest_api: bool = False) -> str:
    """YAML: elements of `routes`, and comments; `rest_api`: whether Bluecore's REST APIs are configured."""
    return "".join(_parts(contents, rest_api=rest_api))


def _parts(contents: TopicContents, *, rest_api: bool) -> Iterator[str]:
    for problem in contents.problems:
        yield "\n".join(["", *comment(f"{contents.topic}: {problem}"), ""])
    for name, schemas in contents.types.items():
        records, only_type = contents.records.get(name, []), len(contents.types) == 1
        for made in suggestions_of(contents.topic, schemas, records, only_type=only_type, rest_api=rest_api):
            yield written(made, settle(made, schemas))
