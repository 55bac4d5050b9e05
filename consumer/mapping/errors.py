"""How the rooms inside say no: a value that does not fit, and the record that is refused for it.

    RefusedError           a record cannot become a request: reason, field, rule
    InvalidValueError      one value cannot become what Bluecore wants; whoever knows its field refuses the record
      EncryptedValueError  it is encrypted, and cannot be decrypted here

Their texts name fields, paths and rules, and never a value: they end in logs and in headers.
"""

from __future__ import annotations

from typing import Self

from consumer.records import Reason, Reject, Stage


class InvalidValueError(Exception):
    """A value breaks a rule; the message is the rule."""


class EncryptedValueError(InvalidValueError):
    """A value is encrypted, and cannot be decrypted here."""


class RefusedError(Exception):
    """A record that cannot be mapped."""

    def __init__(self, reason: Reason, field: str | None, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.field = field

    @classmethod
    def missing(cls, field: str, hint: str) -> Self:
        return cls(Reason.MISSING_FIELD, field, f"{field}: missing ({hint})")

    @classmethod
    def invalid(cls, field: str, rule: object, hint: str | None = None) -> Self:
        reason = Reason.ENCRYPTED if isinstance(rule, EncryptedValueError) else Reason.INVALID_FIELD
        return cls(reason, field, f"{field}: {rule} ({hint})" if hint else f"{field}: {rule}")

    def inside(self, place: str) -> RefusedError:
        """The same of a part, such as `products[0].`, in which the field lies."""
        return RefusedError(self.reason, f"{place}{self.field}", f"{place}{self}")

    def as_reject(self) -> Reject:
        return Reject(self.reason, Stage.MAP, str(self), self.field)


LeftOut = list[RefusedError] | None
"""Takes what is wrong with the optional fields of a record, which is sent without them; None: they refuse it."""


MOST_LEFT_OUT = 1000
"""Of one record: whose thousand fields cannot be read is no record with a dirty field."""


def leave_out(left_out: LeftOut, field: str, rule: object, hint: str | None = None, place: str = "") -> None:
    """An optional field that cannot be read.

    Args:
        left_out: takes it.
        field: its name.
        rule: that it breaks.
        hint: where it was looked for.
        place: in which it lies, such as `products[0].`.

    Raises:
        RefusedError: the route refuses the record for it, too much of the record was left out before, or it is
            encrypted: somebody can read what it is.
    """
    refused = RefusedError.invalid(field, rule, hint)
    if place:
        refused = refused.inside(place)
    if left_out is None or refused.reason is Reason.ENCRYPTED:
        raise refused from None
    if len(left_out) >= MOST_LEFT_OUT:
        rule = f"{rule}; {MOST_LEFT_OUT} fields of the record cannot be read either"
        raise RefusedError.invalid(field, rule, hint).inside(place) from None
    left_out.append(refused)
