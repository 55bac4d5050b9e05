"""A token that others are shown, and the error that there is none."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from consumer.errors import ExpectedError

LONGEST_SECONDS: Final = 86_400.0
_SHAPE: Final = re.compile(r"[\x21-\x7e]+")


class TokenUnavailable(ExpectedError):
    """No token is to be had; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Token:
    """What one answer of a token service gives.

    Attributes:
        text: what is shown; a secret.
        expires_at: until when it is good, in seconds of the clock of whoever fetches it.
        scopes: what it allows; None where the service does not say.
    """

    text: str = field(repr=False)
    expires_at: float
    scopes: frozenset[str] | None = None

    def checked(self, now: float) -> Token:
        """Itself, if it is of use now: librdkafka asks no more once it was given one of another shape.

        Args:
            now: seconds of the same clock.

        Raises:
            TokenUnavailable: its text or its end cannot be.
        """
        if not _SHAPE.fullmatch(self.text):
            raise TokenUnavailable("the token service answers, and its token is no text without spaces")
        if self.expires_at <= now:
            raise TokenUnavailable(
                f"the token service gives a token that has ended {now - self.expires_at:.0f} s ago: set this "
                "machine's clock"
            )
        if self.expires_at - now > LONGEST_SECONDS:
            raise TokenUnavailable(
                "the token service gives a token that is good for more than a day: set this machine's clock"
            )
        return self
