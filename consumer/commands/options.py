"""The configuration that a command is given."""

from __future__ import annotations

import os
from pathlib import Path

import click

from consumer.commands.exits import refuse
from consumer.commands.validation.configuration import load_checked
from consumer.config.load import ConfigError
from consumer.config.model import Config
from consumer.config.secrets import secrets_of
from consumer.telemetry import logs

config_option = click.option(
    "--config", "path", required=True, type=click.Path(path_type=Path), metavar="FILE", help="the YAML configuration"
)


def load_given(path: Path) -> Config:
    """The configuration; ends the process with every fault when there are any."""
    logs.configure()
    try:
        config = load_checked(path, os.environ)
    except ConfigError as error:
        refuse(str(error))
    logs.configure(secrets=secrets_of(config))
    return config
