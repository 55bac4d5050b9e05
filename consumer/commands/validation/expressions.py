"""What is wrong with an expression by itself: functions, variables, tables that there are not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from consumer.commands.typecheck.calls import call_errors
from consumer.config.expression_syntax import (
    AROUND,
    SURROUNDINGS,
    Node,
    misplaced_surroundings,
    unbound_variables,
    walked,
)
from consumer.config.findings import Finding
from consumer.config.route import FieldConfig
from consumer.mapping.functions import OWN_FUNCTIONS, Parameter, fits
from consumer.mapping.paths import FUNCTIONS, compile_path, unknown_functions
from consumer.mapping.tables import NO_TABLES, Tables
from consumer.suggestions import did_you_mean


def path_findings(key: str, mapped: str | FieldConfig, tables: Tables = NO_TABLES) -> Iterator[Finding]:
    """What is wrong with a path.

    Args:
        key: where it stands.
        mapped: the path.
        tables: those of the configuration.
    """
    tree = compile_path(mapped.path if isinstance(mapped, FieldConfig) else mapped).tree
    yield from (Finding(key, message) for message in _messages(tree, tables))


def _messages(tree: Node, tables: Tables) -> Iterator[str]:
    for function in unknown_functions(tree):
        yield f"there is no function {function}(){did_you_mean(function, FUNCTIONS)}"
    yield from call_errors(tree)
    for name in dict.fromkeys(unbound_variables(tree)):
        yield f"there is no variable ${name}: `let ${name} = ... in ...` binds one"
    for name in dict.fromkeys(misplaced_surroundings(tree)):
        known = ", ".join(f"{AROUND}.{each}" for each in SURROUNDINGS)
        what = f"{AROUND} has no {name}{did_you_mean(name, SURROUNDINGS)}" if name else f"{AROUND} is no value"
        yield f"{what}; there are {known}"
    for part in walked(tree):
        if part["type"] == "function_expression" and part["value"] in OWN_FUNCTIONS:
            yield from _literal_faults(part["value"], part["children"], tables)


def _literal_faults(name: str, arguments: list[Any], tables: Tables) -> Iterator[str]:
    """What must stand in the expression itself, so that it is known to be right before there is a record."""
    for position, (parameter, argument) in enumerate(
        zip(OWN_FUNCTIONS[name].parameters, arguments, strict=False), start=1
    ):
        if not parameter.literal:
            continue
        fault = _literal_fault(parameter, argument)
        if fault is None and name == "lookup" and argument["value"] not in tables:
            table = argument["value"]
            fault = f"is {table}, and `tables` has no such table{did_you_mean(table, tables)}"
        if fault is not None:
            yield f"{name}(): argument {position} {fault}"


def _literal_fault(parameter: Parameter, argument: Node) -> str | None:
    if argument["type"] != "literal" or not fits(argument["value"], parameter.types):
        example = "'...'" if "string" in parameter.types else "`1`"
        return f"must stand in the expression itself, as {example}"
    return parameter.check(argument["value"])
