"""docs/architecture.md: its floors are those that the linter checks, and its walk goes along imports that exist."""

from __future__ import annotations

import inspect
import tomllib
from pathlib import Path

import grimp
import pytest

from consumer import ports
from tests.support.pages import ROOT, page

PAGE = page("docs/architecture.md")
STEPS = PAGE["The life of a record"].table("step")


def module(cell: str) -> str:
    """`consumer/kafka/source.py` as `consumer.kafka.source`."""
    return cell.strip("`").removesuffix(".py").replace("/", ".")


@pytest.fixture(scope="module")
def imports() -> grimp.ImportGraph:
    return grimp.build_graph("consumer", cache_dir=None)


def test_the_floors_are_those_that_the_linter_checks() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")

    documented = [cell.replace("`", "").replace(", ", " | ") for cell, _ in PAGE["The floors"].table("floor")]

    assert documented == layers


@pytest.mark.parametrize(("step", "file", "caller", "port"), STEPS, ids=[step for step, *_ in STEPS])
def test_each_step_of_a_record_is_called_from_where_the_walk_says(
    imports: grimp.ImportGraph, step: str, file: str, caller: str, port: str
) -> None:
    """By an import, or by a protocol that the caller names and the step's file implements in its place."""
    assert step
    assert (ROOT / file.strip("`")).is_file()
    if not port:
        assert imports.direct_import_exists(importer=module(caller), imported=module(file))
        return
    protocol = inspect.getattr_static(ports, port.strip("`"))
    assert imports.direct_import_exists(importer=module(caller), imported="consumer.ports")
    assert imports.direct_import_exists(importer="consumer.pipeline.assembly", imported=module(file))
    source = (ROOT / file.strip("`")).read_text()
    assert all(
        f"def {name}(" in source
        for name in vars(protocol)
        if not name.startswith("_") and callable(vars(protocol)[name])
    )


def test_every_file_that_the_page_names_is_there() -> None:
    named = {
        word.strip("`.,;:()") for word in (ROOT / "docs/architecture.md").read_text().split() if "consumer/" in word
    }
    assert {name for name in named if not Path(ROOT, name).exists()} == set()
