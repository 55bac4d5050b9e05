"""Confluent's REST protocol of a schema registry: bodies, answers, error codes.

Rules: Confluent's "Schema Registry API Reference".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, TypeAdapter

CONTENT_TYPE = "application/vnd.schemaregistry.v1+json"

NO_SUBJECT = 40401
NO_VERSION = 40402
NO_SCHEMA = 40403
INVALID_SCHEMA = 42201
INVALID_VERSION = 42202


@dataclass(frozen=True, slots=True)
class Reference:
    """A named type that a schema takes from a version of another subject."""

    name: str
    subject: str
    version: int | str


_LISTED = BeforeValidator(lambda given: given or ())
_NAMED = BeforeValidator(lambda given: given or {})
_TEXT = BeforeValidator(lambda given: given or "")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a data contract, which the serializer has run; one that was disabled it has not."""

    name: Annotated[str, _TEXT] = ""
    type: Annotated[str, _TEXT] = ""
    kind: Annotated[str, _TEXT] = ""
    mode: Annotated[str, _TEXT] = ""
    tags: Annotated[tuple[str, ...], _LISTED] = ()
    params: Annotated[Mapping[str, str], _NAMED] = field(default_factory=dict)
    disabled: Annotated[bool, BeforeValidator(bool)] = False


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules of a schema: of its records' fields, and of their bytes.

    Attributes:
        enable_at: where they are run; by the clients, unless it says another place.
    """

    domain: Annotated[tuple[Rule, ...], _LISTED, Field(alias="domainRules")] = ()
    encoding: Annotated[tuple[Rule, ...], _LISTED, Field(alias="encodingRules")] = ()
    enable_at: Annotated[str, _TEXT, Field(alias="enableAt")] = ""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is said of a schema beside it: tags by the path of a field, with wildcards; properties."""

    tags: Annotated[Mapping[str, tuple[str, ...]], _NAMED] = field(default_factory=dict)
    properties: Annotated[Mapping[str, str], _NAMED] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RegisteredSchema:
    """A schema as a registry has it.

    Attributes:
        text: JSON when `schema_type` is AVRO.
        schema_type: AVRO, JSON or PROTOBUF; some registries answer null for the first, others leave it out.
        references: what it takes from other subjects; likewise.
    """

    text: Annotated[str, Field(alias="schema")]
    schema_type: Annotated[str, BeforeValidator(lambda given: given or "AVRO"), Field(alias="schemaType")] = "AVRO"
    references: Annotated[tuple[Reference, ...], BeforeValidator(lambda given: given or ())] = ()
    id: int | None = None
    version: int | None = None
    rules: Annotated[RuleSet, _NAMED, Field(alias="ruleSet")] = RuleSet()
    metadata: Annotated[Metadata, _NAMED] = Metadata()


@dataclass(frozen=True, slots=True)
class Failure:
    """The body of an answer that is an error."""

    error_code: int = 0
    message: str = ""


@dataclass(frozen=True, slots=True)
class Id:
    id: int


SCHEMA_ANSWER = TypeAdapter(RegisteredSchema)
ID_ANSWER = TypeAdapter(Id)
NAMES_ANSWER = TypeAdapter(list[str])
NUMBERS_ANSWER = TypeAdapter(list[int])
ERROR_ANSWER = TypeAdapter(Failure)


def request_body(text: str, references: Sequence[Reference] = ()) -> dict[str, Any]:
    """What is posted to register a schema, or to look it up; also how a schema is described."""
    if not references:
        return {"schema": text}
    listed = [{"name": each.name, "subject": each.subject, "version": each.version} for each in references]
    return {"schema": text, "references": listed}
