"""What a request to a REST API of Bluecore's is made of: whose it is, a consent, or a profile.

What a consent says is never guessed: a field that cannot be read refuses the record, and is not left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from consumer.age import is_ahead
from consumer.mapping.customer import Customer
from consumer.mapping.errors import LeftOut, RefusedError
from consumer.mapping.readers import Reader
from consumer.mapping.rest_contract import MESSAGE_TYPES, MOST_LINKS
from consumer.mapping.rest_values import is_long_ago, long_ago
from consumer.mapping.timing import milliseconds
from consumer.mapping.values import rfc3339

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
IN_THE_FUTURE: Final = "is in the future, by more than the 5 minutes by which clocks may differ"
OWN_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "phone_number": ("phone_number", "customer.phone_number"),
    "link_ids": ("link_ids",),
    "message_type": ("message_type",),
    "consented_at": ("consented_at",),
    "channel_identifier": ("channel_identifier",),
}
"""Where a field is looked for that the route does not map."""


@dataclass(frozen=True, slots=True)
class RestIdentity:
    """Whose event it is: one e-mail or one phone number.

    Attributes:
        by_phone: the phone number alone counts.
        by_email: the e-mail alone does; with neither, it is the e-mail where there is one.
    """

    email: Reader
    phone: Reader
    by_phone: bool
    by_email: bool

    def read(self, record: Any) -> dict[str, str]:
        """`id`, as the APIs have it.

        Raises:
            RefusedError: there is none, or an invalid one.
        """
        if self.by_phone:
            return {"phone_number": self.phone.require(record)}
        if self.by_email:
            return {"email": self.email.require(record)}
        if (found := self.email.read(record)) is not None:
            return {"email": found}
        if (found := self.phone.read(record)) is not None:
            return {"phone_number": found}
        raise RefusedError.missing("email", f"and there is no phone number: {self.email.hint}; {self.phone.hint}")


@dataclass(frozen=True, slots=True)
class Consent:
    """Reads `state` of the eligibility API."""

    event: str
    message_type: Reader
    channel_identifier: Reader
    consented_at: Reader

    def read(self, record: Any, time_ms: int | None, now_ms: int | None) -> dict[str, str]:
        """The whole section.

        Args:
            record: the decoded record.
            time_ms: of the event, for a record that says no time of its consent; one in the future says nothing.
            now_ms: the present; None: nothing is in the future.

        Raises:
            RefusedError: a value breaks its rule, or the consent is of the future or of long ago.
        """
        state = {"event": self.event, "message_type": self.message_type.read(record) or MESSAGE_TYPES[0]}
        consented: datetime | None = self.consented_at.read(record)
        if consented is not None:
            if now_ms is not None and is_ahead(milliseconds(consented), now_ms):
                raise RefusedError.invalid(self.consented_at.field, IN_THE_FUTURE, self.consented_at.hint)
            state["consented_at"] = rfc3339(consented)
        elif time_ms is not None and not (now_ms is not None and is_ahead(time_ms, now_ms)):
            instead = _EPOCH + timedelta(milliseconds=time_ms)
            if is_long_ago(instead):
                rule = f"is the event's own time, which {long_ago(instead)}"
                raise RefusedError.invalid(self.consented_at.field, rule, self.consented_at.hint)
            state["consented_at"] = rfc3339(instead)
        if (channel := self.channel_identifier.read(record)) is not None:
            state["channel_identifier"] = channel
        return state


@dataclass(frozen=True, slots=True)
class Profile:
    """Reads what the customers API takes beside the `id`.

    Attributes:
        links: further identifiers must be given; a phone number beside the e-mail is one.
    """

    customer: Customer
    link_ids: Reader
    links: bool

    def read(self, record: Any, identity: RestIdentity, own: dict[str, str], left_out: LeftOut) -> dict[str, Any]:
        """`link_ids` and `attributes`, where there are any.

        Args:
            record: the decoded record.
            identity: of the customer.
            own: the customer's `id`, which is no link to itself.
            left_out: takes the attributes that cannot be read.

        Raises:
            RefusedError: a link is wrong or missing, or an attribute is wrong and may not be left out.
        """
        found: dict[str, Any] = {}
        links: list[dict[str, str]] = [each for each in self.link_ids.read(record) or () if each != own]
        if self.links and "email" in own and (phone := identity.phone.read(record)) is not None:
            links += [{"phone_number": phone}] if {"phone_number": phone} not in links else []
        if len(links) > MOST_LINKS:
            rule = f"are more than {MOST_LINKS} with the phone number, the most that one request links"
            raise RefusedError.invalid(self.link_ids.field, rule, self.link_ids.hint)
        if links:
            found["link_ids"] = links
        elif self.links:
            hint = f"identify links two ids of a customer: {self.link_ids.hint}"
            raise RefusedError.missing(self.link_ids.field, hint)
        attributes = self.customer.read(record, "", left_out)
        del attributes["email"]
        if attributes:
            found["attributes"] = attributes
        return found
