"""What the end-to-end tests are made of: topics and schemas, the sandbox as Bluecore, services between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from consumer.records import Record
from consumer.sandbox.sandbox import Sandbox, running_sandbox
from consumer.sandbox.settings import SandboxSettings
from tests.support.brokers import Broker, Message
from tests.support.processes import CONSUMER, ServiceProcess
from tests.support.settings import service_settings, write_settings
from tests.support.shop import Shop
from tests.support.waiting import eventually

PREFIX = "bluecore_consumer_"
NAMESPACE = "test-namespace"
API_KEY = "test-api-key"


@dataclass(frozen=True)
class Pipeline:
    """One retailer's group on a broker, and one Bluecore. The service's retry and dead-letter topics are its own."""

    broker: Broker
    shop: Shop
    sandbox: Sandbox
    bluecore_url: str
    folder: Path
    group: str
    command: Sequence[str] = CONSUMER
    """What runs in place of `python -m consumer`."""

    @property
    def retry_topic(self) -> str:
        return f"{self.group}.retry"

    @property
    def dead_letter_topic(self) -> str:
        return f"{self.group}.dead-letter"

    def service(
        self,
        routes: Sequence[Mapping[str, Any]],
        options: Mapping[str, Any] | None = None,
        **sections: Mapping[str, Any],
    ) -> ServiceProcess:
        """Start `run`.

        `options` are librdkafka's, in place of the broker's; `sections` are laid over the tests' usual configuration.
        """
        topics = {"retry_topic": self.retry_topic, "dead_letter_topic": self.dead_letter_topic}
        settings = service_settings(
            self.broker.bootstrap,
            routes,
            bluecore_url=self.bluecore_url,
            registry_url=self.shop.registry_url,
            namespace=NAMESPACE,
            **{
                **sections,
                "bluecore": {"api_key": API_KEY, **sections.get("bluecore", {})},
                "kafka": {"group_id": self.group, **sections.get("kafka", {})},
                "dead_letters": {**topics, **sections.get("dead_letters", {})},
            },
        )
        # Not merged: librdkafka refuses the options of one group protocol with the other.
        settings["kafka"]["options"] = dict(self.broker.options if options is None else options)
        config = write_settings(self.folder, settings)
        return ServiceProcess(config, settings["telemetry"]["port"], command=self.command)

    def produce(self, topic: str, event: str, emails: Iterable[str]) -> None:
        """Write a usual event for each of these customers, with the e-mail as the key."""
        self.broker.produce(topic, [Message(email.encode(), self.shop.event(event, email)) for email in emails])

    def accepted(self, count: int, seconds: float = 60) -> None:
        """Return when Bluecore has accepted so many events.

        Raises:
            AssertionError: it had not within `seconds`.
        """
        try:
            eventually(lambda: self.sandbox.counts.accepted >= count, seconds, f"{count} events at Bluecore")
        except AssertionError as error:
            raise AssertionError(f"{error}; it has {self.sandbox.counts}") from None

    def committed_to_the_end(self, topic: str, seconds: float = 30) -> None:
        """Return when the group has committed every record of the topic.

        Raises:
            AssertionError: it had not within `seconds`.
        """
        ends = {number: end for number, end in self.broker.ends(topic).items() if end}

        def offsets() -> dict[int, int]:
            committed = self.broker.committed(self.group, topic).items()
            return {number: each.offset for number, each in committed if each.offset}

        try:
            eventually(lambda: offsets() == ends, seconds, f"the commits {ends} of {topic}")
        except AssertionError as error:
            raise AssertionError(f"{error}; they are {offsets()}") from None

    def failed(self, topic: str, at_least: int = 0) -> list[Record]:
        """The records of the retry or dead-letter topic."""
        return self.broker.read(topic, at_least)


@contextmanager
def running_pipeline(broker: Broker, shop: Shop, folder: Path) -> Iterator[Pipeline]:
    """Between this broker and a strict sandbox; what is written to disk is in `folder`."""
    settings = SandboxSettings(namespace=NAMESPACE, api_key=API_KEY, strict=True, keep_events=50_000)
    with running_sandbox(settings) as running:
        yield Pipeline(broker, shop, running.sandbox, running.api_url, folder, broker.group())


def headers_of(record: Record) -> dict[str, str]:
    """A record's headers as text."""
    return {name: (value or b"").decode() for name, value in record.headers}
