"""pydantic's errors in the words of who reads the configuration file and not of who validates it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from consumer.config.findings import Finding, Wording, findings_of
from consumer.config.model import Config
from consumer.suggestions import nearest

REQUIRED: Final = "is required"
NO_KEY: Final = re.compile(r"\(\w+\)|\[key\]")
"""What in an error's place is no setting: which form of a union it is about, or that it is about the key itself."""

_LIKELY_ELSEWHERE: Final = 0.8
_OF_NO_VALUE: Final = frozenset(("invalid_key", "extra_forbidden", "missing"))
"""Kinds of errors that are not about a value."""


def setting_findings(error: ValidationError) -> Iterator[Finding]:
    """What is wrong with the settings, each under its key as the file has it."""
    return findings_of(error, _WORDING)


def _kind(error: ErrorDetails) -> str:
    kind = error["type"]
    if kind == "string_type" and isinstance(error["input"], list | dict):
        return "not_one_text"
    ours = error["msg"].startswith(f"Value error, {REQUIRED}")  # says what to give
    return "empty" if error["input"] is None and not ours and kind not in _OF_NO_VALUE else kind


def _hint(error: ErrorDetails, key: str) -> str:
    """The setting that was probably meant: one of the same section, or of another, by its whole key."""
    if error["type"] != "extra_forbidden":
        return ""
    *above, name = re.sub(r"\[\d+\]", "[]", key).split(".")
    # What has a name of its own in the file, such as a table, is of the section above it.
    known = _SETTINGS.get(".".join(above)) or _SETTINGS.get(".".join(above[:-1]), ())
    meant = nearest(name, known)
    if meant is None:
        elsewhere = {each: f"{place}.{each}" for place, names in _SETTINGS.items() if place for each in names}
        meant = elsewhere.get(nearest(name, elsewhere, _LIKELY_ELSEWHERE) or "")
    return f"; did you mean {meant}?" if meant else ""


def _settings(model: type[BaseModel], place: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    """The names of every section, by its key; a route's is `routes[]`."""
    names = {field.alias or name: field for name, field in model.model_fields.items()}
    yield place, tuple(names)
    for name, field in names.items():
        below = f"{place}.{name}" if place else name
        for inner, many in _models(field.annotation):
            yield from _settings(inner, below + "[]" * many)


def _models(annotation: Any, *, many: bool = False) -> Iterator[tuple[type[BaseModel], bool]]:
    """The sections that a setting may be, and whether it is a list of them."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation, many
        return
    for inner in get_args(annotation):
        yield from _models(inner, many=many or getattr(annotation, "__origin__", None) is tuple)


_SETTINGS: Mapping[str, tuple[str, ...]] = dict(_settings(Config))
_WORDING = Wording(
    sentences={
        "extra_forbidden": "is no setting",
        "missing": REQUIRED,
        "invalid_key": "is no setting: the name of one is a text",
        "empty": "is empty: give it a value, or remove it",
        "model_type": "must have keys of its own below it",
        "dict_type": "must have keys of its own below it",
        "tuple_type": "must be a list",
        "string_type": "must be a text: put a number, or a word such as yes, in quotes",
        "not_one_text": "must be one text",
    },
    no_key=NO_KEY,
    kind=_kind,
    hint=_hint,
)
