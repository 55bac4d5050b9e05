"""Which channel the consents of a route are for, where that is another one than its writer will have meant."""

from __future__ import annotations

from collections.abc import Iterator

from consumer.commands.typecheck.findings import Finding, Severity
from consumer.config.endpoints import ELIGIBILITY, EVENTS
from consumer.config.model import Config
from consumer.config.route import RouteConfig
from consumer.mapping.contract import events_of
from consumer.mapping.rest_contract import is_of_phones


def channel_findings(key: str, route: RouteConfig, config: Config) -> Iterator[Finding]:
    """One finding for ids that are in one another's way, and one for those that `only_emails` cannot list.

    Args:
        key: the route's, such as `routes[1]`.
        route: one in which nothing is wrong by itself.
        config: that the route is of.
    """
    if route.api == EVENTS:
        return
    phones = [is_of_phones(route, event) for event in events_of(route)]
    if route.api == ELIGIBILITY and {"email", "phone_number"} <= route.fields.keys() and not all(phones):
        message = (
            "counts only where there is no e-mail: a record with both is a consent for e-mail. Consents by SMS need a"
            " route of their own that maps phone_number alone, with a `when` on the channel"
        )
        yield Finding(Severity.WARNING, message, key=f"{key}.fields.phone_number")
    if any(phones) and any(config.endpoints[name].only_emails for name in route.destinations):
        message = "only_emails lists e-mails: what goes to a phone_number is skipped"
        yield Finding(Severity.WARNING, message, key=f"{key}.fields.phone_number")
