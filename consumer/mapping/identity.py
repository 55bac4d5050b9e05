"""Whose event it is.

`distinct_id`, by preference: an explicit one, the e-mail, a customer id, a device id (RudderStack; Bluecore:
"the e-mail when known"). Only `identify` never takes the e-mail: its `distinct_id` is the id to be linked to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from consumer.mapping.errors import RefusedError
from consumer.mapping.fields import ACCEPT, IDENTITY, Reader, normalised_email, reader

if TYPE_CHECKING:
    from consumer.config import RouteConfig
    from consumer.mapping.contract import Contract


@dataclass(frozen=True, slots=True)
class Who:
    distinct_id: str
    email: str | None


@dataclass(frozen=True, slots=True)
class Identity:
    """Reads who a record is about."""

    email: Reader
    explicit: Reader
    customer_id: Reader
    device_id: Reader
    needs_email: bool
    links: bool
    normalise: bool

    def read(self, record: Any) -> Who:
        """The customer.

        Raises:
            RefusedError: the e-mail is needed and missing, or there is no id at all, or one is invalid.
        """
        email = self.email.require(record) if self.needs_email else self.email.read(record)
        if self.links:
            return Who(self._to_be_linked(record, email), email)
        distinct_id = self._explicit(record) or email
        if distinct_id is None:
            distinct_id = self.customer_id.read(record) or self.device_id.read(record)
        if distinct_id is None:
            raise RefusedError.missing("distinct_id", "no e-mail, customer id or device id stands in for it")
        return Who(distinct_id, email)

    def other_ids(self, record: Any, email: str) -> list[str]:
        """The ids that the record shows beside the e-mail, the most telling first."""
        found = (self._explicit(record), self.customer_id.read(record), self.device_id.read(record))
        return list(dict.fromkeys(other for other in found if other is not None and other != email))

    def _to_be_linked(self, record: Any, email: str) -> str:
        others = self.other_ids(record, email)
        if not others:
            raise RefusedError.missing("distinct_id", "identify needs an id other than the e-mail")
        return others[0]

    def _explicit(self, record: Any) -> str | None:
        found: str | None = self.explicit.read(record)
        return found.strip().lower() if self.normalise and found and "@" in found else found


def identity_of(route: RouteConfig, contract: Contract) -> Identity:
    """How one event type of a route finds its customer."""
    accept = {**ACCEPT, "email": normalised_email} if route.normalise_email else ACCEPT
    email, explicit, customer_id, device_id = (
        reader(name, route.fields.get(name), own_names, accept[name]) for name, own_names in IDENTITY.items()
    )
    return Identity(email, explicit, customer_id, device_id, contract.customer, contract.links, route.normalise_email)
