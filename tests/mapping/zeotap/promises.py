"""What Zeotap's page on its Bluecore destination promises, sentence by sentence, and how a test names what it shows.

The page is the document that this service was asked to implement: for "Zeotap", read the service; for a row, a
record; for the sync log, the dead-letter topic. Sentences that only describe Bluecore's own pages are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

Test = TypeVar("Test", bound=Callable[..., Any])

PROMISES: Final[Mapping[str, tuple[str, ...]]] = {
    "Available Event Types": (
        "Customer Patch: Create or update customer profile attributes (first name, last name, phone, etc.)",
        "Purchase: Record purchase transactions with order ID, total, and product details",
        "Viewed Product: Track product view events with product IDs",
        "Add to Cart: Track items added to shopping cart",
        "Remove from Cart: Track items removed from shopping cart",
        "Search: Track search queries with search terms",
        "Wishlist: Track items added to wishlists",
        "Identify: Link a device or anonymous ID to a customer email address",
        "Opt-in: Record customer opt-in to marketing communications",
        "Unsubscribe: Record customer unsubscribe from marketing communications",
    ),
    "Required Mapping Fields": ("email: Customer email address (primary identifier for all Bluecore events)",),
    "Default Destination Fields": (
        "email, first_name, last_name, phone, city, state, zip, country, gender, birthday",
        (
            "All customer attributes sent to Bluecore must be lowercase and use underscores instead of spaces or "
            "dashes (e.g., first_name, not First-Name)."
        ),
        "Zeotap automatically lowercases attribute names.",
    ),
    "How It Works": (
        "Zeotap maps each row to a Bluecore customer_patch event",
        "Customer attributes are nested under a customer object in the event payload",
        (
            "Each event is sent individually to the Bluecore Events API "
            "(POST https://api.bluecore.app/api/track/mobile/v1)"
        ),
        "Bluecore creates or updates the customer profile based on the email address",
        "Zeotap maps each row to the selected commerce event type",
        "Product fields (product_id, price, quantity, name) are nested under a products array",
        "Purchase events include order_id and total at the properties level",
        "Each event is sent individually to the Bluecore Events API",
    ),
    "Event Payload Format": ("All events follow Bluecore's standard format",),
    "Error Handling": (
        "Zeotap automatically retries failed requests up to 3 times with exponential backoff",
        "HTTP 429 (rate limit) responses are retried automatically",
        "Failed rows are reported individually with error details in the sync log",
    ),
    "Rate Limits": (
        "Zeotap sends events individually with automatic retry and backoff to avoid overwhelming the API.",
        "Reducing the frequency of your sync schedule",
        "Breaking large syncs into smaller batches",
    ),
    "Best Practices": (
        "Use customer_patch for profile syncs to create or update customer attributes in Bluecore",
        "Map email for every sync — it is the primary identifier for all Bluecore events",
        "Use lowercase attribute names with underscores (e.g., first_name, zip_code) per Bluecore's requirements",
        (
            "Use boolean values for boolean attributes — "
            'Bluecore does not accept string representations like "true" or "false"'
        ),
        "Include product_id for commerce events to enable Bluecore's product recommendation engine",
        "Send purchase events with order_id and total for accurate revenue attribution",
    ),
    "Troubleshooting": (
        "Authentication failed: invalid API key or namespace",
        "Verify that your API key is correct and has not been revoked.",
        "Confirm your namespace matches exactly what Bluecore provided.",
        "Bluecore returns HTTP 202 for accepted events, which means events are queued for processing.",
        "Ensure all attribute names are lowercase and use underscores instead of spaces or dashes.",
        "Bluecore silently ignores attributes that do not follow this convention.",
        "For purchase, viewed_product, add_to_cart, and wishlist events, ensure you map a product_id or id field.",
        "Without a product identifier, Bluecore cannot associate the event with a product in your catalog.",
        "Purchase events require both order_id and total fields.",
        "Map these fields in your sync configuration to ensure accurate revenue tracking in Bluecore.",
        (
            "If you use a device ID or UUID as the distinct_id, you must first send an identify event to link that "
            "identifier to the customer's email address."
        ),
        "Without this link, Bluecore cannot associate events with a customer profile.",
        "Bluecore requires boolean attributes to use actual boolean values (true/false), not string representations.",
        "If your warehouse stores booleans as strings, use a SQL model to cast them before syncing.",
        "Zeotap automatically retries with exponential backoff.",
        (
            "If 429 errors persist, reduce your sync frequency or contact Bluecore support to discuss rate limit "
            "increases for your account."
        ),
    ),
}
"""By the page's section."""

_MARK: Final = "promises_shown"


def shows(*sentences: str) -> Callable[[Test], Test]:
    """Names the sentences that a test shows."""

    def mark(test: Test) -> Test:
        setattr(test, _MARK, sentences)
        return test

    return mark


def shown_by(test: object) -> tuple[str, ...]:
    """The sentences that a test names; none of what is no such test."""
    found: tuple[str, ...] = getattr(test, _MARK, ())
    return found
