"""What this user may do, as the brokers tell it: nothing is read, written or committed to find out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._acl import AclOperation
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_fixed

from consumer.commands.doctor.finding import Finding, error, ok, warning
from consumer.commands.doctor.writers import check_writers
from consumer.config.model import Config
from consumer.kafka.client import client_options
from consumer.kafka.logging import NullLogger
from consumer.kafka.services import is_event_hubs

_READ, _WRITE = AclOperation.READ, AclOperation.WRITE
_SECONDS = 10.0
# A cluster that has never had a group makes its coordinators when it is first asked for one.
_NO_COORDINATOR_YET = (
    KafkaError.NOT_COORDINATOR,
    KafkaError.COORDINATOR_NOT_AVAILABLE,
    KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
)


def check_permissions(config: Config, partitions: Mapping[str, int]) -> Iterator[Finding]:
    """What this user may do with the group and the topics, and who else may write to our own.

    Args:
        config: the configuration.
        partitions: how many each topic has that there is.
    """
    if is_event_hubs(config.kafka.bootstrap_servers):
        roles = "Azure Event Hubs Data Owner, or Receiver and Sender"
        yield ok("permissions", f"Azure Event Hubs knows no ACLs, and tells nothing of its roles: it takes {roles}")
        return
    letters = config.dead_letters
    needed = {topic: {_READ} for topic in partitions if any(route.takes(topic) for route in config.routes)}
    # The service never reads its dead letters; only the commands do.
    needed |= {topic: {_WRITE} if topic == letters.dead_letter_topic else {_READ, _WRITE} for topic in letters.topics}
    read_by_commands = {letters.dead_letter_topic: "dead-letters"}
    if config.receipts.topic is not None:
        needed[config.receipts.topic] = {_WRITE}
        read_by_commands[config.receipts.topic] = "receipts"
    needed = {topic: operations for topic, operations in needed.items() if topic in partitions}
    with AdminClient(client_options(config.kafka, {"logger": NullLogger()}, "admin")) as admin:
        for findings in (_group(admin, config.kafka.group_id), _topics(admin, needed, read_by_commands)):
            try:
                yield from findings
            except KafkaException as refused:
                yield _unknown(refused.args[0])
                if refused.args[0].code() == KafkaError._UNSUPPORTED_FEATURE:  # noqa: SLF001 - the library's public name for it
                    return  # brokers that know no permissions: the other questions would only time out
        yield from check_writers(admin, config, partitions)


def _topics(
    admin: AdminClient, needed: Mapping[str, set[AclOperation]], read_by_commands: Mapping[str, str]
) -> Iterator[Finding]:
    if not needed:
        return
    asked = admin.describe_topics(
        TopicCollection(list(needed)), include_authorized_operations=True, request_timeout=_SECONDS
    )
    allowed = {topic: set(future.result().authorized_operations or ()) for topic, future in asked.items()}
    for topic, operations in needed.items():
        if topic in read_by_commands and _WRITE in allowed[topic] and _READ not in allowed[topic]:
            command = read_by_commands[topic]
            yield warning(
                f"topic {topic}",
                f"this user may WRITE but not READ: the service does without, the command `{command}` does not",
                f"allow READ on {topic} to whoever runs `{command}`",
            )
            continue
        names = " and ".join(_names(operations))
        yield _judged(f"topic {topic}", operations, allowed[topic], f"allow this user {names} on {topic}")


def _group(admin: AdminClient, group: str) -> Iterator[Finding]:
    """To commit is to read the group, in Kafka's terms."""
    patiently = Retrying(
        retry=retry_if_exception(_no_coordinator_yet),
        wait=wait_fixed(0.2),
        stop=stop_after_delay(_SECONDS),
        reraise=True,
    )
    what, advice = f"group {group}", f"allow this user READ on the group {group}: to join it and to commit need it"
    try:
        allowed = patiently(_allowed, admin, group)
    except KafkaException as refused:
        # Who may read a group may describe it.
        if refused.args[0].code() != KafkaError.GROUP_AUTHORIZATION_FAILED:
            raise
        yield error(what, "this user has no permission to READ", advice)
        return
    yield _judged(what, {_READ}, allowed, advice)


def _allowed(admin: AdminClient, group: str) -> set[AclOperation]:
    asked = admin.describe_consumer_groups([group], include_authorized_operations=True, request_timeout=_SECONDS)
    return set(asked[group].result().authorized_operations or ())


def _no_coordinator_yet(error: BaseException) -> bool:
    return isinstance(error, KafkaException) and error.args[0].code() in _NO_COORDINATOR_YET


def _judged(what: str, needed: set[AclOperation], allowed: set[AclOperation], advice: str) -> Finding:
    missing = _names(needed - allowed)
    if not allowed:
        return warning(what, "the brokers do not tell what this user may do", "look at their ACLs")
    if missing:
        return error(what, f"this user has no permission to {' and '.join(missing)}", advice)
    return ok(what, f"this user may {' and '.join(_names(allowed & {_READ, _WRITE}))}")


def _unknown(error: KafkaError) -> Finding:
    """Some brokers' errors come with no more than the name of the request before the colon."""
    text = error.str().strip()
    reason = f"{text} {KafkaError(error.code()).str()}" if text.endswith(":") else text
    message = f"the brokers do not tell what this user may do: {reason} ({error.name()})"
    return warning("permissions", message, "look at their ACLs")


def _names(operations: set[AclOperation]) -> list[str]:
    return sorted(operation.name for operation in operations)
