"""Whose event it is.

`distinct_id`, by preference: one that the route maps, the e-mail, one under Bluecore's own name, a customer id, a
device id (RudderStack; Bluecore: "the e-mail when known"). Only `identify` never takes an e-mail: its `distinct_id`
is the id to be linked to one (Bluecore, Customer Events). That goes for every address, whoever's it is and however it
is written: a link between two addresses would make one profile of two customers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from consumer.config.route import RouteConfig
from consumer.mapping.contract import Contract
from consumer.mapping.emails import is_email
from consumer.mapping.errors import LeftOut, RefusedError
from consumer.mapping.fields import ACCEPT, IDENTITY, NORMALISED, identity_key, own_names
from consumer.mapping.readers import Reader, reader
from consumer.mapping.shared import NOTHING_SHARED, Shared


class CustomerIds(NamedTuple):
    """Whose event it is; a tuple, as there is one for every event."""

    distinct_id: str
    email: str | None


@dataclass(frozen=True, slots=True)
class Identity:
    """Reads who a record is about.

    Attributes:
        mapped: the route says what the `distinct_id` is: where there is one, it goes before the e-mail.
    """

    email: Reader
    explicit: Reader
    customer_id: Reader
    device_id: Reader
    needs_email: bool
    links: bool
    mapped: bool

    def read(self, record: Any, left_out: LeftOut = None) -> CustomerIds:
        """The customer.

        Args:
            record: the record.
            left_out: takes the invalid ids that another one stands in for.

        Raises:
            RefusedError: the e-mail is needed and missing, or there is no id at all, or one is invalid.
        """
        # One that is no address is nobody's, whatever stands beside it.
        email = self.email.require(record) if self.needs_email else self.email.read(record)
        if self.links:
            return CustomerIds(self._to_be_linked(record, left_out), email)
        distinct_id = (self.explicit.read(record) if self.mapped else None) or email
        if distinct_id is None:
            distinct_id = self._stand_in(record, left_out)
        return CustomerIds(distinct_id, email)

    def linkable_ids(self, record: Any, left_out: LeftOut = None) -> list[str]:
        """The ids that the record shows and that are no e-mail, the most telling first."""
        explicit = self.explicit.read(record) if self.mapped else self.explicit.read_optional(record, left_out)
        others = (self.customer_id.read_optional(record, left_out), self.device_id.read_optional(record, left_out))
        return list(dict.fromkeys(one for one in (explicit, *others) if one is not None and not is_email(one)))

    def _to_be_linked(self, record: Any, left_out: LeftOut) -> str:
        linkable = self.linkable_ids(record, left_out)
        if not linkable:
            _refuse_invalid_id(left_out)
            raise RefusedError.missing("distinct_id", "identify needs an id that is no e-mail")
        return linkable[0]

    def _stand_in(self, record: Any, left_out: LeftOut) -> str:
        """An id of a record without an e-mail."""
        for each in (self.explicit, self.customer_id, self.device_id):
            found: str | None = each.read_optional(record, left_out)
            if found is not None:
                return found
        _refuse_invalid_id(left_out)
        raise RefusedError.missing("distinct_id", "no e-mail, customer id or device id stands in for it")


def _refuse_invalid_id(left_out: LeftOut) -> None:
    """Where no other id stands in for an invalid one, it was not optional."""
    for each in left_out or ():
        if each.field in IDENTITY:
            raise each


def identity_of(route: RouteConfig, contract: Contract, shared: Shared = NOTHING_SHARED) -> Identity:
    """How one event type of a route finds its customer."""
    accept = ACCEPT | NORMALISED if route.normalise_email else ACCEPT
    email, explicit, customer_id, device_id = (
        reader(name, route.fields.get(identity_key(route, name)), own_names(route, name), accept[name], shared)
        for name in IDENTITY
    )
    mapped = "distinct_id" in route.fields
    return Identity(email, explicit, customer_id, device_id, contract.customer, contract.links, mapped)
