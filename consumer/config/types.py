"""The kinds of values that settings have, each with what is said of one that is none; and what a section is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, SecretStr

from consumer.config.addresses import addresses_in
from consumer.config.path_syntax import syntax_error
from consumer.config.topic_patterns import fault
from consumer.config.yaml_scalars import Ambiguous, as_helm_reads
from consumer.suggestions import did_you_mean

_DURABILITY = "remove it; a failed record is settled once all in-sync replicas have it, and once only"
_COMMITS = "remove it; offsets are committed once their records are settled"
# By name, or by what names begin with: what to do instead.
_RESERVED: Final[Mapping[str, str]] = {
    "bootstrap.servers": "give kafka.bootstrap_servers",
    "metadata.broker.list": "give kafka.bootstrap_servers",
    "group.id": "give kafka.group_id",
    "enable.auto.commit": _COMMITS,
    "auto.commit.enable": _COMMITS,
    "enable.auto.offset.store": _COMMITS,
    "offset.store.method": _COMMITS,
    "acks": _DURABILITY,
    "request.required.acks": _DURABILITY,
    "enable.idempotence": _DURABILITY,
    "transactional.id": "remove it; failed records are written one by one, in no transaction",
    "partitioner": "remove it; failed records go to the partitions that keep a key's order",
    "test.mock.": "remove it; it replaces the brokers by some in memory that forget all at the end",
}


def _compiles(path: str) -> str:
    error = syntax_error(path)
    if error is not None:
        raise ValueError(f"is no JMESPath expression: {error}")
    return path


def _http_url(url: str) -> str:
    if not re.match(r"https?://[^/\s]+", url):
        raise ValueError("must be an http:// or https:// address")
    return url.rstrip("/")


def _http_urls(text: str) -> str:
    urls = [_http_url(url) for url in addresses_in(text)]
    for url in urls:
        if "," in urlsplit(url).netloc.rpartition("@")[2] or url.endswith(","):
            raise ValueError("must be http:// or https:// addresses, each begun so, with commas between")
    return ",".join(urls)


def _not_reserved(option: str) -> str:
    for name, instead in _RESERVED.items():
        if option == name or (name.endswith(".") and option.startswith(name)):
            raise ValueError(f"is set by the service, not here: {instead}")
    return option


def json_safe(name: str) -> str:
    """librdkafka writes the client's name into the JSON of its statistics as it is."""
    if re.search(r'["\\\x00-\x1f\x7f]', name):
        raise ValueError("must not hold quotation marks, backslashes or control characters")
    return name


def _no_user(url: str) -> str:
    if "@" in urlsplit(url).netloc:
        raise ValueError("must not hold a user or a password: give the key under bluecore.api_key")
    return url


def without_line_end(value: Any) -> Any:
    """A text without the line's end that a file, or a block of YAML, puts behind a secret."""
    return value.rstrip("\r\n") if isinstance(value, str) and not isinstance(value, Ambiguous) else value


def _scalar(value: Any) -> str | int | float | bool:
    if not isinstance(value, str | int | float | bool):
        raise ValueError("must be a text, a number, or true or false")  # noqa: TRY004 - pydantic takes ValueErrors
    return value


def _choice(value: Any) -> bool | int | str | None:
    value = as_helm_reads(value)
    if value is not None and not isinstance(value, bool | int | str):
        raise ValueError("must be true, false, null, a whole number or a text")
    return value


def _anchored(pattern: str) -> str:
    if not pattern.startswith("^"):
        raise ValueError("must begin with ^: without it, Kafka takes it for the name of one topic")
    try:
        re.compile(pattern)
    except (re.error, RecursionError) as error:
        raise ValueError(f"is no regular expression: {error}") from None
    if (unlike := fault(pattern)) is not None:
        raise ValueError(unlike)
    return pattern


def _topic(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,249}", name):
        raise ValueError("is no topic's name: up to 249 letters, digits, dots, dashes and underscores")
    return name


def _email_or_domain(text: str) -> str:
    if not re.fullmatch(r"(?:[^@\s*]+@|@?)[^@\s.*]+(?:\.[^@\s.*]+)+", text):
        raise ValueError("is no e-mail address, such as jane@example.com, and no domain, such as example.com")
    return text.lower()


def _time_zone(name: str) -> str:
    """The system's files, or the package tzdata where it has none."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        meant = did_you_mean(name, available_timezones())
        raise ValueError(f"is no time zone of the IANA database, such as Europe/Istanbul{meant}") from None
    return name


def _no_flag(value: Any) -> Any:
    """Python takes true for 1."""
    value = as_helm_reads(value)
    if isinstance(value, bool):
        raise ValueError("must be a number")  # noqa: TRY004 - pydantic takes ValueErrors
    return value


def union_tag(value: Any) -> str:
    """Which of a union's two forms is meant, so that an error is told of that one alone."""
    return "(text)" if isinstance(value, str | int | float | bool) else "(section)"


Path = Annotated[str, Field(min_length=1), AfterValidator(_compiles)]
Secret = Annotated[SecretStr, BeforeValidator(without_line_end)]
Option = Annotated[str, BeforeValidator(without_line_end)]
Scalar = Annotated[str | int | float | bool, PlainValidator(_scalar)]
KafkaValue = Annotated[Scalar, BeforeValidator(without_line_end)]
KafkaOption = Annotated[str, AfterValidator(_not_reserved)]
Choice = Annotated[bool | int | str | None, PlainValidator(_choice)]
SchemaFile = Annotated[str, Field(min_length=1)]
ClientName = Annotated[str, Field(min_length=1), AfterValidator(json_safe)]
HttpUrl = Annotated[str, AfterValidator(_http_url)]
HttpUrls = Annotated[str, AfterValidator(_http_urls)]
OpenHttpUrl = Annotated[HttpUrl, AfterValidator(_no_user)]
Number = Annotated[float, BeforeValidator(_no_flag)]
Integer = Annotated[int, BeforeValidator(_no_flag)]
Count = Annotated[Integer, Field(ge=1)]
Seconds = Annotated[Number, Field(ge=0, allow_inf_nan=False)]
Positive = Annotated[Number, Field(gt=0, allow_inf_nan=False)]
HttpStatus = Annotated[Integer, Field(ge=100, le=599)]
TopicPattern = Annotated[str, AfterValidator(_anchored)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
EmailOrDomain = Annotated[str, AfterValidator(_email_or_domain)]
Topic = Annotated[str, AfterValidator(_topic)]


class Section(BaseModel):
    """Settings are values: frozen, and a mistyped key is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
