"""The key for the REST APIs, and their quota, as flags of a command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click
from pydantic import ValidationError

from consumer.sandbox import shorthand
from consumer.sandbox.faults import RateLimitPlan
from consumer.sandbox.flags import none_blank, not_blank
from consumer.sandbox.settings import SCOPES, RestSettings

_Command = TypeVar("_Command", bound=Callable[..., Any])


def _quota(_context: click.Context, _option: click.Parameter, value: str) -> RateLimitPlan:
    try:
        return RateLimitPlan.model_validate(shorthand.rate_limit(value))
    except ValidationError:
        raise click.BadParameter("it is written as two numbers that are not both 0, such as 100/1000") from None


_OPTIONS = (
    click.option(
        "--client-id", callback=not_blank, metavar="ID", help="The only client_id accepted; without it, any."
    ),
    click.option("--client-secret", callback=not_blank, metavar="SECRET", help="The same of its secret."),
    click.option(
        "--scope",
        "scopes",
        multiple=True,
        type=click.Choice(SCOPES),
        help="A right of the key; without it, all. Repeatable.",
    ),
    click.option(
        "--key-namespace",
        "key_namespaces",
        multiple=True,
        callback=none_blank,
        metavar="N",
        help="A namespace that the key covers; without it, all that are accepted. Repeatable.",
    ),
    click.option(
        "--token-seconds",
        default=86_400,
        show_default=True,
        type=click.IntRange(1, 86_400),
        help="After how long an access token ends.",
    ),
    click.option(
        "--quota",
        default="100/1000",
        show_default=True,
        callback=_quota,
        metavar="SECOND/MINUTE",
        help="Requests that each REST API takes a second and a minute.",
    ),
)


def rest_options(command: _Command) -> _Command:
    """Give a click command the flags whose values `rest_from_flags` takes by name."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def rest_from_flags(  # noqa: PLR0913 - an argument a flag
    *,
    client_id: str = "",
    client_secret: str = "",
    scopes: tuple[str, ...] = (),
    key_namespaces: tuple[str, ...] = (),
    token_seconds: int = 86_400,
    quota: RateLimitPlan | None = None,
) -> RestSettings:
    """The key that the flags describe."""
    return RestSettings(
        client_id=client_id,
        client_secret=client_secret,
        scopes=scopes or SCOPES,
        namespaces=key_namespaces,
        token_seconds=token_seconds,
        quota=quota or RateLimitPlan(),
    )
