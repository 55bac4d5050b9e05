"""The page of keys is the settings themselves: nothing is missing, and nothing is there that is not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, get_args

import yaml
from pydantic import BaseModel, SecretStr
from pydantic_core import PydanticUndefined

from consumer.config.model import Config
from tests.docs.shell import Shell
from tests.support.pages import CONFIGURATION, ROOT, page

PAGE = page("docs/configuration.md")


def test_the_tables_have_every_key_with_its_default() -> None:
    """No key is missing, none is invented, and each default is the one that the service uses."""
    rows = [(key.strip("`"), default.strip("`")) for key, default, _ in PAGE.rows("key")]
    assert dict(rows) == dict(_settings(Config))
    assert len(rows) == len(dict(rows)), "a key is there twice"


def test_the_variables_of_the_example_are_settings(shell: Shell) -> None:
    """The lines of the example override the first configuration without a fault."""
    (shell.folder / "bluecore-consumer.yaml").write_text(CONFIGURATION)
    lines = PAGE["Environment variables"].block("env").text.splitlines()
    shell.environment |= dict(line.split("=", 1) for line in lines)
    shell.run(f"bluecore-consumer check --config bluecore-consumer.yaml --schemas {ROOT}/schemas")


def _settings(section: type[BaseModel], above: str = "") -> Iterator[tuple[str, str]]:
    """Every key below a section, as the table writes it, and its default as YAML would."""
    for name, field in section.model_fields.items():
        key = f"{above}{field.alias or name}"
        inner = list(_models(field.annotation))
        listed = field.annotation is not None and str(field.annotation).startswith("tuple")
        keyed = str(field.annotation).startswith("dict")
        if not inner or keyed or key.endswith((".event", ".destination")):
            yield key, _written(field.get_default())
        for model in inner:
            yield from _settings(model, f"{key}[]." if listed else f"{key}.*." if keyed else f"{key}.")


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


def _written(default: Any) -> str:
    if default is PydanticUndefined:
        return "required"
    if default is None:
        return "none"
    value = default.get_secret_value() if isinstance(default, SecretStr) else default
    if isinstance(value, str) and (not value or value != value.strip()):
        return json.dumps(value)
    plain = list(value) if isinstance(value, tuple) else value
    return yaml.safe_dump(plain, default_flow_style=True, width=1000).removesuffix("\n...\n").strip()
