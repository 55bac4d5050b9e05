"""What is wrong with a document, by its keys; and pydantic's errors made into that, in words for its reader."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from pydantic import ValidationError
from pydantic_core import ErrorDetails


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with one key.

    Attributes:
        key: its path in the document, empty for the document itself.
    """

    key: str
    message: str

    def __str__(self) -> str:
        return f"{self.key}: {self.message}" if self.key else self.message


@dataclass(frozen=True, slots=True)
class Wording:
    """How pydantic's errors are told to those who write one kind of document.

    Attributes:
        sentences: by the error's kind; what is in braces is filled in from its context. Others keep pydantic's words.
        no_key: what in an error's place is no key: which form of a union is meant, or that a key itself is.
        index: how the number of a list's element stands in a key.
        kind: an error's kind, where pydantic's own is too coarse.
        hint: what is added to the sentence of an error, of which the key is given too.
    """

    sentences: Mapping[str, str]
    no_key: re.Pattern[str]
    index: str = "[{}]"
    kind: Callable[[ErrorDetails], str] = lambda error: error["type"]
    hint: Callable[[ErrorDetails, str], str] = lambda _error, _key: ""


def findings_of(error: ValidationError, wording: Wording) -> Iterator[Finding]:
    """Each of pydantic's errors, under its key in the document; none quotes the value, which may be a secret."""
    for each in error.errors(include_url=False):
        key = _key(each["loc"], wording)
        yield Finding(key, _sentence(each, wording) + wording.hint(each, key))


def _key(location: tuple[int | str, ...], wording: Wording) -> str:
    key = ""
    for part in location:
        if isinstance(part, int):
            key += wording.index.format(part)
        elif not wording.no_key.fullmatch(part):
            key += f".{part}" if key else part
    return key


def _sentence(error: ErrorDetails, wording: Wording) -> str:
    sentence = wording.sentences.get(wording.kind(error))
    if sentence is not None:
        return sentence.format(**error.get("ctx", {}))
    message = error["msg"].removeprefix("Value error, ").removeprefix("Input ").removeprefix("String ")
    return message[:1].lower() + message[1:]
