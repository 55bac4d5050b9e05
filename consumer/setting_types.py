"""The kinds of values that settings have, each with what is said of one that is none."""

from __future__ import annotations

import re
from typing import Annotated, Any

import jmespath
from jmespath.exceptions import JMESPathError
from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator


def _compiles(path: str) -> str:
    try:
        jmespath.compile(path)
    except (JMESPathError, RecursionError) as error:
        what = " ".join(re.sub(r"^\w+ jmespath expression: ", "", str(error)).rstrip(" ^").split())
        raise ValueError(f"is no JMESPath expression: {what}") from None
    return path


def _http_url(url: str) -> str:
    if not re.match(r"https?://[^/\s]+", url):
        raise ValueError("must be an http:// or https:// address")
    return url.rstrip("/")


def _not_ours(option: str) -> str:
    if option in {"bootstrap.servers", "group.id", "enable.auto.commit", "enable.auto.offset.store"}:
        raise ValueError("is set by the service, not here")
    return option


def _scalar(value: Any) -> str | int | float | bool:
    if not isinstance(value, str | int | float | bool):
        raise ValueError("must be a text, a number, or true or false")  # noqa: TRY004 - pydantic takes ValueErrors
    return value


def _choice(value: Any) -> bool | int | str:
    if not isinstance(value, bool | int | str):
        raise ValueError("must be true, false, a whole number or a text")  # noqa: TRY004 - pydantic takes ValueErrors
    return value


def _anchored(pattern: str) -> str:
    if not pattern.startswith("^"):
        raise ValueError("must begin with ^: without it, Kafka takes it for the name of one topic")
    return pattern


def _topic(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,249}", name):
        raise ValueError("is no topic's name: up to 249 letters, digits, dots, dashes and underscores")
    return name


def _no_flag(value: Any) -> Any:
    """Python takes true for 1."""
    if isinstance(value, bool):
        raise ValueError("must be a number")  # noqa: TRY004 - pydantic takes ValueErrors
    return value


def form(value: Any) -> str:
    """Which of a union's two forms is meant, so that a fault is told of that one alone."""
    return "(text)" if isinstance(value, str | int | float | bool) else "(section)"


Path = Annotated[str, Field(min_length=1), AfterValidator(_compiles)]
Scalar = Annotated[str | int | float | bool, PlainValidator(_scalar)]
KafkaOption = Annotated[str, AfterValidator(_not_ours)]
Choice = Annotated[bool | int | str, PlainValidator(_choice)]
HttpUrl = Annotated[str, AfterValidator(_http_url)]
Number = Annotated[float, BeforeValidator(_no_flag)]
Integer = Annotated[int, BeforeValidator(_no_flag)]
Count = Annotated[Integer, Field(ge=1)]
Seconds = Annotated[Number, Field(ge=0, allow_inf_nan=False)]
Positive = Annotated[Number, Field(gt=0, allow_inf_nan=False)]
HttpStatus = Annotated[Integer, Field(ge=100, le=599)]
TopicPattern = Annotated[str, AfterValidator(_anchored)]
Topic = Annotated[str, AfterValidator(_topic)]
