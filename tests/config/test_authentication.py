"""`kafka.authentication`: each type has settings of its own, and what is wrong with them is said under their keys."""

from __future__ import annotations

from typing import Any

import pytest

from consumer.config.findings import Finding
from consumer.config.load import ConfigError, parse
from tests.support.configs import text

BROKERS = {"bootstrap_servers": "127.0.0.1:9092"}
SCOPE = "https://shop.servicebus.windows.net/.default"
ROLE = "arn:aws:iam::123456789012:role/kafka"


def findings(section: Any) -> list[Finding]:
    try:
        parse(text(kafka=BROKERS | {"authentication": section}), {}, "file")
    except ConfigError as error:
        return list(error.findings)
    return []


@pytest.mark.parametrize(
    "section",
    [
        {"type": "aws_msk_iam", "region": "eu-central-1"},
        {"type": "aws_msk_iam", "region": "us-gov-west-1", "role_arn": ROLE, "profile": "shop"},
        {"type": "aws_msk_iam", "region": "cn-north-1", "role_arn": ROLE.replace("aws", "aws-cn", 1)},
        {"type": "google"},
        {"type": "azure", "scope": SCOPE},
        {"type": "azure", "scope": SCOPE, "client_id": "c-1"},
    ],
)
def test_the_sections_of_the_three_clouds_are_taken(section: dict[str, str]) -> None:
    assert findings(section) == []


@pytest.mark.parametrize(
    ("section", "key", "says"),
    [
        ({"type": "aws_msk_iam"}, ".region", "is required by type: aws_msk_iam: give the cluster's region, such as"),
        ({"type": "aws_msk_iam", "region": ""}, ".region", "is no region of AWS, such as eu-central-1"),
        ({"type": "aws_msk_iam", "region": "Frankfurt"}, ".region", "is no region of AWS"),
        ({"type": "aws_msk_iam", "region": "eu-central-1a"}, ".region", "is no region of AWS"),
        ({"type": "aws_msk_iam", "region": "eu-central-1", "role_arn": "kafka"}, ".role_arn", "is no role, such as"),
        (
            {"type": "aws_msk_iam", "region": "eu-central-1", "scope": SCOPE},
            ".scope",
            "which takes region, role_arn,",
        ),
        ({"type": "google", "region": "europe-west1"}, ".region", "is no setting of type: google, which takes none"),
        ({"type": "azure"}, ".scope", "is required by type: azure: give https://<namespace>.servicebus"),
        ({"type": "azure", "scope": "https://shop.servicebus.windows.net"}, ".scope", "must end with /.default"),
        ({"type": "azure", "scope": SCOPE, "client": "c-1"}, ".client", "is no setting; did you mean client_id?"),
        ({"type": "aws"}, ".type", "should be 'aws_msk_iam', 'google' or 'azure'"),
        ({"region": "eu-central-1"}, ".type", "is required"),
        ("aws_msk_iam", "", "must have keys of its own below it"),
    ],
)
def test_what_is_wrong_is_said_under_its_key(section: Any, key: str, says: str) -> None:
    (finding,) = findings(section)
    assert finding.key == f"kafka.authentication{key}"
    assert says in finding.message
