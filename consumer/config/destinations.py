"""Where events are sent: Bluecore's one address and namespace, or several of them by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr

from consumer.config.rest_api import DestinationRestApiConfig, RestApiConfig, resolved_rest_api
from consumer.config.types import EmailOrDomain, OpenHttpUrl, Positive, Seconds, Secret, Section

UNNAMED = ""
"""The destination of the section `bluecore`."""


def _not_empty(namespace: SecretStr) -> SecretStr:
    if not namespace.get_secret_value().strip():
        raise ValueError("is empty: set it to the namespace that Bluecore gave you")
    return namespace


def _not_skip(name: str) -> str:
    if name == "skip":
        raise ValueError("cannot be the name of a destination: in a route it skips the record")
    return name


Namespace = Annotated[Secret, AfterValidator(_not_empty)]
HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$")]
CaLocation = Annotated[str, Field(min_length=1)]
DestinationName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$"), AfterValidator(_not_skip)]


class BluecoreConfig(Section):
    url: OpenHttpUrl = "https://api.bluecore.app/api/track/mobile/v1"
    namespace: Namespace
    api_key: Secret = SecretStr("")
    api_key_header: HeaderName = "Authorization"
    api_key_prefix: str = "Bearer "
    timeout_seconds: Positive = 10
    ca_location: CaLocation | None = None
    transport: Literal["auto", "direct", "curl", "requests"] = "auto"
    only_emails: tuple[EmailOrDomain, ...] = ()
    rest_api: RestApiConfig | None = None


class DestinationConfig(Section):
    """One of several namespaces; what it leaves out is as `bluecore` has it, or else as its default.

    Attributes:
        api_key: without one, that of `bluecore` where the address is the same: a key is not shown to strangers.
    """

    url: OpenHttpUrl | None = None
    namespace: Namespace
    api_key: Secret | None = None
    api_key_header: HeaderName | None = None
    api_key_prefix: str | None = None
    timeout_seconds: Positive | None = None
    ca_location: CaLocation | None = None
    only_emails: tuple[EmailOrDomain, ...] | None = None
    rate_limit_per_second: Seconds | None = None
    rest_api: DestinationRestApiConfig | None = None


@dataclass(frozen=True, slots=True)
class Destination:
    """One destination with all that it has of its own or inherits.

    Attributes:
        rate_limit: requests a second; 0: none.
    """

    bluecore: BluecoreConfig
    rate_limit: float

    @property
    def token(self) -> str:
        """`properties.token` of its events."""
        return self.bluecore.namespace.get_secret_value()


def resolved(own: DestinationConfig, base: BluecoreConfig | None, rate_limit: float) -> Destination:
    """A destination's settings, and for the rest those of `bluecore`."""
    inherited = {} if base is None else {name: getattr(base, name) for name in base.model_fields_set}
    given = own.model_dump(exclude_none=True, exclude={"rate_limit_per_second", "rest_api"})
    rest_api = resolved_rest_api(own.rest_api, None if base is None else base.rest_api)
    bluecore = BluecoreConfig.model_validate(inherited | given | {"rest_api": rest_api})
    if own.api_key is None and base is not None and bluecore.url != base.url:
        bluecore = bluecore.model_copy(update={"api_key": SecretStr("")})
    rate = rate_limit if own.rate_limit_per_second is None else own.rate_limit_per_second
    return Destination(bluecore, rate)
