"""Who else may write to the retry and the dead-letter topic, as far as the brokers tell.

What lies there is believed: a record of the retry topic says where it came from and when it is due, and one of the
dead-letter topic is replayed. So nobody but the service should write there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._acl import AclBinding, AclBindingFilter, AclOperation, AclPermissionType
from confluent_kafka.admin._resource import ResourcePatternType, ResourceType

from consumer.commands.doctor.finding import Finding, ok, warning
from consumer.config.model import Config, KafkaConfig

_SECONDS = 10.0
_WRITES = frozenset((AclOperation.WRITE, AclOperation.ALL))
_EVERYONE = "User:*"
_UNTOLD = "the brokers do not tell who else may write to the retry and the dead-letter topic"
_MOST_NAMED = 5


def check_writers(admin: AdminClient, config: Config, partitions: Mapping[str, int]) -> Iterator[Finding]:
    """Whether others may write there; a sentence and no warning where that cannot be told.

    Args:
        admin: a client of the brokers.
        config: the configuration.
        partitions: how many each topic has that there is.
    """
    topics = [each for each in config.dead_letters.topics if each in partitions]
    try:
        # Who may not ask is answered as if there were no ACL [confluent-kafka 2.16].
        cluster = admin.describe_cluster(include_authorized_operations=True, request_timeout=_SECONDS).result()
        if AclOperation.DESCRIBE not in (cluster.authorized_operations or ()):
            yield ok("writers", f"{_UNTOLD}: this user may not DESCRIBE the cluster; ask who keeps its ACLs")
            return
        asked = [admin.describe_acls(_all_of(topic), request_timeout=_SECONDS) for topic in topics]
        found = [writers(each.result()) for each in asked]
    except KafkaException as refused:
        yield ok("writers", f"{_UNTOLD} ({refused.args[0].name()})")
        return
    for topic, may_write in zip(topics, found, strict=True):
        yield judged(topic, may_write, own_principal(config.kafka))


def _all_of(topic: str) -> AclBindingFilter:
    """All ACLs that speak of a topic: by its name, by the beginning of its name, or of every topic."""
    anybody: Any = None  # confluent-kafka's types leave out that a filter may leave something open
    return AclBindingFilter(
        ResourceType.TOPIC,
        topic,
        ResourcePatternType.MATCH,
        principal=anybody,
        host=anybody,
        operation=AclOperation.ANY,
        permission_type=AclPermissionType.ANY,
    )


def writers(bindings: Sequence[AclBinding]) -> list[str]:
    """The principals that ACLs of one topic let write; those without an ACL of their own are not known."""

    def of(permission: AclPermissionType) -> Iterator[AclBinding]:
        return (each for each in bindings if each.permission_type is permission and each.operation in _WRITES)

    # A refusal to one host alone leaves the others.
    denied = {each.principal for each in of(AclPermissionType.DENY) if each.host == "*"}
    if _EVERYONE in denied:
        return []
    return sorted({each.principal for each in of(AclPermissionType.ALLOW)} - denied)


def judged(topic: str, may_write: Sequence[str], ours: str | None) -> Finding:
    """What it means that these may write to a topic; `ours`: the service's own principal, where it is known."""
    what = f"writers of {topic}"
    others = [each for each in may_write if each != ours]
    if not may_write:
        everybody = "where the brokers have no authorizer, or allow.everyone.if.no.acl.found is true, everybody may"
        return ok(what, f"no ACL allows anybody to write there: super users may all the same, and {everybody}")
    if not others or (ours is None and len(others) == 1 and _EVERYONE not in others):
        return ok(what, f"by the ACLs, {may_write[0]} alone may write there")
    more = len(others) - _MOST_NAMED
    named = ", ".join(others[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
    whose = "" if ours is not None else ", one of which may be the service"
    message = f"{named} may write there{whose}: a record of theirs is believed as if the service had written it"
    return warning(what, message, f"allow WRITE on {topic} to the service's user alone")


def own_principal(kafka: KafkaConfig) -> str | None:
    """The principal of the service's connections, where the options tell it; names by certificates they do not."""
    if kafka.authentication is not None:
        return None
    options = kafka.options
    protocol = str(options.get("security.protocol", "plaintext")).lower()
    if protocol.startswith("sasl"):
        user = options.get("sasl.username")
        return None if user is None else f"User:{user}"
    anonymous = protocol == "plaintext" or not any(name.startswith(("ssl.cert", "ssl.keystore")) for name in options)
    return "User:ANONYMOUS" if anonymous else None
