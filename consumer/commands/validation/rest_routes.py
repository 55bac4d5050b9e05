"""What does not fit together in a route and the API of Bluecore's that it sends by."""

from __future__ import annotations

from collections.abc import Iterator

from consumer.config.endpoints import ELIGIBILITY, EVENTS
from consumer.config.findings import Finding
from consumer.config.route import SKIP, EventByValue, RouteConfig
from consumer.mapping.contract import CONTRACTS
from consumer.mapping.customer import attribute_name
from consumer.mapping.fields import CUSTOMER, IDENTITY, SYNONYMS
from consumer.mapping.names import as_yaml
from consumer.mapping.products import PREFIX
from consumer.mapping.rest_contract import ONLY_REST, REST_CONTRACTS, SIGNUP, RestContract
from consumer.suggestions import did_you_mean


def api_findings(key: str, route: RouteConfig) -> Iterator[Finding]:
    """Events and options that the API of the route has not; `key`: the route's."""
    rest = REST_CONTRACTS.get(route.api)
    for place, event in _events(key, route):
        if rest is None:
            if event == SIGNUP:
                yield Finding(place, f"{SIGNUP} is an event of the eligibility API: set `api: {ELIGIBILITY}`")
        elif event not in rest.events:
            yield Finding(place, _not_of(rest, event))
    if rest is None:
        return
    if route.attributes and not rest.attributes:
        what = f"the {rest.api} API takes no attributes: send them by a further route of customer_patch"
        yield Finding(f"{key}.attributes", what)
    if route.properties:
        yield Finding(f"{key}.properties", f"the {rest.api} API takes no further properties: remove them")
    if route.link_identities:
        yield Finding(f"{key}.link_identities", "is of the Events API: the customers API links by `link_ids`")
    yield from _signups_by_email(key, route)


def _signups_by_email(key: str, route: RouteConfig) -> Iterator[Finding]:
    if "email" not in route.fields:
        return
    events = list(_events(key, route))
    signups = [place for place, event in events if event == SIGNUP]
    if len(signups) == len(events):
        yield Finding(f"{key}.fields.email", f"has no effect: {SIGNUP} is by SMS, to the phone_number")
    elif "phone_number" not in route.fields:
        what = f"{SIGNUP} is by SMS, to the phone_number, and the route maps email alone: give it a route of its own"
        yield from (Finding(place, f"{what} that maps phone_number") for place in signups)


def is_of_another_api(name: str, route: RouteConfig) -> bool:
    """Whether a field of this name is told by `rest_field_findings`, and not by the contract of the events."""
    return route.api != EVENTS or (name in ONLY_REST and all(event in CONTRACTS for _, event in _events("", route)))


def rest_field_findings(key: str, name: str, route: RouteConfig) -> Iterator[Finding]:
    """What is wrong with the name of a field under `fields`."""
    rest = REST_CONTRACTS.get(route.api)
    if rest is None:
        apis = " or ".join(f"`api: {each.api}`" for each in REST_CONTRACTS.values() if name in each.fields)
        phone = ", or map the attribute `phone`" if name == "phone_number" else ""
        yield Finding(key, f"{name} is no field of the Events API: set {apis}{phone}")
        return
    if name in rest.fields or (rest.attributes and attribute_name(name) in CUSTOMER):
        return
    known = ", ".join(rest.fields)
    other = next((each for each in REST_CONTRACTS.values() if name in each.fields), None)
    if other is not None:
        yield Finding(key, f"{name} is a field of the {other.api} API; the {rest.api} API has {known}")
    elif attribute_name(name) in CUSTOMER:
        yield Finding(key, f"{name} is an attribute; the {rest.api} API has {known}")
    elif _is_of_events(name):
        yield Finding(key, f"{name} is a field of the Events API; the {rest.api} API has {known}")
    else:
        hint = did_you_mean(name, rest.fields) or (
            "; a customer's attribute goes under `attributes`" if rest.attributes else f"; it has {known}"
        )
        yield Finding(key, f"the {rest.api} API has no field {name}{hint}")


def _not_of(rest: RestContract, event: str) -> str:
    takes = f"the {rest.api} API takes {', '.join(rest.events)}, and not {event}"
    other = next((each for each in REST_CONTRACTS.values() if event in each.events), None)
    meant = did_you_mean(event, rest.events)
    if meant:
        return takes + meant
    return f"{takes}: set `api: {other.api}`, or leave `api` out" if other else f"{takes}: leave `api` out"


def _events(key: str, route: RouteConfig) -> Iterator[tuple[str, str]]:
    """Where each event of a route is named, and which it is."""
    if not isinstance(route.event, EventByValue):
        named = {f"{key}.event": route.event}
    else:
        named = {f"{key}.event.values.{as_yaml(value)}": event for value, event in route.event.values.items()}
        named |= {} if route.event.default is None else {f"{key}.event.default": route.event.default}
    yield from ((place, event) for place, event in named.items() if event != SKIP)


def _is_of_events(name: str) -> bool:
    of_events = {*IDENTITY, *SYNONYMS, *(field for each in CONTRACTS.values() for field in each.properties)}
    return name in of_events or name.startswith(PREFIX)
