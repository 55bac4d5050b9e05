"""The service as the chaos run configures it: by its defaults, but for addresses and names."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from tests.chaos.endpoint import NAMESPACE
from tests.chaos.events import TOPICS
from tests.chaos.fleet import Start
from tests.chaos.plan import Plan
from tests.support.processes import ServiceProcess
from tests.support.settings import write_settings
from tests.support.shop import Shop
from tests.support.waiting import free_port

GROUP: Final = "chaos"
RETRY, DEAD_LETTER = "chaos.retry", "chaos.dead-letter"
_SOON: Final = {"delays_seconds": [1, 2, 4]}


def starter(plan: Plan, folder: Path, bootstrap: str, shop: Shop, bluecore_url: str) -> Start:
    """Starts processes of the service; settings and logs of each are in a folder of its own under `folder`."""
    names = {event: schema["name"] for event, (_, schema) in shop.schemas.items()}
    routes: list[dict[str, Any]] = [
        {"topic": topic, "record": names[event], "event": event}
        for topic, events in TOPICS.items()
        for event in events
    ]

    def start(number: int, name: str) -> ServiceProcess:
        options = dict(plan.options)
        if plan.static:
            options["group.instance.id"] = f"shop-{number}"
        port = free_port()
        topics = {"retry_topic": RETRY, "dead_letter_topic": DEAD_LETTER}
        settings = {
            "kafka": {"bootstrap_servers": bootstrap, "group_id": GROUP, "options": options},
            "schema_registry": {"url": shop.registry_url},
            # The sandbox takes any key: it tells whose request one is.
            "bluecore": {"url": bluecore_url, "namespace": NAMESPACE, "api_key": name},
            "dead_letters": topics | (_SOON if plan.quick else {}),
            "telemetry": {"host": "127.0.0.1", "port": port},
            "routes": routes,
        }
        own = folder / f"instance-{name}"
        own.mkdir()
        return ServiceProcess(write_settings(own, settings), port)

    return start
