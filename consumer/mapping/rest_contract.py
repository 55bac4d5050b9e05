"""What Bluecore's REST APIs ask for, as data.

Source: the OpenAPI documents of developers.bluecore.com, version 0.0.1, as the repository api-evangelist/bluecore has
harvested them (Profile_CreateOrUpdate, Eligibility_Update). Early access, and not tried against Bluecore.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from consumer.config.endpoints import CUSTOMERS, ELIGIBILITY
from consumer.config.route import RouteConfig

SIGNUP: Final = "signup"
"""The event of a double opt-in by SMS: Bluecore sends the message, and waits for the customer's word."""
MOST_LINKS: Final = 4
MESSAGE_TYPES: Final = ("MARKETING", "TRANSACTIONAL")


@dataclass(frozen=True, slots=True)
class RestContract:
    """One of the two.

    Attributes:
        events: by event type, `state.event` where the API has one.
        fields: that a route may map beside the customer's attributes.
        attributes: whether it takes attributes.
        takes_time: whether it takes the time of what it is told, so that nothing is too old for it.
    """

    api: str
    events: Mapping[str, str]
    fields: tuple[str, ...]
    attributes: bool
    takes_time: bool


REST_CONTRACTS: Final[Mapping[str, RestContract]] = {
    each.api: each
    for each in (
        RestContract(
            CUSTOMERS,
            {"customer_patch": "", "identify": ""},
            ("email", "phone_number", "link_ids"),
            attributes=True,
            takes_time=False,
        ),
        RestContract(
            ELIGIBILITY,
            {"optin": "OPTIN", "unsubscribe": "UNSUBSCRIBE", SIGNUP: "SIGNUP"},
            ("email", "phone_number", "message_type", "consented_at", "channel_identifier"),
            attributes=False,
            takes_time=True,
        ),
    )
}
ONLY_REST: Final = tuple(
    dict.fromkeys(name for each in REST_CONTRACTS.values() for name in each.fields if name != "email")
)
"""The fields that the Events API has not."""


def takes_time(route: RouteConfig) -> bool:
    """Whether the API that the route sends by takes the time of what it is told."""
    contract = REST_CONTRACTS.get(route.api)
    return contract is not None and contract.takes_time


def is_of_phones(route: RouteConfig, event: str) -> bool:
    """Whether an event is of the phone alone: a sign-up by SMS, or what the route maps a phone for and no e-mail."""
    return event == SIGNUP or ("phone_number" in route.fields and "email" not in route.fields)
