"""The contract of Bluecore's Events API, as far as it is publicly known: a document in, its faults out.

Pure functions over the data of `rules`: `checks` has what Bluecore refuses, `silent` what it swallows. The sandbox
answers by them, and the tests of the mapping hold its requests against them.
"""

from __future__ import annotations

from consumer.sandbox.contract.checks import violations
from consumer.sandbox.contract.rules import CONTRACTS, MAX_BODY_BYTES, SILENT, Rule, Violation
from consumer.sandbox.contract.values import is_attribute, is_email

__all__ = [
    "CONTRACTS",
    "MAX_BODY_BYTES",
    "SILENT",
    "Rule",
    "Violation",
    "is_attribute",
    "is_email",
    "violations",
]
