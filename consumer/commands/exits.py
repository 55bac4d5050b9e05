"""How a command ends when it cannot do what it was asked for: with a sentence and an exit code.

Exit codes: 0 done, 1 it failed while it ran, 2 it was asked for something wrong. Only a mistake in the program has a
traceback: it goes to the log, with exit code 1 (`consumer.telemetry.logs`).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

import click
from confluent_kafka import KafkaException

from consumer.avro.errors import RegistryError, UnusableSchemas
from consumer.errors import ExpectedError
from consumer.kafka.connection import why_unmade
from consumer.telemetry.legible import legible


class CommandFailed(ExpectedError):
    """A command cannot do what it was asked for; the message says why, and what to do."""


def print_error(message: str) -> None:
    """The sentence for a person; a service's goes to its log."""
    click.echo(legible(message), err=True)


def refuse(message: str) -> NoReturn:
    print_error(message)
    sys.exit(2)


@contextmanager
def exit_on_error(what: str, report: Callable[[str], object] = print_error) -> Iterator[None]:
    """An expected error ends the process with exit code 1.

    What librdkafka refuses is one: its reason is for the reader. Any other exception passes: it is a mistake in the
    program, or a reader of the output that has had enough of it (BrokenPipeError), which click ends in silence.

    Args:
        what: in a few words, what fails.
        report: takes the sentence.
    """
    try:
        yield
    except KafkaException as error:
        report(f"{what}: Kafka says: {why_unmade(error)}")
    except SystemError as error:
        if not isinstance(error.__cause__, KafkaException):
            raise
        report(f"{what}: Kafka says: {why_unmade(error)}")
    except ExpectedError as error:
        report(f"{what}: {error}")
    else:
        return
    sys.exit(1)


@contextmanager
def registry_errors(source: str, advice: str = "") -> Iterator[None]:
    """Unusable schemas in `source` are refused; a registry that cannot be asked is the surroundings' failure.

    Args:
        source: where the schemas are.
        advice: what else the command can do when the registry cannot be asked.
    """
    try:
        yield
    except UnusableSchemas as error:
        refuse(f"{source}:\n{error}")
    except RegistryError as error:
        print_error(f"{error} ({advice})" if advice else str(error))
        sys.exit(1)


@contextmanager
def needing_extra() -> Iterator[None]:
    """Modules of an extra that is not installed are asked for by the extra's name."""
    try:
        yield
    except ModuleNotFoundError as error:
        refuse(f"{error.name} is not installed: this command needs `pip install bluecore-consumer[sandbox]`")
