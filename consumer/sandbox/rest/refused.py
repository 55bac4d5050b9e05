"""A request of the REST APIs that is not taken."""

from __future__ import annotations

from consumer.sandbox.contract.rules import Finding, Rule


class Refused(Exception):
    """It lacks something, or its sender lacks a right.

    Attributes:
        finding: the field, the rule, and a sentence.
        status: HTTP's.
    """

    def __init__(self, field: str, rule: Rule, message: str, status: int = 422) -> None:
        super().__init__(message)
        self.finding = Finding(field, rule, message)
        self.status = status

    @property
    def sentence(self) -> str:
        """What is wrong, with the field before it."""
        found = self.finding
        return f"{found.field}: {found.message}" if found.field else found.message
