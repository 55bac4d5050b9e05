"""The errors that are expected: of the configuration, of a file, of Kafka, of the registry, of an address.

Whoever raises one has written its message for the reader: what is wrong, where, what to do. A command ends with that
sentence. Any other exception is a mistake in the program, whatever its class: it is logged with its traceback.
"""

from __future__ import annotations

from collections.abc import Iterator


class ExpectedError(Exception):
    """An error that a sentence tells whole."""


class UnusableSetting(ExpectedError):
    """A setting that is well formed and cannot be used here; the message begins with its key."""


class AddressUnavailable(ExpectedError):
    """An address and port to listen on cannot be had."""


def exception_chain(error: BaseException) -> Iterator[BaseException]:
    """The error, and all that it wraps, each once; what it wraps first, the innermost of that last.

    requests and urllib3 pass causes as arguments and as `reason`, Python as `__cause__` and `__context__`.
    """
    yield from _chain(error, set())


def _chain(error: BaseException, seen: set[int]) -> Iterator[BaseException]:
    seen.add(id(error))
    yield error
    for inner in (*error.args, getattr(error, "reason", None), error.__cause__, error.__context__):
        if isinstance(inner, BaseException) and id(inner) not in seen:
            yield from _chain(inner, seen)
