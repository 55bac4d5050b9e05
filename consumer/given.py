"""The configuration that a command is given."""

from __future__ import annotations

import os
from pathlib import Path

import click

from consumer.checking import load_checked
from consumer.confidential import secrets_of
from consumer.config import Config
from consumer.exits import refuse
from consumer.settings import ConfigError
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
