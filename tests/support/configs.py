"""Configuration files as text, as a user writes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

SOUND: Mapping[str, Any] = {
    "kafka": {"bootstrap_servers": "127.0.0.1:9092"},
    "schema_registry": {"url": "http://127.0.0.1:8081"},
    "bluecore": {"namespace": "test-namespace"},
    "routes": [{"topic": "shop.customers", "event": "customer_patch"}],
}
"""The least that is a configuration."""


def text(**sections: Any) -> str:
    """`SOUND` with these sections in the place of its own."""
    return yaml.safe_dump({**SOUND, **sections})
