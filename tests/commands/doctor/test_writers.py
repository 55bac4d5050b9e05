"""Who else may write where only the service should is told, as far as the brokers tell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._acl import AclBinding, AclBindingFilter, AclOperation, AclPermissionType
from confluent_kafka.admin._resource import ResourcePatternType, ResourceType

from consumer.commands.doctor.finding import Finding, Severity
from consumer.commands.doctor.writers import check_writers, judged, own_principal, writers
from consumer.config.model import Config
from tests.support.apache_kafka import ApacheKafka, unavailable
from tests.support.configs import SOUND
from tests.support.waiting import eventually

RETRY, DEAD = "bluecore-consumer.retry", "bluecore-consumer.dead-letter"
PARTITIONS = {RETRY: 1, DEAD: 1}
ALLOW, DENY = AclPermissionType.ALLOW, AclPermissionType.DENY
OURS = "User:ANONYMOUS"


def acl(  # noqa: PLR0913 - an ACL has that many sides
    principal: str,
    operation: AclOperation = AclOperation.WRITE,
    permission: AclPermissionType = ALLOW,
    *,
    topic: str = RETRY,
    pattern: ResourcePatternType = ResourcePatternType.LITERAL,
    host: str = "*",
) -> AclBinding:
    return AclBinding(ResourceType.TOPIC, topic, pattern, principal, host, operation, permission)


@pytest.mark.parametrize(
    ("bindings", "may"),
    [
        ([acl("User:a"), acl("User:b", AclOperation.ALL)], ["User:a", "User:b"]),
        ([acl("User:a", AclOperation.READ), acl("User:b", AclOperation.DESCRIBE)], []),
        ([acl("User:a"), acl("User:a", permission=DENY)], []),
        ([acl("User:a"), acl("User:a", AclOperation.ALL, DENY)], []),
        ([acl("User:a"), acl("User:a", permission=DENY, host="10.0.0.1")], ["User:a"]),
        ([acl("User:a"), acl("User:*", permission=DENY)], []),
        ([], []),
    ],
)
def test_who_may_write_by_the_acls(bindings: list[AclBinding], may: list[str]) -> None:
    assert writers(bindings) == may


@pytest.mark.parametrize(
    ("may_write", "ours", "named"),
    [
        (["User:service"], "User:service", None),
        (["User:service"], None, None),
        ([], "User:service", None),
        (["User:other", "User:service"], "User:service", "User:other may write there:"),
        (["User:other"], "User:service", "User:other may write there:"),
        (["User:a", "User:b"], None, "User:a, User:b may write there, one of which may be the service:"),
        (["User:*"], None, "User:*"),
        ([f"User:{number}" for number in range(8)], "User:0", "User:5 and 2 more may write there:"),
    ],
)
def test_others_than_the_service_are_a_warning(may_write: list[str], ours: str | None, named: str | None) -> None:
    finding = judged(RETRY, may_write, ours)
    assert (finding.severity, finding.what) == (Severity.WARNING if named else Severity.OK, f"writers of {RETRY}")
    if named:
        assert named in finding.message
        assert f"allow WRITE on {RETRY} to the service's user alone" in finding.advice


@pytest.mark.parametrize(
    ("options", "ours"),
    [
        ({}, "User:ANONYMOUS"),
        ({"security.protocol": "SSL"}, "User:ANONYMOUS"),
        ({"security.protocol": "SSL", "ssl.certificate.location": "service.pem"}, None),
        ({"security.protocol": "SASL_SSL", "sasl.username": "service"}, "User:service"),
        ({"security.protocol": "SASL_SSL", "sasl.mechanism": "OAUTHBEARER"}, None),
    ],
)
def test_the_services_own_principal(options: dict[str, Any], ours: str | None) -> None:
    config = Config.model_validate({**SOUND, "kafka": {"bootstrap_servers": "x:1", "options": options}})
    assert own_principal(config.kafka) == ours


def kafka(folder: Any, settings: dict[str, str]) -> ApacheKafka:
    if reason := unavailable():
        pytest.skip(reason)
    return ApacheKafka(folder, settings)


@pytest.fixture
def authorizing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApacheKafka]:
    """A broker that looks at ACLs, and allows what none speaks of."""
    settings = {
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "allow.everyone.if.no.acl.found": "true",
    }
    with kafka(tmp_path_factory.mktemp("kafka"), settings) as running:
        running.create_topics(PARTITIONS)
        yield running


def create(running: ApacheKafka, *bindings: AclBinding) -> None:
    """Returns when the broker tells of them."""
    open_: Any = None
    theirs = AclBindingFilter(
        ResourceType.ANY,
        open_,
        ResourcePatternType.ANY,
        principal=open_,
        host=open_,
        operation=AclOperation.ANY,
        permission_type=AclPermissionType.ANY,
    )
    with AdminClient({"bootstrap.servers": running.bootstrap}) as admin:
        before = len(admin.describe_acls(theirs).result(timeout=30))
        for created in admin.create_acls(list(bindings)).values():
            created.result(timeout=30)
        wanted = before + len(bindings)
        eventually(lambda: len(admin.describe_acls(theirs).result(timeout=30)) == wanted, 30, "the ACLs")


def found(running: ApacheKafka) -> dict[str, Finding]:
    config = Config.model_validate({**SOUND, "kafka": {"bootstrap_servers": running.bootstrap}})
    with AdminClient({"bootstrap.servers": running.bootstrap}) as admin:
        return {each.what: each for each in check_writers(admin, config, PARTITIONS)}


@pytest.mark.kafka
def test_what_the_brokers_tell(authorizing: ApacheKafka) -> None:
    """ACLs of the topic itself, of a prefix of its name and of every topic; then of them no more."""
    assert {each.severity for each in found(authorizing).values()} == {Severity.OK}

    create(authorizing, acl(OURS), acl(OURS, topic=DEAD))
    assert found(authorizing)[f"writers of {RETRY}"].message == f"by the ACLs, {OURS} alone may write there"

    create(
        authorizing,
        acl("User:etl", topic="bluecore-", pattern=ResourcePatternType.PREFIXED),
        acl("User:admin", AclOperation.ALL, topic="*"),
        acl("User:reader", AclOperation.READ),
        acl("User:elsewhere", topic="shop.orders"),
        acl("User:admin", AclOperation.ALL, DENY, topic=DEAD),
    )
    told = found(authorizing)
    assert {what: each.severity for what, each in told.items()} == {
        f"writers of {RETRY}": Severity.WARNING,
        f"writers of {DEAD}": Severity.WARNING,
    }
    assert told[f"writers of {RETRY}"].message.startswith("User:admin, User:etl may write there:")
    assert told[f"writers of {DEAD}"].message.startswith("User:etl may write there:")

    # Who may not describe the cluster is not told its ACLs.
    cluster = AclBinding(
        ResourceType.BROKER, "kafka-cluster", ResourcePatternType.LITERAL, OURS, "*", AclOperation.DESCRIBE, DENY
    )
    with AdminClient({"bootstrap.servers": authorizing.bootstrap}) as admin:
        for created in admin.create_acls([cluster]).values():
            created.result(timeout=30)
    eventually(lambda: "writers" in found(authorizing), 30, "the refusal")
    (untold,) = found(authorizing).values()
    assert (untold.severity, "may not DESCRIBE the cluster" in untold.message) == (Severity.OK, True)


@pytest.mark.kafka
def test_brokers_without_acls_say_so(apache_kafka: ApacheKafka) -> None:
    assert {(each.severity, "no authorizer" in each.message) for each in found(apache_kafka).values()} == {
        (Severity.OK, True)
    }
