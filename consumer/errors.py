"""The faults that are expected: of the configuration, of a file, of Kafka, of the registry, of an address.

Whoever raises one has written its message for the reader: what is wrong, where, what to do. A command ends with that
sentence. Any other exception is a mistake in the program, whatever its class: it is logged with its traceback.
"""

from __future__ import annotations


class ExpectedError(Exception):
    """A fault that a sentence tells whole."""


class UnusableSetting(ExpectedError):
    """A setting that is well formed and cannot be used here; the message begins with its key."""


class AddressUnavailable(ExpectedError):
    """An address and port to listen on cannot be had."""
