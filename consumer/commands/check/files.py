"""The schemas of routes in files: those that a route names itself, and those of a folder that names no topics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from consumer.avro.files import SchemaFile
from consumer.commands.check.likeness import resembles_event, resembles_topic, without_suffixes
from consumer.commands.check.search import SearchResult, by_record, key_shape, no_record, of_record
from consumer.commands.typecheck.routes import SchemaVersion
from consumer.commands.typecheck.shapes import Shape
from consumer.config.route import RouteConfig

_KEY = "-key"
_Like = Callable[[str, RouteConfig], bool]


class RouteFiles:
    """The files of `schema`: what the values of a topic are written with."""

    def __init__(self, files: Iterable[SchemaFile]) -> None:
        by_path = {file.path: file for file in files}
        count = Counter(path.name for path in by_path)
        self._labelled = [
            (path.name if count[path.name] == 1 else str(path), file.schema) for path, file in by_path.items()
        ]

    def for_route(self, route: RouteConfig) -> SearchResult:
        pairs = (pair for label, schema in self._labelled for pair in by_record(label, schema))
        return of_record(route, pairs, "the route's `schema`", "the route's `schema`")


class FolderSchemas:
    """A folder: a route finds its schema by its record, by a like name, or else by the best fit.

    Several files may define one type: they are versions of it, and records of each may be in the topic.
    """

    def __init__(self, files: Sequence[SchemaFile], routes: Sequence[RouteConfig]) -> None:
        self._routes = routes
        self._files = files
        self._types: dict[str, list[SchemaVersion]] = {}
        self._names: dict[str, set[str]] = {}
        for file in files:
            for name, version in by_record(file.path.name, file.schema):
                self._types.setdefault(name, []).append(version)
                self._names.setdefault(name, {name})
                if file.schema.record is not None:
                    self._names[name].add(without_suffixes(file.path.stem))

    def key_of(self, route: RouteConfig) -> Shape | None:
        """See `Schemas.key_of`; the file is named like the subject."""
        if route.key_format != "avro":
            return None
        return key_shape(
            file.schema
            for file in self._files
            if file.path.stem.endswith(_KEY) and route.takes(file.path.stem.removesuffix(_KEY))
        )

    def for_route(self, route: RouteConfig) -> SearchResult:
        if route.record is not None:
            if route.record not in self._types:
                return no_record(route.record, list(self._types), "the folder")
            return self._found([route.record], "the record that the route names")
        for like, how in _LIKENESSES.items():
            names = self._alike(route, like)
            if names:
                return self._found(names, how)
        if len(self._types) == len(self._routes) == 1:
            return self._found(self._types, "the only schema, for the only route")
        claimed = {name for other in self._routes if other is not route for name in self._claimed(other)}
        left = [name for name in self._types if name not in claimed]
        if left:
            return self._found(
                left, "no schema is named like the topic or the event, and this one fits best", guess=True
            )
        return SearchResult(
            missing="the folder's schemas are named like other routes' topics and events: "
            "name the route's with `record`, or leave `--schemas` out to ask the registry"
        )

    def _found(self, names: Iterable[str], how: str, *, guess: bool = False) -> SearchResult:
        return SearchResult(tuple(tuple(self._types[name]) for name in names), how, guess)

    def _alike(self, route: RouteConfig, like: _Like) -> list[str]:
        return [name for name, names in self._names.items() if any(like(each, route) for each in names)]

    def _claimed(self, route: RouteConfig) -> list[str]:
        if route.record is not None:
            return [route.record]
        return [name for like in _LIKENESSES for name in self._alike(route, like)]


_LIKENESSES: Mapping[_Like, str] = {resembles_topic: "named like the topic", resembles_event: "named like the event"}
