"""Avro schemas in local files, one named type a file (`*.avsc`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import consumer
from consumer.avro.errors import InvalidSchema, SchemaFaults
from consumer.avro.schema import AvroSchema, definitions, parse


def schemas_folder() -> Path:
    """The schemas of the ten event types: in the installed package, or in the repository."""
    package = Path(consumer.__file__).parent
    installed = package / "sample_schemas"
    return installed if installed.is_dir() else package.parent / "schemas"


def load_file(path: Path) -> AvroSchema:
    """Read a schema that stands alone.

    Raises:
        SchemaFaults: the file cannot be read, or is no Avro schema.
    """
    try:
        return parse(path.read_bytes())
    except (OSError, InvalidSchema) as error:
        raise SchemaFaults((_fault(path, error),)) from None


def load_folder(folder: Path) -> dict[str, AvroSchema]:
    """Read every `*.avsc` of a folder; a file may refer to types of the others.

    Returns:
        The schemas by the full name of the type that each file defines.

    Raises:
        SchemaFaults: files that cannot be used, all of them; or there are none.
    """
    faults: list[str] = []
    texts: dict[Path, bytes] = {}
    others: dict[str, Any] = {}
    for path in sorted(folder.glob("*.avsc")):
        try:
            text = path.read_bytes()
            others |= definitions(text)
            texts[path] = text
        except (OSError, InvalidSchema) as error:
            faults.append(_fault(path, error))
    if not texts and not faults:
        raise SchemaFaults((f"{folder}: holds no .avsc file",))
    return _parse_all(texts, others, faults)


def _parse_all(texts: dict[Path, bytes], others: dict[str, Any], faults: list[str]) -> dict[str, AvroSchema]:
    schemas: dict[str, AvroSchema] = {}
    files: dict[str, Path] = {}
    for path, text in texts.items():
        try:
            schema = parse(text, others)
            name = _name(schema)
        except InvalidSchema as error:
            faults.append(_fault(path, error))
            continue
        if name in files:
            faults.append(f"{path.name}: defines {name}, as {files[name].name} does")
            continue
        files[name], schemas[name] = path, schema
    if faults:
        raise SchemaFaults(tuple(faults))
    return schemas


def _name(schema: AvroSchema) -> str:
    if not isinstance(schema.parsed, dict) or "name" not in schema.parsed:
        raise InvalidSchema("defines no named type: a record, enum or fixed at the top")
    return str(schema.parsed["name"])


def _fault(path: Path, error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{path}: cannot be read: {error.strerror}"
    return f"{path.name}: {error}"
