"""Apache Kafka itself, a node (KRaft) on loopback, to be started, stopped, killed, restarted and paused."""

from __future__ import annotations

import base64
import signal
import subprocess
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Self

from confluent_kafka import KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._listoffsets import OffsetSpec
from confluent_kafka.cimpl import NewTopic

from tests.support.kafka_libraries import libraries
from tests.support.kafka_settings import LOG4J, SETTINGS
from tests.support.maven import ProgramUnavailableError
from tests.support.waiting import eventually, free_port

_NOT_YET = {
    KafkaError.UNKNOWN_TOPIC_OR_PART,
    KafkaError.NOT_LEADER_FOR_PARTITION,
    KafkaError.LEADER_NOT_AVAILABLE,
    KafkaError.UNKNOWN_LEADER_EPOCH,
    KafkaError._NOENT,  # noqa: SLF001 - how librdkafka spells its own codes: it found no leader to ask
}
"""What is said of a partition while its broker has yet to hear of it."""
_JVM = ("-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto")


def unavailable() -> str | None:
    """Why Apache Kafka cannot run on this machine and how to get it; None when it can.

    Fetches Kafka the first time, which takes some seconds to minutes.
    """
    try:
        libraries()
    except ProgramUnavailableError as error:
        return str(error)
    return None


@dataclass(frozen=True, slots=True)
class Quorum:
    """The nodes of one cluster, from 1 on, by the ports of their controllers."""

    ports: tuple[int, ...]
    cluster: str = field(default_factory=lambda: base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("="))

    def settings(self, number: int) -> dict[str, str]:
        """What the node of this number must know of all."""
        voters = (f"{node}@127.0.0.1:{port}" for node, port in enumerate(self.ports, start=1))
        return {"node.id": str(number), "controller.quorum.voters": ",".join(voters)}


