"""What the brokers forbid is found before the first record is read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._acl import AclBinding, AclBindingFilter, AclOperation, AclPermissionType
from confluent_kafka.admin._resource import ResourcePatternType, ResourceType

from consumer.commands.doctor.finding import Severity, exit_code
from consumer.commands.doctor.permissions import check_permissions
from consumer.config.model import Config
from tests.support.apache_kafka import ApacheKafka, unavailable
from tests.support.configs import SOUND
from tests.support.waiting import eventually

RETRY, DEAD, GROUP = "bluecore-consumer.retry", "bluecore-consumer.dead-letter", "bluecore-consumer"
PARTITIONS = {"shop.customers": 1, RETRY: 1, DEAD: 1}


@pytest.fixture
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApacheKafka]:
    """A broker that looks at ACLs, and allows what none speaks of."""
    if reason := unavailable():
        pytest.skip(reason)
    settings = {
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "allow.everyone.if.no.acl.found": "true",
    }
    with ApacheKafka(tmp_path_factory.mktemp("kafka"), settings) as running:
        running.create_topics(PARTITIONS)
        yield running


def deny(kafka: ApacheKafka, kind: ResourceType, name: str, operation: AclOperation) -> None:
    """Returns when the broker obeys: it hears of it from the controller, which has said yes by then."""
    binding = AclBinding(
        kind, name, ResourcePatternType.LITERAL, "User:ANONYMOUS", "*", operation, AclPermissionType.DENY
    )
    allow_the_rest = AclBinding(
        kind, name, ResourcePatternType.LITERAL, "User:ANONYMOUS", "*", AclOperation.ALL, AclPermissionType.ALLOW
    )
    with AdminClient({"bootstrap.servers": kafka.bootstrap}) as admin:
        for created in admin.create_acls([binding, allow_the_rest]).values():
            created.result(timeout=30)
        theirs = AclBindingFilter(
            kind, name, ResourcePatternType.LITERAL, "User:ANONYMOUS", "*", AclOperation.ANY, AclPermissionType.ANY
        )
        eventually(lambda: len(admin.describe_acls(theirs).result(timeout=30)) == 2, 30, f"ACLs of {name}")


def test_each_missing_permission_is_named(kafka: ApacheKafka) -> None:
    config = Config.model_validate({**SOUND, "kafka": {"bootstrap_servers": kafka.bootstrap}})
    assert {each.severity for each in check_permissions(config, PARTITIONS)} == {Severity.OK}

    deny(kafka, ResourceType.TOPIC, "shop.customers", AclOperation.READ)
    deny(kafka, ResourceType.TOPIC, RETRY, AclOperation.WRITE)
    deny(kafka, ResourceType.GROUP, GROUP, AclOperation.READ)

    found = {each.what: each for each in check_permissions(config, PARTITIONS)}
    missing = {what: each.message for what, each in found.items() if each.severity is Severity.ERROR}
    assert missing == {
        "topic shop.customers": "this user has no permission to READ",
        f"topic {RETRY}": "this user has no permission to WRITE",
        f"group {GROUP}": "this user has no permission to READ",
    }
    assert found[f"topic {DEAD}"].severity is Severity.OK


def test_who_may_only_write_dead_letters_is_warned_and_no_more(kafka: ApacheKafka) -> None:
    """The service needs no more; only the commands `dead-letters` read there, and may have a user of their own."""
    config = Config.model_validate({**SOUND, "kafka": {"bootstrap_servers": kafka.bootstrap}})
    deny(kafka, ResourceType.TOPIC, DEAD, AclOperation.READ)

    findings = list(check_permissions(config, PARTITIONS))
    (warned,) = [each for each in findings if each.severity is not Severity.OK]
    assert (warned.what, warned.severity) == (f"topic {DEAD}", Severity.WARNING)
    assert "dead-letters" in warned.advice
    assert exit_code(findings) == 3
