"""What is sent to: each API of each destination, by one name.

The Events API of a destination has the destination's own name. A REST API's is `acme/eligibility`, and
`/eligibility` for the destination of the section `bluecore`, which has no name: no destination's has a slash.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from consumer.config.destinations import UNNAMED, BluecoreConfig
from consumer.config.model import Config

EVENTS: Final = "events"
CUSTOMERS: Final = "customers"
ELIGIBILITY: Final = "eligibility"
_BETWEEN: Final = "/"
_WRITTEN: Final = {CUSTOMERS: "customers", ELIGIBILITY: "eligibility_events"}
"""By API, the resource that is written to."""


def endpoint_of(destination: str, api: str) -> str:
    """The name of an API of a destination; an empty one is the Events API, too."""
    return destination if api in {EVENTS, ""} else f"{destination}{_BETWEEN}{api}"


def parted(endpoint: str) -> tuple[str, str]:
    """The destination and the API of such a name."""
    destination, _, api = endpoint.partition(_BETWEEN)
    return destination, api or EVENTS


def is_rest(endpoint: str) -> bool:
    """Whether it is one of the REST APIs, which answer with what was stored."""
    return _BETWEEN in endpoint


def section_of(endpoint: str) -> str:
    """Where its settings are: `bluecore`, or `destinations.NAME`, or their `rest_api`."""
    destination, api = parted(endpoint)
    section = "bluecore" if destination == UNNAMED else f"destinations.{destination}"
    return section if api == EVENTS else f"{section}.rest_api"


def resource_of(api: str) -> str:
    """What a REST API's address ends with, where it is written to."""
    return _WRITTEN[api]


def rest_endpoints(config: Config) -> tuple[str, ...]:
    """The REST APIs that the routes send by, of each destination."""
    named = [
        endpoint_of(name, route.api) for route in config.routes if route.api != EVENTS for name in route.destinations
    ]
    return tuple(dict.fromkeys(named))


def reached(config: Config) -> dict[str, BluecoreConfig]:
    """How each is reached: that of a REST API as an Events API of its address would be, and without its key.

    Every destination is there, and of the REST APIs those that a route sends by.
    """
    return config.endpoints | {name: _reached(config, name) for name in rest_endpoints(config)}


def namespace_url(bluecore: BluecoreConfig, resource: str) -> str:
    """Where a resource of the destination's namespace is.

    Raises:
        ValueError: the destination has no `rest_api`.
    """
    if bluecore.rest_api is None:
        raise ValueError("there is no rest_api")
    namespace = quote(bluecore.namespace.get_secret_value(), safe="")
    return f"{bluecore.rest_api.url}/namespaces/{namespace}/{resource}"


def _reached(config: Config, endpoint: str) -> BluecoreConfig:
    destination, api = parted(endpoint)
    bluecore = config.endpoints[destination]
    changed = {"url": namespace_url(bluecore, _WRITTEN[api]), "api_key": type(bluecore.api_key)("")}
    return bluecore.model_copy(update=changed)
