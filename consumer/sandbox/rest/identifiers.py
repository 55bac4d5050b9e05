"""Whom a request of the REST APIs is about: an e-mail address or a phone number, as Bluecore writes it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from consumer.sandbox.contract.rules import Rule
from consumer.sandbox.contract.values import is_email
from consumer.sandbox.rest.refused import Refused

KINDS: Final = ("email", "phone_number")
_PHONE: Final = re.compile(r"\+?[1-9]\d{0,14}", re.ASCII)


def identifier(given: object, field: str) -> str:
    """An e-mail address in small letters without spaces around it, or a phone number with its plus sign.

    Args:
        given: an object, or the parameters of a query, with one of `email` and `phone_number`.
        field: where it stands, for the sentence.

    Raises:
        Refused: it has none, or both, or it is no such thing.
    """
    named = [kind for kind in KINDS if given.get(kind) is not None] if isinstance(given, Mapping) else []
    if not isinstance(given, Mapping) or len(named) != 1:
        raise Refused(field, Rule.IDENTIFIER, "It takes exactly one of email and phone_number.")
    value = given[named[0]]
    place = f"{field}.{named[0]}".removeprefix(".")
    if named[0] == "email":
        email = value.strip().lower() if isinstance(value, str) else value
        if not is_email(email):
            raise Refused(place, Rule.EMAIL, "This is not an e-mail address.")
        return str(email)
    if not isinstance(value, str) or not _PHONE.fullmatch(value):
        message = "This is not a phone number of E.164: + and digits, the country's first, as in +14155550100."
        raise Refused(place, Rule.IDENTIFIER, message)
    return "+" + value.removeprefix("+")


def written(name: str) -> dict[str, Any]:
    """The identifier as the APIs write it."""
    return {"email" if "@" in name else "phone_number": name}
