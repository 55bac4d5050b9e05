"""Whether a name is probably meant for a route: schemas in files name no topics, but they are named."""

from __future__ import annotations

import re

from consumer.config.route import RouteConfig
from consumer.mapping.contract import events_of

_VERSION = re.compile(r"[-_.]?v?\d+$")


def resembles_topic(name: str, route: RouteConfig) -> bool:
    """Whether a file's or record's name is the topic's, or its last part: `com.shop.Order` is like `shop.orders`."""
    return route.topic is not None and bool(_forms(name) & _forms(route.topic))


def resembles_event(name: str, route: RouteConfig) -> bool:
    """Whether it is an event's of the route: `com.shop.AddToCart` is like `add_to_cart`."""
    return bool(_forms(name) & {_letters(event) for event in events_of(route)})


def without_suffixes(stem: str) -> str:
    """What a file is of: `shop.orders-value` and `shop.orders-v2` are of `shop.orders`."""
    return _VERSION.sub("", stem).removesuffix("-value")


def _forms(name: str) -> set[str]:
    return {_letters(name), _letters(name.rpartition(".")[2])}


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower()).removesuffix("s")
