"""One event type of a route that sends by a REST API of Bluecore's, compiled: a record in, its request out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from consumer.config.endpoints import ELIGIBILITY
from consumer.config.route import RouteConfig
from consumer.mapping.contract import MAX_BODY_BYTES, Contract
from consumer.mapping.customer import Customer, customer_of
from consumer.mapping.emails import email, normalised_email
from consumer.mapping.errors import LeftOut, RefusedError
from consumer.mapping.fields import own_names, text
from consumer.mapping.readers import Reader, reader
from consumer.mapping.rest_contract import REST_CONTRACTS, is_of_phones
from consumer.mapping.rest_parts import OWN_NAMES, Consent, Profile, RestIdentity
from consumer.mapping.rest_values import link_ids, message_type, moment, phone_number
from consumer.mapping.shared import NOTHING_SHARED, Shared
from consumer.mapping.values import unwritable
from consumer.mapping.writing import drop_unwritable
from consumer.records import EventRequest, Omission, Reason


@dataclass(frozen=True, slots=True)
class RestPlan:
    """How a record becomes a request of one event type.

    Attributes:
        labels: the attributes that may be left out.
        omits: one that cannot be read is.
    """

    api: str
    contract: Contract
    identity: RestIdentity
    part: Consent | Profile
    labels: frozenset[str]
    omits: bool

    def requests(
        self,
        record: Any,
        omitted: list[Omission],
        destination: str,
        time_ms: int | None = None,
        now_ms: int | None = None,
    ) -> list[EventRequest]:
        """The one request.

        Args:
            record: the decoded record.
            omitted: takes what is left out.
            destination: where it goes.
            time_ms: of the event, ms since the epoch; None: not known.
            now_ms: the present; None: nothing is in the future.

        Raises:
            RefusedError: the record breaks the contract of the API.
        """
        left_out: LeftOut = [] if self.omits else None
        own = self.identity.read(record)
        document: dict[str, Any] = {"id": own}
        if isinstance(self.part, Consent):
            document["state"] = self.part.read(record, time_ms, now_ms)
        else:
            document |= self.part.read(record, self.identity, own, left_out)
        body = _written(document, left_out)
        omitted += map(self._omission, left_out or ())
        (customer,) = own.values()
        return [EventRequest(self.contract.event, body, customer, destination=destination, api=self.api)]

    def _omission(self, refused: RefusedError) -> Omission:
        field = refused.field or ""
        return Omission(self.contract.event, field, str(refused), field if field in self.labels else "attributes.*")


def _written(document: dict[str, Any], left_out: LeftOut) -> bytes:
    try:
        body = orjson.dumps(document)
    except orjson.JSONEncodeError:
        if left_out is not None:
            drop_unwritable(document.get("attributes", {}), "", set(), left_out)
        try:
            body = orjson.dumps(document)
        except orjson.JSONEncodeError:
            # Its message quotes the value.
            place, rule = unwritable(document, "")
            field = place.removeprefix("attributes.").removeprefix("id.").removeprefix("state.")
            raise RefusedError.invalid(field, rule) from None
    if len(body) > MAX_BODY_BYTES:
        message = f"the event has {len(body)} bytes; Bluecore takes {MAX_BODY_BYTES}"
        raise RefusedError(Reason.TOO_LARGE, None, message)
    return body


def rest_plan_of(route: RouteConfig, event: str, shared: Shared = NOTHING_SHARED) -> RestPlan:
    """Compiles one event type of a route in whose configuration nothing is wrong."""
    contract, rest = Contract(event, customer=True), REST_CONTRACTS[route.api]
    phone, mail = phone_number(route.phone_region), normalised_email if route.normalise_email else email

    def field(name: str, accept: Any) -> Reader:
        names = own_names(route, "email") if name == "email" else OWN_NAMES[name]
        return reader(name, route.fields.get(name), names, accept, shared)

    by_phone = is_of_phones(route, event)
    by_email = not by_phone and "email" in route.fields and "phone_number" not in route.fields
    identity = RestIdentity(field("email", mail), field("phone_number", phone), by_phone, by_email)
    omits = route.invalid_optional == "omit"
    if route.api == ELIGIBILITY:
        consent = Consent(
            rest.events[event],
            field("message_type", message_type),
            field("channel_identifier", text),
            field("consented_at", moment(shared.zone)),
        )
        return RestPlan(route.api, contract, identity, consent, frozenset(), omits)
    customer = customer_of(route, contract, shared) or Customer((), ())
    profile = Profile(customer, field("link_ids", link_ids(mail, phone)), event == "identify")
    return RestPlan(route.api, contract, identity, profile, frozenset(customer.names), omits)
