"""How a command ends when it cannot do what it was asked for: with a sentence and an exit code, never a traceback.

Exit codes: 0 done, 1 it failed while it ran, 2 it was asked for something wrong.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

import click
from confluent_kafka import KafkaException

from consumer.avro.errors import RegistryError, SchemaFaults
from consumer.kafka.client import Fatal
from consumer.kafka.reach import Unreachable
from consumer.kafka.reading import NoSuchTopic
from consumer.kafka.topics import TopicsMissing


class Failed(Exception):  # noqa: N818 - it says what happened
    """A command cannot do what it was asked for; the message says why, and what to do."""


def say(message: str) -> None:
    """The sentence for a person; a service's goes to its log."""
    click.echo(message, err=True)


def refuse(message: str) -> NoReturn:
    say(message)
    sys.exit(2)


@contextmanager
def ended_by(what: str, tell: Callable[[str], object] = say) -> Iterator[None]:
    """Faults of the surroundings end the process with exit code 1; `what` says in a few words what fails."""
    try:
        yield
    except BrokenPipeError:
        raise  # whoever reads the output has had enough of it: click ends in silence
    except KafkaException as error:
        reason = error.args[0].str() if error.args and hasattr(error.args[0], "str") else str(error)
        tell(f"{what}: Kafka says: {reason}")
    except OSError as error:
        tell(f"{what}: {error.strerror or error}" + (f": {error.filename}" if error.filename else ""))
    except (Failed, Fatal, NoSuchTopic, TopicsMissing, Unreachable, RegistryError, ValueError, RuntimeError) as error:
        tell(f"{what}: {error}")
    else:
        return
    sys.exit(1)


@contextmanager
def registry_errors(source: str, advice: str = "") -> Iterator[None]:
    """Unusable schemas in `source` are refused; a registry that cannot be asked is a fault of the surroundings.

    `advice` says what else the command can do then.
    """
    try:
        yield
    except SchemaFaults as error:
        refuse(f"{source}:\n{error}")
    except RegistryError as error:
        say(f"{error} ({advice})" if advice else str(error))
        sys.exit(1)


@contextmanager
def needing_extra() -> Iterator[None]:
    """Modules of an extra that is not installed are asked for by the extra's name."""
    try:
        yield
    except ModuleNotFoundError as error:
        refuse(f"{error.name} is not installed: this command needs `pip install bluecore-consumer[sandbox]`")
