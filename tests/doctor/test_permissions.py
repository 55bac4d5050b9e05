"""What the brokers forbid is found before the first record is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._acl import AclBinding, AclOperation, AclPermissionType
from confluent_kafka.admin._resource import ResourcePatternType, ResourceType

from consumer.config import Config
from consumer.doctor.finding import Severity
from consumer.doctor.permissions import check_permissions
from tests.support.apache_kafka import ApacheKafka, unavailable
from tests.support.configs import SOUND

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    binding = AclBinding(
        kind, name, ResourcePatternType.LITERAL, "User:ANONYMOUS", "*", operation, AclPermissionType.DENY
    )
    allow_the_rest = AclBinding(
        kind, name, ResourcePatternType.LITERAL, "User:ANONYMOUS", "*", AclOperation.ALL, AclPermissionType.ALLOW
    )
    with AdminClient({"bootstrap.servers": kafka.bootstrap}) as admin:
        for created in admin.create_acls([binding, allow_the_rest]).values():
            created.result(timeout=30)


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
