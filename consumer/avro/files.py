"""Avro schemas in local files (`*.avsc`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import consumer
from consumer.avro.errors import InvalidSchema, UnusableSchemas
from consumer.avro.schema import AvroSchema, definitions, parse


@dataclass(frozen=True, slots=True)
class SchemaFile:
    """A schema and the file that it was read from."""

    path: Path
    schema: AvroSchema


def schemas_folder() -> Path:
    """The schemas of the ten event types: in the installed package, or in the repository."""
    package = Path(consumer.__file__).parent
    installed = package / "sample_schemas"
    return installed if installed.is_dir() else package.parent / "schemas"


def load_file(path: Path) -> AvroSchema:
    """Read a schema that stands alone.

    Raises:
        UnusableSchemas: the file cannot be read, or is no Avro schema.
    """
    return load_files([path])[0].schema


def load_files(places: Iterable[Path]) -> tuple[SchemaFile, ...]:
    """Read files, and every `*.avsc` of folders; each may refer to types of the others.

    Several may define one type: they are versions of it, which may not be referred to.

    Raises:
        UnusableSchemas: files that cannot be used, all of them; or a folder that holds none.
    """
    files, findings = _read(places)
    if findings:
        raise UnusableSchemas(tuple(findings))
    return tuple(files)


def load_folder(folder: Path) -> dict[str, AvroSchema]:
    """Read every `*.avsc` of a folder, one named type a file; a file may refer to types of the others.

    Returns:
        The schemas by the full name of the type that each file defines.

    Raises:
        UnusableSchemas: files that cannot be used, all of them; or there are none.
    """
    files, findings = _read([folder])
    named: dict[str, SchemaFile] = {}
    for file in files:
        try:
            name = _name(file.schema)
        except InvalidSchema as error:
            findings.append(_finding(file.path, error))
            continue
        if name in named:
            findings.append(f"{file.path.name}: defines {name}, as {named[name].path.name} does")
            continue
        named[name] = file
    if findings:
        raise UnusableSchemas(tuple(findings))
    return {name: file.schema for name, file in named.items()}


def _read(places: Iterable[Path]) -> tuple[list[SchemaFile], list[str]]:
    findings: list[str] = []
    texts: dict[Path, bytes] = {}
    defined: dict[Path, dict[str, Any]] = {}
    for path in _paths(places, findings):
        try:
            text = path.read_bytes()
            defined[path] = definitions(text)
            texts[path] = text
        except (OSError, InvalidSchema) as error:
            findings.append(_finding(path, error))
    others = {name: each for types in defined.values() for name, each in types.items()}
    files: list[SchemaFile] = []
    for path, text in texts.items():
        try:
            schema = parse(text, others)
            for name in schema.references:
                _refuse_versions(name, defined)
        except InvalidSchema as error:
            findings.append(_finding(path, error))
        else:
            files.append(SchemaFile(path, schema))
    return files, findings


def _paths(places: Iterable[Path], findings: list[str]) -> Iterable[Path]:
    found: dict[Path, None] = {}
    for place in places:
        try:
            inside = sorted(place.glob("*.avsc")) if place.is_dir() else [place]
        except (OSError, ValueError):  # too long, or with a zero byte: a schema's text in the place of its file
            findings.append(f"{str(place)[:100]!r}: is no file's name")
            continue
        if not inside:
            findings.append(f"{place}: holds no .avsc file")
        found |= dict.fromkeys(inside)
    return found


def _refuse_versions(name: str, defined: dict[Path, dict[str, Any]]) -> None:
    """Which version of a type is meant by its name alone, nobody can tell."""
    first, *more = [path for path, types in defined.items() if name in types]
    for path in more:
        if defined[path][name] != defined[first][name]:
            raise InvalidSchema(
                f"refers to {name}, of which {first.name} and {path.name} are two versions: write it out in this file"
            )


def _name(schema: AvroSchema) -> str:
    if not isinstance(schema.parsed, dict) or "name" not in schema.parsed:
        raise InvalidSchema("defines no named type: a record, enum or fixed at the top")
    return str(schema.parsed["name"])


def _finding(path: Path, error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{path}: cannot be read: {error.strerror}"
    return f"{path.name}: {error}"
