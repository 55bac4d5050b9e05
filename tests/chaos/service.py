"""The service as the chaos run configures it: its documented settings, with waits that fit into minutes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from tests.chaos.endpoint import NAMESPACE
from tests.chaos.fleet import Start
from tests.chaos.producer import TOPICS
from tests.support.processes import ServiceProcess
from tests.support.settings import service_settings, write_settings
from tests.support.shop import Shop

GROUP: Final = "chaos"
RETRY, DEAD_LETTER = "chaos.retry", "chaos.dead-letter"


def starter(folder: Path, bootstrap: str, shop: Shop, bluecore_url: str) -> Start:
    """Starts processes of the service; settings and logs of each are in a folder of its own under `folder`."""
    names = {event: schema["name"] for event, (_, schema) in shop.schemas.items()}
    routes: list[dict[str, Any]] = [
        {"topic": topic, "record": names[event], "event": event}
        for topic, events in TOPICS.items()
        for event in events
    ]

    def start(name: str) -> ServiceProcess:
        settings = service_settings(
            bootstrap,
            routes,
            bluecore_url=bluecore_url,
            registry_url=shop.registry_url,
            namespace=NAMESPACE,
            # The sandbox takes any key: it tells whose request one is.
            bluecore={"api_key": name},
            kafka={
                "group_id": GROUP,
                "options": {
                    "session.timeout.ms": 6000,
                    "heartbeat.interval.ms": 1000,
                    "reconnect.backoff.max.ms": 1000,
                },
            },
            delivery={
                "retry": {"attempts": 4, "initial_seconds": 0.05, "max_seconds": 0.5},
                "breaker": {"initial_seconds": 0.2, "max_seconds": 1},
            },
            dead_letters={"retry_topic": RETRY, "dead_letter_topic": DEAD_LETTER, "delays_seconds": [1, 2, 4]},
            telemetry={"log_level": "info"},
        )
        own = folder / f"instance-{name}"
        own.mkdir()
        return ServiceProcess(write_settings(own, settings), settings["telemetry"]["port"])

    return start
