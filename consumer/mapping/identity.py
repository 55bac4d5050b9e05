"""Whose event it is.

`distinct_id`, by preference: an explicit one, the e-mail, a customer id, a device id (RudderStack; Bluecore:
"the e-mail when known"). Only `identify` never takes an e-mail: its `distinct_id` is the id to be linked to one
(Bluecore, Customer Events). That goes for every address, whoever's it is and however it is written: a link
between two addresses would make one profile of two customers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from consumer.config.route import RouteConfig
from consumer.mapping.contract import Contract
from consumer.mapping.emails import is_email
from consumer.mapping.errors import RefusedError
from consumer.mapping.fields import ACCEPT, IDENTITY, NORMALISED, own_names
from consumer.mapping.readers import Reader, reader
from consumer.mapping.shared import NOTHING_SHARED, Shared


class CustomerIds(NamedTuple):
    """Whose event it is; a tuple, as there is one for every event."""

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

    def read(self, record: Any) -> CustomerIds:
        """The customer.

        Raises:
            RefusedError: the e-mail is needed and missing, or there is no id at all, or one is invalid.
        """
        email = self.email.require(record) if self.needs_email else self.email.read(record)
        if self.links:
            return CustomerIds(self._to_be_linked(record), email)
        distinct_id = self.explicit.read(record) or email
        if distinct_id is None:
            distinct_id = self.customer_id.read(record) or self.device_id.read(record)
        if distinct_id is None:
            raise RefusedError.missing("distinct_id", "no e-mail, customer id or device id stands in for it")
        return CustomerIds(distinct_id, email)

    def linkable_ids(self, record: Any) -> list[str]:
        """The ids that the record shows and that are no e-mail, the most telling first."""
        found = (self.explicit.read(record), self.customer_id.read(record), self.device_id.read(record))
        return list(dict.fromkeys(one for one in found if one is not None and not is_email(one)))

    def _to_be_linked(self, record: Any) -> str:
        linkable = self.linkable_ids(record)
        if not linkable:
            raise RefusedError.missing("distinct_id", "identify needs an id that is no e-mail")
        return linkable[0]


def identity_of(route: RouteConfig, contract: Contract, shared: Shared = NOTHING_SHARED) -> Identity:
    """How one event type of a route finds its customer."""
    accept = ACCEPT | NORMALISED if route.normalise_email else ACCEPT
    email, explicit, customer_id, device_id = (
        reader(name, route.fields.get(name), own_names(route, name), accept[name], shared) for name in IDENTITY
    )
    return Identity(email, explicit, customer_id, device_id, contract.customer, contract.links)