class ApacheKafka:
    """A broker whose data, settings and log are in `folder`; the caller removes that, once it is stopped.

    Port and data stay the same over `stop`, `kill` and `restart`.
    """

    def __init__(  # noqa: PLR0913 - what a broker is made of
        self,
        folder: Path,
        settings: Mapping[str, str] | None = None,
        *,
        quorum: Quorum | None = None,
        number: int = 1,
        doors: Mapping[str, str] = MappingProxyType({}),
        fronts: Mapping[str, str] = MappingProxyType({}),
        java_options: Sequence[str] = (),
        format_options: Sequence[str] = (),
    ) -> None:
        """A node that does not run yet.

        Args:
            folder: for its data, settings and log.
            settings: over the usual ones.
            quorum: the cluster of which this is the node of this `number`; None: it is the only one.
            number: from 1 on.
            doors: further listeners, by name, with their addresses.
            fronts: of those that something stands before, the address that clients are told.
            java_options: of the virtual machine, such as `-Dname=value`.
            format_options: of the tool that makes its data's folder, such as the first users.
        """
        self._java_options = tuple(java_options)
        self._format_options = tuple(format_options)
        self._quorum = quorum or Quorum((free_port(),))
        self.bootstrap = f"127.0.0.1:{free_port()}"
        self.log = folder / "server.log"
        self._folder = folder
        controller = f"127.0.0.1:{self._quorum.ports[number - 1]}"
        listeners = {"PLAINTEXT": self.bootstrap, "CONTROLLER": controller, **doors}
        self._settings = {
            **SETTINGS,
            **self._quorum.settings(number),
            "listeners": _listed(listeners),
            "advertised.listeners": _listed({"PLAINTEXT": self.bootstrap, **doors, **fronts}),
            "log.dirs": str(folder / "data"),
            **(settings or {}),
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, seconds: float = 60) -> None:
        """Start, and return when the broker answers.

        Raises:
            ProgramUnavailableError: see `unavailable`.
            AssertionError: it refused its settings, ended, or did not answer within `seconds`; with what it said.
        """
        self.launch()
        self.wait(seconds)

    def launch(self) -> None:
        """Start, and do not wait for anything: the first nodes of a cluster answer only once most of them run.

        Raises:
            ProgramUnavailableError: see `unavailable`.
            AssertionError: it refused its settings; with what it said.
        """
        if not (self._folder / "data").exists():
            self._format()
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(
                self._java("kafka.Kafka"), cwd=self._folder, stdout=out, stderr=out, start_new_session=True
            )

    def wait(self, seconds: float = 60) -> None:
        """Return when the broker that was launched answers.

        Raises:
            AssertionError: it ended, or did not answer within `seconds`; with what it said.
        """
        try:
            with AdminClient(
                {"bootstrap.servers": self.bootstrap, "log_level": 0, "reconnect.backoff.max.ms": 200}
            ) as admin:
                eventually(lambda: self._answers(admin), seconds, f"Apache Kafka to answer at {self.bootstrap}")
        except AssertionError as error:
            self.kill()
            raise AssertionError(f"{error}; the end of {self.log}:\n{self.log.read_text()[-2000:]}") from None

    def stop(self) -> None:
        """SIGTERM, and wait for an orderly end; nothing when it does not run."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.kill()
            self._process = None

    def kill(self) -> None:
        """SIGKILL: the broker vanishes in the middle of what it does; nothing when it does not run."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        """SIGSTOP: connections stay, and nothing is answered until `resume`."""
        self._send(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT, after `pause`."""
        self._send(signal.SIGCONT)

    def restart(self) -> None:
        """Stop it if it runs, and start it on the same port and data."""
        self.stop()
        self.start()

    def create_topics(self, topics: Mapping[str, int], config: Mapping[str, str] | None = None) -> None:
        """Create topics with so many partitions each, and return when the broker leads them all.

        That is a moment after the controller has made them.

        Raises:
            confluent_kafka.KafkaException: the broker refused one.
        """
        wanted = [NewTopic(name, partitions, config=dict(config or {})) for name, partitions in topics.items()]
        ends = {
            TopicPartition(name, number): OffsetSpec.latest()  # type: ignore[no-untyped-call]  # theirs has no types
            for name, partitions in topics.items()
            for number in range(partitions)
        }
        with AdminClient({"bootstrap.servers": self.bootstrap}) as admin:
            for created in admin.create_topics(wanted).values():
                created.result(timeout=30)
            eventually(lambda: _answered(admin, ends), 30, f"the broker to lead {', '.join(topics)}")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _send(self, sign: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(sign)

    def _answers(self, admin: AdminClient) -> bool:
        if self._process is None or self._process.poll() is not None:
            raise AssertionError("Apache Kafka ended while it started")
        try:
            return bool(admin.list_topics(timeout=1).brokers)
        except KafkaException:
            return False

    def _java(self, main: str, *arguments: str) -> list[str]:
        settings = "-Dlog4j2.configurationFile=log4j2.properties"
        return [
            "java",
            *_JVM,
            *self._java_options,
            settings,
            "-cp",
            f"{libraries()}/*",
            main,
            *arguments,
            "server.properties",
        ]

    def _format(self) -> None:
        lines = [f"{key}={value}\n" for key, value in self._settings.items()]
        (self._folder / "server.properties").write_text("".join(lines))
        (self._folder / "log4j2.properties").write_text(LOG4J.format(file=self.log))
        # In one word: an id may begin with a dash.
        cluster = f"--cluster-id={self._quorum.cluster}"
        command = self._java("kafka.tools.StorageTool", "format", cluster, *self._format_options, "-c")
        done = subprocess.run(command, cwd=self._folder, capture_output=True, text=True, check=False, timeout=60)
        if done.returncode != 0:
            raise AssertionError(f"Apache Kafka refuses its settings:\n{done.stdout}{done.stderr}")


def _listed(listeners: Mapping[str, str]) -> str:
    return ",".join(f"{name}://{address}" for name, address in listeners.items())


def _answered(admin: AdminClient, ends: Mapping[TopicPartition, OffsetSpec]) -> bool:
    try:
        for end in admin.list_offsets(dict(ends)).values():
            end.result(timeout=30)
    except KafkaException as error:
        if error.args[0].code() in _NOT_YET:
            return False
        raise
    return True
