"""`python -m tests.chaos.consents`: consents by the Events API and by a REST API, while nearly everything fails.

Each record is a customer's word on both channels: by e-mail through the Events API, by SMS through the eligibility
API. Meanwhile instances are killed, a neighbour uses up both windows of the quota, tokens end, the token service is
away, and of one answer in a hundred the state differs. It ends with exit code 1 if a consent was lost or out of
order, or if a difference was not told.
"""

from __future__ import annotations

import random
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import click
import requests
from confluent_kafka import Producer

from consumer.kafka.embedded import embedded_broker
from consumer.sandbox.faults import make_plan
from consumer.sandbox.received import Received
from consumer.sandbox.registry import registry_app
from consumer.sandbox.sandbox import Running, running_sandbox
from consumer.sandbox.serve import serve
from consumer.sandbox.settings import RestSettings, SandboxSettings
from consumer.sandbox.store import Filter
from tests.support.apache_kafka import ApacheKafka
from tests.support.brokers import Broker
from tests.support.pipeline import headers_of
from tests.support.processes import ServiceProcess
from tests.support.settings import service_settings, write_settings
from tests.support.shop import Shop, registered
from tests.support.waiting import eventually, free_port

TOPIC: Final = "shop.consents"
DEAD_LETTER: Final = "consents.dead-letter"
NAMESPACE, CLIENT, SECRET = "test-namespace", "shop-client", "s3cret-of-the-shop"
_KEPT = 500_000
Place = tuple[int, int]
"""Partition and offset."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much of it; seconds, and requests."""

    consents: int
    customers: int
    quota: tuple[int, int]
    """In a second and in a minute."""
    token_seconds: int
    away_seconds: int
    kills: int
    neighbour_seconds: float
    differing: float
    patience_seconds: float


WHOLE = Size(10_000, 3_000, (100, 3_000), 30, 120, 6, 60, 0.01, 1_500)
SMALL = Size(200, 60, (40, 1_200), 3, 4, 1, 8, 0.05, 240)


@dataclass(slots=True)
class Outcome:
    """What was seen; `lost`, `reordered` and `untold` are what must not be."""

    consents: int
    lost: int
    reordered: int
    untold: int
    unexplained: int
    differing: int
    letters: int
    repeated: int
    kills: int
    pushed_back: int
    neighbour: tuple[int, int]
    """Answers 429 that the neighbour got: by the second's window, and by the minute's."""
    tokens: int
    seconds: float

    @property
    def well(self) -> bool:
        return not (self.lost or self.reordered or self.untold or self.unexplained)

    def __str__(self) -> str:
        return (
            f"{self.consents} consents by both APIs in {self.seconds:.0f} s: lost {self.lost}, reordered"
            f" {self.reordered}; {self.differing} answers differed, {self.letters} dead letters say so, untold"
            f" {self.untold}, unexplained {self.unexplained}; {self.kills} kills, {self.repeated} requests repeated,"
            f" {self.pushed_back} answered 429, {self.tokens} tokens; 429 for the neighbour: {self.neighbour[0]} by"
            f" the second's window, {self.neighbour[1]} by the minute's"
        )


@dataclass
class _Run:
    """What the parts of a run share."""

    size: Size
    broker: Broker
    bluecore: Running
    folder: Path
    shop: Shop
    over: threading.Event = field(default_factory=threading.Event)
    services: list[ServiceProcess] = field(default_factory=list)
    kills: int = 0
    neighbour: Counter[bool] = field(default_factory=Counter)
    """By whether it was the minute's window, how often the neighbour was answered 429."""

    def start(self) -> ServiceProcess:
        """One more instance."""
        by_value = {"path": "customer.first_name", "values": {"optin": "optin", "unsubscribe": "unsubscribe"}}
        routes = [
            {"topic": TOPIC, "event": by_value, "api": "eligibility", "fields": {"phone_number": "customer.phone"}},
            {"topic": TOPIC, "event": by_value},
        ]
        rest_api = {
            "url": self.bluecore.rest_url,
            "token_url": self.bluecore.token_url,
            "client_id": CLIENT,
            "client_secret": SECRET,
        }
        settings = service_settings(
            self.broker.bootstrap,
            routes,
            bluecore_url=self.bluecore.api_url,
            registry_url=self.shop.registry_url,
            namespace=NAMESPACE,
            bluecore={"rest_api": rest_api},
            dead_letters={"retry_topic": "consents.retry", "dead_letter_topic": DEAD_LETTER},
            telemetry={"log_level": "warning", "port": free_port()},
        )
        own = self.folder / f"instance-{len(self.services)}"
        own.mkdir()
        service = ServiceProcess(write_settings(own, settings), settings["telemetry"]["port"])
        self.services.append(service)
        return service

    def apply(self, **more: Any) -> None:
        """Faults of the REST APIs, beside those that are always on."""
        second, minute = self.size.quota
        limit = {"per_second": second, "per_minute": minute}
        apis = {"eligibility": {"rate_limit": limit, "rates": {"differs": self.size.differing}}, **more}
        plan = make_plan({"apis": apis, "token_seconds": self.size.token_seconds})
        self.bluecore.sandbox.faults.apply(plan)


