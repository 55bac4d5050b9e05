"""The options that commands share, and the configuration that `--config` gives them."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeVar

import click

from consumer.commands.exits import refuse
from consumer.commands.validation.configuration import load_checked
from consumer.config.load import ConfigError
from consumer.config.model import Config
from consumer.config.secrets import secrets_of
from consumer.telemetry import logs

_Command = TypeVar("_Command", bound=Callable[..., Any])
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}
_AGO: Final = re.compile(r"(\d{1,6})([mhd])")
_MS: Final = 1000
_SENDS_NOTHING: Final[dict[str, Any]] = {
    "bluecore": {"namespace": "none"},
    "routes": [{"topic": "none", "event": "none"}],
}

config_option = click.option(
    "--config", "path", required=True, type=click.Path(path_type=Path), metavar="FILE", help="the YAML configuration"
)


def schemas_option(meaning: str) -> Callable[[_Command], _Command]:
    """`--schemas DIR`; its `meaning` is the command's own."""
    folder = click.Path(path_type=Path, exists=True, file_okay=False)
    return click.option("--schemas", "folder", type=folder, metavar="DIR", help=meaning)


def moment(_context: click.Context, _option: click.Parameter, value: str | None) -> int | None:
    """`2h` for two hours ago, or a date and time of ISO 8601 (UTC unless it says otherwise); ms since the epoch.

    Raises:
        click.BadParameter: it is neither.
    """
    if value is None:
        return None
    try:
        if match := _AGO.fullmatch(value):
            at = datetime.now(UTC) - timedelta(**{_UNITS[match[2]]: int(match[1])})
        else:
            at = datetime.fromisoformat(value)
            at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return int(at.timestamp() * _MS)
    except (ValueError, OverflowError):
        raise click.BadParameter(f"{value!r} is no time: give 30m, 2h or 7d (ago), or 2026-01-31T12:00:00") from None


def past_moment(context: click.Context, option: click.Parameter, value: str | None) -> int | None:
    """See `moment`; since one in the future there is nothing.

    Raises:
        click.BadParameter: it is no time, or one in the future.
    """
    at_ms = moment(context, option, value)
    if at_ms is not None and at_ms > time.time() * _MS:
        raise click.BadParameter(f"{value!r} is in the future: nothing was written since then")
    return at_ms


def load_sources(path: Path) -> Config:
    """A configuration that need not say yet what is sent, and to whom: the same for its other sections."""
    return load_config(path, _SENDS_NOTHING)


def names_no_destination(config: Config) -> bool:
    """Whether the file of these sources does not say yet to whom events go."""
    section = config.bluecore
    if section is None or config.destinations:
        return False
    return bool(section.namespace.get_secret_value() == _SENDS_NOTHING["bluecore"]["namespace"])


def load_config(path: Path, missing: Mapping[str, Any] = MappingProxyType({}), *, offline: bool = False) -> Config:
    """The configuration; ends the process with everything that is wrong with it.

    Args:
        path: the file.
        missing: sections that stand in for those that it has not.
        offline: certificates and keys that options name need not be here.
    """
    logs.configure()
    try:
        config = load_checked(path, os.environ, missing, offline=offline)
    except ConfigError as error:
        refuse(str(error))
    logs.configure(secrets=secrets_of(config))
    return config
