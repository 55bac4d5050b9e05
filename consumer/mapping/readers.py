"""Readers: how the value of one of Bluecore's fields gets out of a record, worked out once for each route."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from consumer.config.route import FieldConfig
from consumer.mapping.convert import converter
from consumer.mapping.errors import InvalidValueError, LeftOut, RefusedError, leave_out
from consumer.mapping.nearest import with_nearest
from consumer.mapping.paths import Get, compile_path
from consumer.mapping.reads import Names, names_in
from consumer.mapping.shared import NOTHING_SHARED, Shared
from consumer.mapping.values import field_value, is_blank

Accept = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Reader:
    """One field of Bluecore's, as a record gives it: found, converted, and held against its rule.

    Attributes:
        names: the fields of the record that `get` looks at; None: any.
        tries: the keys of the plain paths that `get` follows, one after the other until there is a value; none where
            it computes one.
    """

    field: str
    get: Get
    accept: Accept
    hint: str
    names: Names = None
    tries: tuple[tuple[str, ...], ...] = ()

    def read(self, record: Any) -> Any:
        """The value as JSON, or None when there is none.

        Raises:
            RefusedError: there is one that breaks the field's rule.
        """
        try:
            found = self.get(record)
            return None if found is None else self.accept(found)
        except InvalidValueError as rule:
            raise RefusedError.invalid(self.field, rule, self.hint) from None

    def read_optional(self, record: Any, left_out: LeftOut) -> Any:
        """The same, of a field that may be left out, and may be read twice.

        Raises:
            RefusedError: there is one that breaks the field's rule, and nothing may be left out.
        """
        try:
            return self.read(record)
        except RefusedError as refused:
            if left_out is None:
                raise
            if all(each.field != refused.field for each in left_out):
                left_out.append(refused)
            return None

    def require(self, record: Any) -> Any:
        """The same, for a field that must be there.

        Raises:
            RefusedError: it is not, or breaks its rule.
        """
        try:
            found = self.get(record)
            value = None if found is None else self.accept(found)
        except InvalidValueError as rule:
            raise RefusedError.invalid(self.field, rule, self.hint) from None
        if value is None:
            raise RefusedError.missing(self.field, self.hint)
        return value


def read_into(target: dict[str, Any], readers: Sequence[Reader], record: Any, left_out: LeftOut = None) -> None:
    """Adds the fields that have a value, in the order of the readers.

    Args:
        target: where to.
        readers: of the fields.
        record: the record.
        left_out: takes those that break their rules.

    Raises:
        RefusedError: one breaks its field's rule, and nothing may be left out.
    """
    for each in readers:
        try:
            found = each.get(record)
            if found is not None and (value := each.accept(found)) is not None:
                target[each.field] = value
        except InvalidValueError as rule:
            leave_out(left_out, each.field, rule, each.hint)


def read_required(target: dict[str, Any], readers: Sequence[Reader], record: Any) -> None:
    """Adds fields of which none may be missing.

    Raises:
        RefusedError: one is missing, or breaks its field's rule.
    """
    for each in readers:
        try:
            found = each.get(record)
            value = None if found is None else each.accept(found)
        except InvalidValueError as rule:
            raise RefusedError.invalid(each.field, rule, each.hint) from None
        if value is None:
            raise RefusedError.missing(each.field, with_nearest(each.hint, each.names, record))
        target[each.field] = value


def reader(
    field: str,
    mapped: str | FieldConfig | None,
    own_names: Sequence[str] = (),
    accept: Accept = field_value,
    shared: Shared = NOTHING_SHARED,
) -> Reader:
    """The reader of a field: by the path that the route maps, else under the first of its own names with a value.

    `shared` is what the route's readers look at beside the record.
    """
    if mapped is None:
        tries = tuple(tuple(name.split(".")) for name in own_names)
        names = frozenset(first for first, *_ in tries)
        return Reader(field, _first(own_names), accept, f"looked for {', '.join(own_names)}", names, tries)
    path = compile_path(mapped if isinstance(mapped, str) else mapped.path, shared)
    convert = None if isinstance(mapped, str) else converter(mapped, shared.zone)
    if convert is not None:
        accept = _composed(convert, accept)
    tries = (path.keys,) if path.keys else ()
    return Reader(field, path.get, accept, f"path {path.expression}", names_in(path.tree), tries)


def _first(names: Sequence[str]) -> Get:
    """The first of a field's own names with a value; every field that a route does not map goes through here."""
    if not any("." in name for name in names):
        return _first_key(names)
    section, _, name = names[-1].partition(".")
    if names[:-1] == (name,):
        return _at_the_top_or_inside(name, section)
    gets = [compile_path(name).get for name in names]

    def get(record: Any) -> Any:
        for each in gets:
            found = each(record)
            if found is not None and found != "":
                return found
        return None

    return get


def _first_key(names: Sequence[str]) -> Get:
    if len(names) == 1:
        (only,) = names

        def get_only(record: Any) -> Any:
            found = record.get(only)
            return None if found == "" else found

        return get_only

    def get(record: Any) -> Any:
        for name in names:
            found = record.get(name)
            if found is not None and found != "":
                return found
        return None

    return get


def _at_the_top_or_inside(name: str, section: str) -> Get:
    """`email`, `customer.email`: every event looks for this one."""

    def get(record: Any) -> Any:
        found = record.get(name)
        if found is None or found == "":
            inside = record.get(section)
            return inside.get(name) if isinstance(inside, dict) else None
        return found

    return get


def _composed(convert: Accept, accept: Accept) -> Accept:
    def converted(value: Any) -> Any:
        if is_blank(value):
            return None
        found = convert(value)
        return None if found is None else accept(found)

    return converted
