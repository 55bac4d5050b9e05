"""How the router is made of the configuration: the service and the commands that look at records share it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from consumer.config.destinations import UNNAMED
from consumer.config.endpoints import endpoint_of, rest_endpoints
from consumer.config.model import Config
from consumer.config.route import RouteConfig
from consumer.mapping.recipients import Namespace
from consumer.mapping.router import Router, compile_routes
from consumer.mapping.tables import load_tables


class TopicDestinations(NamedTuple):
    """Where the records of a topic may go.

    Attributes:
        names: of the destinations and their APIs; none where there is but one in all.
        set_aside: what waits for one that is away goes to the retry topic, so that the others flow.
    """

    names: tuple[str, ...] = ()
    set_aside: bool = False


ANYWHERE = TopicDestinations()


def destinations_of(config: Config, topic: str) -> TopicDestinations:
    """By the routes that take the topic; the retry topic has records of all, and none is set aside again."""
    asked = config.delivery.on_destination_outage
    names = dict.fromkeys(
        endpoint_of(name, route.api) for route in config.routes if route.takes(topic) for name in route.destinations
    )
    if not (config.destinations or asked or rest_endpoints(config)) or not names:
        return ANYWHERE
    mixed = len(names) > 1 if asked is None else asked == "set_aside"
    return TopicDestinations(tuple(names), mixed and bool(config.dead_letters.delays_seconds))


def router(
    config: Config,
    routes: Sequence[RouteConfig] | None = None,
    *,
    max_age_seconds: float = 0,
    token: str | None = None,
) -> Router:
    """The compiled routes.

    Args:
        config: the configuration.
        routes: those of it; by default, all.
        max_age_seconds: older records are rejected as too old; 0: none is.
        token: what stands in the place of each namespace; None: the namespace itself.
    """
    every = {
        name: Namespace(each.token if token is None else token, each.bluecore.only_emails)
        for name, each in config.every_destination.items()
    }
    unnamed = every.pop(UNNAMED, Namespace(""))
    return compile_routes(
        config.routes if routes is None else routes,
        token=unnamed.token,
        max_age_seconds=max_age_seconds,
        tables=load_tables(config.tables),
        only_emails=unnamed.only_emails,
        others=every,
    )
