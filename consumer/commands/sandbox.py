"""The command `sandbox`."""

from __future__ import annotations

import sys
from typing import Any

import click

from consumer.commands.exits import needing_extra, refuse
from consumer.sandbox.faults import FaultPlanError, RateLimitPlan
from consumer.sandbox.flags import fault_options, none_blank, not_blank, plan_from_flags
from consumer.sandbox.rest.flags import rest_from_flags, rest_options


@click.command()
@click.option("--port", default=8090, show_default=True, type=click.IntRange(0, 65535), help="the port to listen on")
@click.option("--host", default="127.0.0.1", show_default=True, help="the address to listen on")
@click.option(
    "--allow-host",
    "allow_hosts",
    multiple=True,
    metavar="NAME",
    help="a name it may be called by, beside localhost and IP addresses; *.NAME: any below it. Repeatable",
)
@click.option(
    "--namespace",
    "namespaces",
    multiple=True,
    callback=none_blank,
    metavar="N",
    help="the only namespace accepted; without it, any. Repeatable",
)
@click.option("--api-key", callback=not_blank, metavar="KEY", help="the only API key accepted; without it, any")
@click.option("--strict", is_flag=True, help="refuse also what Bluecore silently ignores")
@rest_options
@fault_options
def sandbox(  # noqa: PLR0913 - an argument an option
    port: int,
    host: str,
    allow_hosts: tuple[str, ...],
    namespaces: tuple[str, ...],
    api_key: str,
    *,
    strict: bool,
    client_id: str,
    client_secret: str,
    scopes: tuple[str, ...],
    key_namespaces: tuple[str, ...],
    token_seconds: int,
    quota: RateLimitPlan,
    **faults: Any,
) -> None:
    """A local Bluecore: checks the contract, answers as documented, shows what arrived."""
    with needing_extra():
        from consumer.sandbox.run import run_sandbox  # noqa: PLC0415
        from consumer.sandbox.settings import SandboxSettings  # noqa: PLC0415
    try:
        plan = plan_from_flags(**faults)
    except FaultPlanError as error:
        refuse("\n".join(map(str, error.findings)))
    settings = SandboxSettings(
        api_key=api_key,
        strict=strict,
        allow_hosts=allow_hosts,
        faults=plan,
        namespaces=namespaces,
        rest=rest_from_flags(
            client_id=client_id,
            client_secret=client_secret,
            scopes=scopes,
            key_namespaces=key_namespaces,
            token_seconds=token_seconds,
            quota=quota,
        ),
    )
    sys.exit(run_sandbox(settings, host, port))
