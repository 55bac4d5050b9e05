"""The key for the REST APIs as flags of a command."""

from __future__ import annotations

from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from consumer.sandbox.faults import RateLimitPlan
from consumer.sandbox.rest.flags import rest_from_flags, rest_options
from consumer.sandbox.settings import RestSettings

made: list[RestSettings] = []


@click.command()
@rest_options
def command(**flags: Any) -> None:
    made.append(rest_from_flags(**flags))


def run(*arguments: str) -> Result:
    made.clear()
    return CliRunner().invoke(command, arguments)


def test_without_a_flag_any_key_has_every_right() -> None:
    assert run().exit_code == 0
    assert made == [RestSettings()]


def test_the_flags_make_a_key() -> None:
    line = (
        "--client-id shop --client-secret hush --scope eligibility:read --scope customers:read "
        "--key-namespace acme --token-seconds 30 --quota 75/700"
    )
    assert run(*line.split()).exit_code == 0
    assert made == [
        RestSettings(
            client_id="shop",
            client_secret="hush",
            scopes=("eligibility:read", "customers:read"),
            namespaces=("acme",),
            token_seconds=30,
            quota=RateLimitPlan(per_second=75, per_minute=700),
        )
    ]
    assert "hush" not in repr(made)
    assert "acme" not in repr(made)


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (("--client-id", ""), "it is empty"),
        (("--client-secret", " "), "it is empty"),
        (("--key-namespace", ""), "it is empty"),
        (("--scope", "eligibility"), "is not one of"),
        (("--quota", "100"), "such as 100/1000"),
        (("--quota", "0/0"), "such as 100/1000"),
        (("--token-seconds", "0"), "not in the range"),
    ],
)
def test_a_flag_that_cannot_be_meant_is_refused(flags: tuple[str, ...], told: str) -> None:
    result = run(*flags)
    assert (result.exit_code, told in result.output) == (2, True)