def run(folder: Path, broker: Broker, size: Size, seed: int = 0) -> Outcome:
    """The whole of it; the sandbox has neither namespaces nor faults of others."""
    chances = random.Random(seed)
    rest = RestSettings(client_id=CLIENT, client_secret=SECRET)
    settings = SandboxSettings(
        namespace=NAMESPACE,
        rest=rest,
        keep_events=_KEPT,
        keep_keys=_KEPT,
        keep_customers=_KEPT,
        keep_bytes=1 << 30,
    )
    begun = time.monotonic()
    with serve(registry_app()) as registry, running_sandbox(settings) as bluecore:
        play = _Run(size, broker, bluecore, folder, registered(registry))
        play.apply()
        with _ended(play):
            for _ in range(2):
                play.start().wait_ready(60)
            produced = _produce(play, chances)
            threads = [threading.Thread(target=each, args=(play,)) for each in (_kill, _neighbour, _token_away)]
            for thread in threads:
                thread.start()
            _wait(play, produced)
            play.over.set()
            for thread in threads:
                thread.join()
            return _judged(play, produced, time.monotonic() - begun)


@contextmanager
def _ended(play: _Run) -> Iterator[None]:
    try:
        yield
    finally:
        play.over.set()
        for service in play.services:
            if service.exit_code is None:
                service.kill()


def _produce(play: _Run, chances: random.Random) -> dict[Place, str]:
    """All consents, at once; whose each is, by its place."""
    placed: dict[Place, str] = {}
    told: defaultdict[int, int] = defaultdict(int)

    def noted(email: str) -> Callable[[Any, Any], None]:
        return lambda _, message: placed.update({(message.partition(), message.offset()): email})

    with Producer({"bootstrap.servers": play.broker.bootstrap, "log_level": 0, "partitioner": "murmur2"}) as producer:
        for _ in range(play.size.consents):
            number = chances.randrange(play.size.customers)
            told[number] += 1
            email, word = f"customer-{number}@shop.example", ("unsubscribe", "optin")[told[number] % 2]
            customer = {"email": email, "first_name": word, "phone": f"+1555{number:07d}"}
            value = play.shop.event("customer_patch", email, customer=customer)
            producer.produce(TOPIC, key=email.encode(), value=value, on_delivery=noted(email))
            producer.poll(0)
        producer.flush(60)
    return placed


def _kill(play: _Run) -> None:
    """One instance after the other is killed, and another started."""
    while play.kills < play.size.kills and not play.over.wait(play.size.away_seconds / play.size.kills + 5):
        play.services[-2].kill()
        play.kills += 1
        play.start()


