"""`kafka.authentication`: by which cloud's identity this process shows the brokers who it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import Field, ValidationInfo, field_validator

from consumer.config.types import Section

AuthenticationType = Literal["aws_msk_iam", "google", "azure"]

_REGION: Final = r"^[a-z]{2,}(-[a-z]+)+-[0-9]+$"
_ROLE: Final = r"^arn:aws[a-z-]*:iam::[0-9]{12}:role/\S+$"
_TAKEN: Final[Mapping[str, tuple[str, ...]]] = {
    "aws_msk_iam": ("region", "role_arn", "profile"),
    "google": (),
    "azure": ("scope", "client_id"),
}
_REQUIRED: Final[Mapping[tuple[str, str], str]] = {
    ("aws_msk_iam", "region"): "the cluster's region, such as eu-central-1",
    ("azure", "scope"): "https://<namespace>.servicebus.windows.net/.default for Event Hubs",
}
_EXAMPLES: Final[Mapping[str, str]] = {
    "region": "is no region of AWS, such as eu-central-1",
    "role_arn": "is no role, such as arn:aws:iam::123456789012:role/kafka",
}


class AuthenticationConfig(Section):
    """Where the tokens come from that clients show to the brokers (SASL/OAUTHBEARER).

    Attributes:
        region: AWS: that of the cluster.
        role_arn: AWS: a role to assume; None: the pod's own.
        profile: AWS: one of the shared configuration file.
        scope: Azure: what the token is for.
        client_id: Azure: which of several identities.
    """

    type: AuthenticationType
    region: Annotated[str | None, Field(validate_default=True)] = None
    role_arn: str | None = None
    profile: Annotated[str, Field(min_length=1)] | None = None
    scope: Annotated[str | None, Field(validate_default=True)] = None
    client_id: Annotated[str, Field(min_length=1)] | None = None

    @field_validator("region", "role_arn", "profile", "scope", "client_id")
    @classmethod
    def _of_its_type(cls, value: str | None, info: ValidationInfo) -> str | None:
        kind, name = info.data.get("type"), info.field_name or ""
        if kind is None:
            return value
        if value is None and (kind, name) in _REQUIRED:
            raise ValueError(f"is required by type: {kind}: give {_REQUIRED[kind, name]}")
        if value is not None and name not in _TAKEN[kind]:
            others = f"which takes {', '.join(_TAKEN[kind])}" if _TAKEN[kind] else "which takes none"
            raise ValueError(f"is no setting of type: {kind}, {others}")
        return value

    @field_validator("region", "role_arn")
    @classmethod
    def _well_formed(cls, value: str | None, info: ValidationInfo) -> str | None:
        name = info.field_name or ""
        pattern = _REGION if name == "region" else _ROLE
        if value is not None and not re.match(pattern, value):
            raise ValueError(_EXAMPLES[name])
        return value

    @field_validator("scope")
    @classmethod
    def _whole_scope(cls, scope: str | None) -> str | None:
        if scope is not None and not scope.endswith("/.default"):
            raise ValueError("must end with /.default, as in https://<namespace>.servicebus.windows.net/.default")
        return scope
