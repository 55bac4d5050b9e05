"""All the mutants there could be, in an order that chance decides once for a seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from cosmic_ray import plugins
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.work_item import MutationSpec, WorkItem

from tests.mutation.operators import OPERATORS, is_run

FOLDERS = ("delivery", "mapping", "avro", "kafka")


def mutants(root: Path, folder: str, seed: int) -> list[WorkItem]:
    """Each possible mutant of a folder of `consumer/`, in the order of the seed.

    A function's mutants keep their places while others are edited, so that a sample stays nearly the same as the code
    moves. A mutant has the same id as long as its module is the same to the byte.
    """
    ranked = []
    for path in sorted(root.joinpath("consumer", folder).rglob("*.py")):
        source = path.read_text()
        version = _digest(source)
        counted: Counter[str] = Counter()
        for spec in _of_a_module(path.relative_to(root), source):
            place = f"{spec.module_path} {spec.definition_name} {spec.operator_name}"
            counted[place] += 1
            ranked.append(
                (
                    _digest(f"{seed} {place} {counted[place]}"),
                    WorkItem.single(_digest(f"{version} {place} {counted[place]}"), spec),
                )
            )
    return [item for _, item in sorted(ranked, key=lambda each: each[0])]


def _of_a_module(path: Path, source: str) -> Iterator[MutationSpec]:
    nodes = list(ast_nodes(get_ast(source)))
    for name in OPERATORS:
        operator = plugins.get_operator(name)()
        positions = ((node, *position) for node in nodes for position in operator.mutation_positions(node))
        for occurrence, (node, start, end) in enumerate(positions):
            if is_run(node):
                yield MutationSpec(path, name, occurrence, start, end, definition_name=_function(node))


def _function(node: Any) -> str:
    """The function or class that holds the node, with its own around it, such as `Engine.take`; empty in none."""
    names: list[str] = []
    while (node := node.parent) is not None:
        if node.type in {"funcdef", "classdef"}:
            names.insert(0, node.name.value)
    return ".".join(names)


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:32]
