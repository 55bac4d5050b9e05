"""Vocabularies of others: which of their events is which of Bluecore's, and where their fields stand.

`preset: segment` of a route takes the e-commerce events of Segment's specification, which RudderStack's has too:
calls of `track` with an `event` such as `Order Completed`, its `properties`, and the customer's traits under
`context`. A route that names an `event` itself keeps it, and takes the names of the fields alone.

Sources: Segment, E-Commerce Events; RudderStack, whose own Bluecore destination takes these six events.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Preset:
    """One vocabulary.

    Attributes:
        event: the route's `event`.
        names: by Bluecore's field, where it is looked for before its own names.
        product_fields: of a product, what is sent beside its id, name, price and quantity.
    """

    event: Mapping[str, Any]
    names: Mapping[str, tuple[str, ...]]
    product_fields: tuple[str, ...]


def _traits(*names: str) -> tuple[str, ...]:
    return tuple(f"{section}.{name}" for section in ("context.traits", "traits") for name in names)


_SEGMENT: Final = Preset(
    event={
        "path": "event",
        "values": {
            "Order Completed": "purchase",
            "Product Added": "add_to_cart",
            "Product Removed": "remove_from_cart",
            "Product Viewed": "viewed_product",
            "Product Added to Wishlist": "wishlist",
            "Products Searched": "search",
        },
        "default": "skip",
        "ignore_case": True,
    },
    names={
        "email": (*_traits("email"), "properties.email"),
        "customer_id": ("userId",),
        "device_id": ("anonymousId",),
        "first_name": _traits("firstName", "first_name"),
        "last_name": _traits("lastName", "last_name"),
        "phone": _traits("phone"),
        "city": _traits("address.city"),
        "state": _traits("address.state"),
        "zip": _traits("address.postalCode", "address.postal_code"),
        "country": _traits("address.country"),
        "gender": _traits("gender"),
        "birthday": _traits("birthday"),
        "order_id": ("properties.order_id",),
        "total": ("properties.total", "properties.revenue"),
        "search_term": ("properties.query",),
        "client": ("context.app.version",),
        "device": ("context.device.model",),
        "products": ("properties.products", "properties"),
    },
    product_fields=("category", "brand", "variant", "url", "image_url"),
)
PRESETS: Final[Mapping[str, Preset]] = {"segment": _SEGMENT, "rudderstack": _SEGMENT}
