"""The configuration of a service under test: the documented keys, with waits short enough for a test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from tests.support.waiting import free_port


def service_settings(
    bootstrap: str,
    routes: Sequence[Mapping[str, Any]],
    *,
    bluecore_url: str,
    registry_url: str | None = None,
    namespace: str = "test-namespace",
    **sections: Mapping[str, Any],
) -> dict[str, Any]:
    """A whole configuration as a dictionary; `sections` are laid over it.

    They are merged key by key at every level: `delivery={"retry": {"attempts": 1}}` changes that one setting.
    """
    settings: dict[str, Any] = {
        "kafka": {
            "bootstrap_servers": bootstrap,
            "group_id": "bluecore-consumer",
            "options": {"auto.offset.reset": "earliest", "session.timeout.ms": 6000, "heartbeat.interval.ms": 500},
        },
        "bluecore": {"url": bluecore_url, "namespace": namespace, "timeout_seconds": 2},
        "delivery": {
            "max_event_age_seconds": 0,
            "retry": {"attempts": 3, "initial_seconds": 0.05, "max_seconds": 0.5},
        },
        "dead_letters": {"delays_seconds": [0.5, 1]},
        "telemetry": {"host": "127.0.0.1", "port": free_port(), "log_level": "debug"},
        "routes": [dict(route) for route in routes],
    }
    if registry_url is not None:
        settings["schema_registry"] = {"url": registry_url}
    return _merge(settings, sections)


def write_settings(folder: Path, settings: Mapping[str, Any]) -> Path:
    """Write `settings` as the file that `--config` takes, and give its path."""
    file = folder / "config.yaml"
    file.write_text(yaml.safe_dump(dict(settings), sort_keys=False))
    return file


def _merge(base: dict[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = _merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged
