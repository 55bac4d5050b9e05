"""What is wrong with one setting, in the words of who reads the file and not of who validates it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError

from consumer.config.model import Config

REQUIRED: Final = "is required"
IS_NO_NAME: Final = re.compile(r"\(\w+\)|\[key\]")
"""What in an error's place is no setting: which form of a union it is about, or that it is about the key itself."""

_WORDS: Final[Mapping[str, str]] = {
    "missing": REQUIRED,
    "invalid_key": "is no setting: the name of one is a text",
    "empty": "is empty: give it a value, or remove it",
    "model_type": "must have keys of its own below it",
    "dict_type": "must have keys of its own below it",
    "tuple_type": "must be a list",
    "string_type": "must be a text: put a number, or a word such as yes, in quotes",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one setting; `key` is its path in the file, empty for the file itself."""

    key: str
    message: str

    def __str__(self) -> str:
        return f"{self.key}: {self.message}" if self.key else self.message


def faults_of(error: ValidationError) -> Iterator[Fault]:
    """Each of pydantic's errors under its key as the file has it; none quotes the value, which may be a secret."""
    for each in error.errors(include_url=False, include_context=False):
        key = _key(each["loc"])
        yield Fault(key, _message(each, key))


def _key(location: tuple[int | str, ...]) -> str:
    key = ""
    for part in location:
        if isinstance(part, int):
            key += f"[{part}]"
        elif not IS_NO_NAME.fullmatch(part):
            key += f".{part}" if key else part
    return key


def _message(error: Any, key: str) -> str:
    kind = error["type"]
    if kind == "extra_forbidden":
        return "is no setting" + _hint(key)
    if kind == "string_type" and isinstance(error["input"], list | dict):
        return "must be one text"
    if error["input"] is None and kind != "invalid_key":
        kind = "empty"
    if kind in _WORDS:
        return _WORDS[kind]
    message: str = error["msg"].removeprefix("Value error, ").removeprefix("Input ").removeprefix("String ")
    return message[:1].lower() + message[1:]


def _hint(key: str) -> str:
    """The setting that was probably meant: one of the same section, or of another, by its whole key."""
    *above, name = re.sub(r"\[\d+\]", "[]", key).split(".")
    section = ".".join(above)
    if near := get_close_matches(name, _SETTINGS.get(section, ()), n=1):
        return f"; did you mean {near[0]}?"
    elsewhere = {each: f"{place}.{each}" for place, names in _SETTINGS.items() if place for each in names}
    near = get_close_matches(name, elsewhere, n=1, cutoff=0.8)
    return f"; did you mean {elsewhere[near[0]]}?" if near else ""


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