def _neighbour(play: _Run) -> None:
    """Somebody else reads by the same account: so many at once that the second, and then the minute, is used up."""
    with requests.Session() as session:
        while not play.over.wait(play.size.neighbour_seconds):
            body = {"client_id": CLIENT, "client_secret": SECRET, "grant_type": "client_credentials"}
            body["audience"] = "https://a.bluecore.com"
            answer = session.post(play.bluecore.token_url, json=body, timeout=30)
            if not answer.ok:
                continue
            headers = {"authorization": f"Bearer {answer.json()['access_token']}"}
            address = f"{play.bluecore.rest_url}/namespaces/{NAMESPACE}/eligibility?email=jane@shop.example"
            for _ in range(play.size.quota[1] // 3):
                answer = session.get(address, headers=headers, timeout=30)
                if answer.status_code == requests.codes.too_many_requests:
                    play.neighbour[int(answer.headers["x-ratelimit-reset"]) > 1] += 1


def _token_away(play: _Run) -> None:
    if not play.over.wait(15):
        play.apply(token={"outage": {"seconds": play.size.away_seconds, "step": 503}})
    if not play.over.wait(play.size.away_seconds):
        play.apply()


def _place(key: str) -> Place:
    _, partition, offset, *_ = key.split(":")
    return int(partition), int(offset)


def _requests(play: _Run, api: str = "") -> list[Received]:
    return play.bluecore.sandbox.store.newest(Filter(api=api), _KEPT)


def _arrived(request: Received) -> bool:
    """Whether Bluecore has answered 200 or 202, or would have: also where it has stored something else."""
    return bool(request.idempotency_key) and (request.accepted or request.fault.endswith("differs"))


def _letters(play: _Run) -> Counter[Place]:
    """The places of those whose state was another."""
    headers = [headers_of(each) for each in play.broker.read(DEAD_LETTER)]
    return Counter(
        (int(each["__connect.errors.partition"]), int(each["__connect.errors.offset"]))
        for each in headers
        if each["bluecore.reason"] == "not_applied"
    )


def _wait(play: _Run, produced: dict[Place, str]) -> None:
    def done() -> bool:
        for api in ("events", "eligibility"):
            if {_place(each.idempotency_key) for each in _requests(play, api) if _arrived(each)} != produced.keys():
                return False
        ends = {number: end for number, end in play.broker.ends(TOPIC).items() if end}
        committed = play.broker.committed("bluecore-consumer", TOPIC)
        return {number: each.offset for number, each in committed.items() if each.offset} == ends

    eventually(done, play.size.patience_seconds, "all consents by both APIs")


def _judged(play: _Run, produced: dict[Place, str], seconds: float) -> Outcome:
    taken = [each for each in _requests(play) if _arrived(each)]
    by_api = {api: [each for each in taken if each.api == api] for api in ("events", "eligibility")}
    lost = sum(len(produced.keys() - {_place(each.idempotency_key) for each in of}) for of in by_api.values())
    letters = _letters(play)
    differing = {_place(each.idempotency_key) for each in by_api["eligibility"] if each.fault.endswith("differs")}
    counts = Counter(_place(each.idempotency_key) for each in by_api["eligibility"])
    repeated = {place for place, count in counts.items() if count > 1}
    # What was asked again after a kill was answered by what stands since then: by the difference, or by a later word.
    untold = differing - letters.keys() - repeated
    unexplained = letters.keys() - differing - repeated
    refused = [each for each in _requests(play, "eligibility") if each.status == requests.codes.too_many_requests]
    return Outcome(
        consents=len(produced),
        lost=lost,
        reordered=_reordered(taken, produced),
        untold=len(untold),
        unexplained=len(unexplained),
        differing=len(differing),
        letters=len(letters),
        repeated=len(taken) - 2 * len(produced),
        kills=play.kills,
        pushed_back=len(refused),
        neighbour=(play.neighbour[False], play.neighbour[True]),
        tokens=sum(play.bluecore.sandbox.counts.by_api.get("token", {}).values()),
        seconds=seconds,
    )


def _reordered(taken: list[Received], produced: dict[Place, str]) -> int:
    """First arrivals behind a later one of their customer, over both APIs, and customers whose last word is not last.

    What a killed instance had sent and not committed comes again, and so does all that it had sent behind it.
    """
    count, latest, last = 0, dict[str, tuple[int, str]](), dict[str, int]()
    seen: set[str] = set()
    for each in taken:
        _, offset = _place(each.idempotency_key)
        customer = produced[_place(each.idempotency_key)]
        turn = offset, each.idempotency_key
        if each.idempotency_key not in seen:
            seen.add(each.idempotency_key)
            count += turn < latest.get(customer, (-1, ""))
            latest[customer] = max(turn, latest.get(customer, turn))
        last[customer] = offset
    return count + sum(last[customer] != offset for customer, (offset, _) in latest.items())


@contextmanager
def kafka(folder: Path, *, apache: bool) -> Iterator[Broker]:
    """Apache Kafka, or the embedded broker, with the topic."""
    with ExitStack() as stack:
        if apache:
            own = folder / "kafka"
            own.mkdir()
            cluster = stack.enter_context(ApacheKafka(own))
            cluster.create_topics({TOPIC: 4})
            yield Broker(cluster.bootstrap, lambda topic, partitions: cluster.create_topics({topic: partitions}))
        else:
            bootstrap = stack.enter_context(embedded_broker([TOPIC]))
            yield Broker(bootstrap, lambda _, __: None, configurable=False)


@click.command()
@click.option("--size", type=click.Choice(["whole", "small"]), default="whole", show_default=True)
@click.option("--embedded", is_flag=True, help="on the embedded broker in place of Apache Kafka")
@click.option("--seed", default=0, show_default=True)
def main(size: str, seed: int, *, embedded: bool) -> None:
    """Consents by both APIs, with kills, quotas, tokens that end, and states that differ."""
    with tempfile.TemporaryDirectory(prefix="bluecore-consents-") as name:
        folder = Path(name)
        with kafka(folder, apache=not embedded) as broker:
            outcome = run(folder, broker, WHOLE if size == "whole" else SMALL, seed)
    click.echo(outcome)
    sys.exit(not outcome.well)


if __name__ == "__main__":
    main()
