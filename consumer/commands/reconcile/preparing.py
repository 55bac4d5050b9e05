"""Whether a configuration has consents that can be compared, and which."""

from __future__ import annotations

from dataclasses import dataclass

from consumer.commands.reconcile.reading import consent_routes
from consumer.config.endpoints import section_of
from consumer.config.model import Config
from consumer.config.route import RouteConfig


@dataclass(frozen=True, slots=True)
class Plan:
    """What is compared.

    Attributes:
        routes: those that may say a word of a consent.
        destinations: those of them that can be asked.
        notes: sentences for the reader, of those that cannot.
    """

    routes: tuple[RouteConfig, ...]
    destinations: tuple[str, ...]
    notes: tuple[str, ...]


def prepared(config: Config, *, repair: bool) -> Plan | str:
    """The plan, or the sentence that says why there is none."""
    routes = consent_routes(config)
    if not routes:
        return "no route makes optin, unsubscribe or signup: there is no consent to be compared"
    every = config.every_destination
    named = dict.fromkeys(name for route in routes for name in route.destinations)
    able = tuple(name for name in named if every[name].bluecore.rest_api is not None)
    without = [section_of(name) for name in named if name not in able]
    if not able:
        return (
            f"{without[0]}.rest_api is not set: consents are read back by Bluecore's REST APIs, which are early "
            "access; see docs/consent.md"
        )
    if repair and config.dead_letters.retry_topic not in config.dead_letters.topics:
        return "--repair: dead_letters.delays_seconds is empty, so no retry topic is read: give it a delay"
    notes = tuple(f"{section}.rest_api is not set: its consents are not compared" for section in without)
    return Plan(routes, able, notes)
