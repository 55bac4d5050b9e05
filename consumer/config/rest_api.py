"""Bluecore's REST APIs (customers, eligibility), which answer with what was stored: where they are, who calls them.

Source: Bluecore's help centre, "Create an API key", and the OpenAPI documents of developers.bluecore.com as the
repository api-evangelist/bluecore has harvested them. Early access, and not tried against Bluecore.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from consumer.config.types import Number, OpenHttpUrl, Secret, Section


def _given(value: str) -> str:
    if not value.strip():
        raise ValueError("is empty: Bluecore's Developer Portal has it, under Account, with the key")
    return value


def _given_secret(value: SecretStr) -> SecretStr:
    _given(value.get_secret_value())
    return value


ClientId = Annotated[str, AfterValidator(_given)]
ClientSecret = Annotated[Secret, AfterValidator(_given_secret)]
Audience = Annotated[str, Field(min_length=1)]
Share = Annotated[Number, Field(ge=0, le=1)]


class RestApiConfig(Section):
    """How the REST APIs are reached.

    Attributes:
        token_url: where access tokens are fetched, with OAuth client credentials.
        audience: what the tokens are to be good for.
        verify_share: of the consents that are delivered by them or by the Events API, how many are read back later.
    """

    url: OpenHttpUrl = "https://a.bluecore.com/api"
    token_url: OpenHttpUrl = "https://auth.bluecore.com/oauth/token"  # noqa: S105 - an address
    audience: Audience = "https://a.bluecore.com"
    client_id: ClientId
    client_secret: ClientSecret
    verify_share: Share = 0


class DestinationRestApiConfig(Section):
    """The same for one of several namespaces; what it leaves out is as `bluecore.rest_api` has it, or as its default.

    The client is its own: a secret is not shown to another address.
    """

    url: OpenHttpUrl | None = None
    token_url: OpenHttpUrl | None = None
    audience: Audience | None = None
    client_id: ClientId
    client_secret: ClientSecret
    verify_share: Share | None = None


def resolved_rest_api(own: DestinationRestApiConfig | None, base: RestApiConfig | None) -> RestApiConfig | None:
    """A destination's: its own section, completed by that of `bluecore`; None where there is neither.

    Without one of its own it is that of `bluecore`, whose client may have been made for several namespaces.
    """
    if own is None:
        return base
    inherited = {} if base is None else {name: getattr(base, name) for name in base.model_fields_set}
    return RestApiConfig.model_validate(inherited | own.model_dump(exclude_none=True))
