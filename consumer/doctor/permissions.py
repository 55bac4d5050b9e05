"""What this user may do, as the brokers tell it: nothing is read, written or committed to find out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from confluent_kafka import KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._acl import AclOperation

from consumer.config import Config
from consumer.doctor.finding import Finding, error, ok, warning
from consumer.kafka.client import Silent, client_options

_READ, _WRITE = AclOperation.READ, AclOperation.WRITE
_SECONDS = 10.0


def check_permissions(config: Config, partitions: Mapping[str, int]) -> Iterator[Finding]:
    """`partitions` has the topics that there are."""
    letters = config.dead_letters
    needed = {topic: {_READ} for topic in partitions if any(route.takes(topic) for route in config.routes)}
    needed |= {topic: {_READ, _WRITE} for topic in letters.topics}
    needed = {topic: operations for topic, operations in needed.items() if topic in partitions}
    admin = AdminClient(client_options(config.kafka, {"logger": Silent()}, "admin"))
    try:
        yield from _topics(admin, needed)
        yield from _group(admin, config.kafka.group_id)
    except KafkaException as refused:
        reason = refused.args[0].str()
        yield warning("permissions", f"the brokers do not tell what this user may do: {reason}", "look at their ACLs")


def _topics(admin: AdminClient, needed: Mapping[str, set[AclOperation]]) -> Iterator[Finding]:
    if not needed:
        return
    asked = admin.describe_topics(
        TopicCollection(list(needed)), include_authorized_operations=True, request_timeout=_SECONDS
    )
    allowed = {topic: set(future.result().authorized_operations or ()) for topic, future in asked.items()}
    for topic, operations in needed.items():
        yield _judged(f"topic {topic}", operations, allowed[topic], f"allow this user READ and WRITE on {topic}")


def _group(admin: AdminClient, group: str) -> Iterator[Finding]:
    """To commit is to read the group, in Kafka's terms."""
    ((_, future),) = admin.describe_consumer_groups(
        [group], include_authorized_operations=True, request_timeout=_SECONDS
    ).items()
    allowed = set(future.result().authorized_operations or ())
    yield _judged(f"group {group}", {_READ}, allowed, f"allow this user READ on the group {group}: commits need it")


def _judged(what: str, needed: set[AclOperation], allowed: set[AclOperation], advice: str) -> Finding:
    missing = sorted(operation.name for operation in needed - allowed)
    if not allowed:
        return warning(what, "the brokers do not tell what this user may do", "look at their ACLs")
    if missing:
        return error(what, f"this user has no permission to {' and '.join(missing)}", advice)
    return ok(what, f"this user may {' and '.join(sorted(operation.name for operation in needed))}")
