"""Apicurio Registry by its own API, version 3: schemas by globalId and contentId.

Rules: `openapi.json` of Apicurio Registry 3, and the exceptions that its answers name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final, Protocol, TypeVar
from urllib.parse import quote

import requests
from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError

from consumer.avro.errors import RegistryUnavailable, SchemaUnknown
from consumer.avro.outage import no_registry_answer
from consumer.avro.protocol import Reference, RegisteredSchema
from consumer.avro.schema_ids import IdKind, NamedId, SchemaId
from consumer.config.addresses import addresses_in

API: Final = "/apis/registry/v3"
_DEFAULT_GROUP: Final = "default"
_MOST: Final = 500
_UNKNOWN: Final = frozenset(("ContentNotFoundException", "VersionNotFoundException", "ArtifactNotFoundException"))
"""What an answer names that looked for the schema; a path that is none is a `NotFoundException`."""
_T = TypeVar("_T")


class Http(Protocol):
    """The part of `RegistryClient` that speaks HTTP: its addresses, credentials and limits."""

    @property
    def address(self) -> str: ...

    def call(self, read: Callable[[str, int, bytes], _T], method: str, path: str) -> _T: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class _Artifact:
    """An artifact, a version of one, or a reference to one."""

    artifact: Annotated[str, Field(alias="artifactId")]
    group: Annotated[str, BeforeValidator(lambda given: given or _DEFAULT_GROUP), Field(alias="groupId")] = (
        _DEFAULT_GROUP
    )
    version: str | None = None
    name: str | None = None

    @property
    def subject(self) -> str:
        """As Confluent would name it; of another group than the default, as Avro would name its record."""
        return self.artifact if self.group == _DEFAULT_GROUP else f"{self.group}.{self.artifact}"


@dataclass(frozen=True, slots=True)
class _Page:
    artifacts: tuple[_Artifact, ...] = ()
    versions: tuple[_Artifact, ...] = ()


@dataclass(frozen=True, slots=True)
class _Problem:
    name: str = ""
    title: str = ""


_REFERENCES: Final = TypeAdapter(list[_Artifact])
_PAGE: Final = TypeAdapter(_Page)
_PROBLEM: Final = TypeAdapter(_Problem)


class ApicurioRegistry:
    """One Apicurio Registry; see `Registry`."""

    def __init__(self, http: Http, prefix: IdKind = IdKind.CONTENT_ID) -> None:
        """Takes how it is spoken to.

        Args:
            http: at the address of its API.
            prefix: what the four bytes of Confluent's wire format are here.
        """
        self._http = http
        self._prefix = prefix
        self._places: dict[str, _Artifact] = {}

    @property
    def address(self) -> str:
        return self._http.address

    def schema(self, schema_id: SchemaId) -> RegisteredSchema:
        """See `Registry.schema`."""
        named = schema_id if isinstance(schema_id, NamedId) else NamedId(self._prefix, schema_id)
        path = f"/ids/{'globalIds' if named.kind is IdKind.GLOBAL_ID else 'contentIds'}/{named.value}"
        return RegisteredSchema(self._text(path), references=self._references(path))

    def schema_of(self, subject: str, version: int | str = "latest", *, deleted: bool = False) -> RegisteredSchema:  # noqa: ARG002 - it hides none
        """See `Registry.schema_of`."""
        path = f"{self._path(subject)}/versions/{_named(version)}"
        return RegisteredSchema(self._text(f"{path}/content"), references=self._references(path))

    def subjects(self) -> list[str]:
        found: list[_Artifact] = []
        while len(page := self._artifacts(len(found))) == _MOST:
            found += page
        self._places = {each.subject: each for each in (*found, *page)}
        return list(self._places)

    def versions(self, subject: str) -> list[int | str]:
        """See `Registry.versions`."""
        found: list[_Artifact] = []
        while len(page := self._versions(subject, len(found))) == _MOST:
            found += page
        return [each.version for each in (*found, *page) if each.version is not None]

    def close(self) -> None:
        self._http.close()

    def _artifacts(self, offset: int) -> tuple[_Artifact, ...]:
        query = f"artifactType=AVRO&limit={_MOST}&offset={offset}&orderby=createdOn"
        return self._read(_PAGE, f"/search/artifacts?{query}").artifacts

    def _versions(self, subject: str, offset: int) -> tuple[_Artifact, ...]:
        query = f"limit={_MOST}&offset={offset}&orderby=createdOn"
        return self._read(_PAGE, f"{self._path(subject)}/versions?{query}").versions

    def _references(self, path: str) -> tuple[Reference, ...]:
        references = self._read(_REFERENCES, f"{path}/references")
        self._places |= {each.subject: each for each in references}
        return tuple(Reference(each.name or each.subject, each.subject, each.version or "") for each in references)

    def _path(self, subject: str) -> str:
        place = self._places.get(subject, _Artifact(subject))
        return f"/groups/{quote(place.group, safe='')}/artifacts/{quote(place.artifact, safe='')}"

    def _read(self, expected: TypeAdapter[_T], path: str) -> _T:
        def read(url: str, status: int, content: bytes) -> _T:
            try:
                return expected.validate_json(_found(url, status, content))
            except ValidationError:
                raise RegistryUnavailable(no_registry_answer(url, status)) from None

        return self._http.call(read, "GET", path)

    def _text(self, path: str) -> str:
        return self._http.call(_found, "GET", path).decode(errors="replace")


def _found(url: str, status: int, content: bytes) -> bytes:
    """The content that was asked for.

    Raises:
        SchemaUnknown: the answer says that there is none.
        RegistryUnavailable: it says nothing of that.
    """
    if requests.codes.ok <= status < requests.codes.multiple_choices:
        return content
    try:
        problem = _PROBLEM.validate_json(content)
    except ValidationError:
        problem = _Problem()
    if problem.name in _UNKNOWN:
        raise SchemaUnknown(problem.title)
    raise RegistryUnavailable(no_registry_answer(url, status))


def api_addresses(urls: str) -> str:
    """The addresses of the API, with commas between, for those that name the host alone too."""
    return ",".join(url if "/apis/" in url else f"{url.rstrip('/')}{API}" for url in addresses_in(urls))


def _named(version: int | str) -> str:
    return "branch=latest" if version == "latest" else quote(str(version), safe="")
