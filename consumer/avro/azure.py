"""Azure Schema Registry, by azure-schemaregistry and azure-identity. Needs the extra `azure`.

Rules: the service's REST reference, version 2022-10. A group's schemas cannot be listed: they are asked for by name.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

import requests
from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError
from azure.core.pipeline.transport import RequestsTransport
from azure.identity import DefaultAzureCredential
from azure.schemaregistry import SchemaFormat, SchemaRegistryClient

from consumer.avro.cloud_options import CloudOptions
from consumer.avro.errors import RegistryUnavailable, SchemaUnknown
from consumer.avro.outage import no_answer, no_registry_answer
from consumer.avro.protocol import RegisteredSchema
from consumer.avro.schema_ids import NamedId, SchemaId
from consumer.web.session import bounded_session

_TYPES: Final = {SchemaFormat.AVRO: "AVRO", SchemaFormat.JSON: "JSON"}
_IDENTITY: Final = (
    "give the pod a workload or managed identity, or set AZURE_CLIENT_ID, AZURE_TENANT_ID and AZURE_CLIENT_SECRET"
)
_NOBODYS: Final = "0" * 32


class AzureRegistry:
    """The schema registry of one Event Hubs namespace; see `Registry`."""

    def __init__(self, url: str, options: CloudOptions) -> None:
        """Takes how it is reached; asks nothing.

        Args:
            url: `https://` and the namespace's host.
            options: those of `type: azure`.

        Raises:
            UnusableSetting: the CA cannot be used.
        """
        self._url = url
        self._options = options
        session = bounded_session(options.timeout_seconds, options.ca)
        # The session is of our own: its limits hold for tokens too.
        transport = RequestsTransport(session=session, session_owner=False)
        self._credential = DefaultAzureCredential(transport=transport, retry_total=0)
        self._client = SchemaRegistryClient(
            urlsplit(url).netloc, self._credential, transport=transport, retry_total=0, permit_redirects=False
        )
        self._session = session

    @property
    def address(self) -> str:
        return self._url

    def schema(self, schema_id: SchemaId) -> RegisteredSchema:
        """See `Registry.schema`."""
        if not isinstance(schema_id, NamedId):
            raise SchemaUnknown("Azure's registry has ids of 32 hexadecimal digits, and no numbers")
        return self._ask(str(schema_id.value))

    def schema_of(self, subject: str, version: int | str = "latest", *, deleted: bool = False) -> RegisteredSchema:  # noqa: ARG002 - it hides none
        """See `Registry.schema_of`."""
        number = len(self.versions(subject)) if version == "latest" else int(version)
        return self._ask(group_name=self._group(), name=subject, version=number)

    def subjects(self) -> None:
        """None, once it has answered: it cannot list them."""
        try:
            self._ask(_NOBODYS)
        except SchemaUnknown:
            return

    def versions(self, subject: str) -> list[int]:
        """See `Registry.versions`: they are counted from 1 on, and asked for one by one."""
        found: list[int] = []
        try:
            while True:
                self.schema_of(subject, len(found) + 1)
                found.append(len(found) + 1)
        except SchemaUnknown:
            if not found:
                raise
        return found

    def close(self) -> None:
        self._client.close()
        self._credential.close()
        self._session.close()

    def _group(self) -> str:
        if self._options.group is None:
            raise SchemaUnknown("schema_registry.options: set schema.group to the group of the schemas")
        return self._options.group

    def _ask(self, *schema_id: str, **named: Any) -> RegisteredSchema:
        try:
            found = self._client.get_schema(*schema_id, **named)
        except HttpResponseError as error:
            raise self._failure(error) from None
        except AzureError as error:
            why = error.inner_exception if isinstance(error.inner_exception, Exception) else error
            raise RegistryUnavailable(no_answer(self._url, why, self._options.timeout_seconds)) from None
        except (requests.RequestException, OSError) as error:
            raise RegistryUnavailable(no_answer(self._url, error, self._options.timeout_seconds)) from None
        except (LookupError, TypeError, ValueError):
            what = f"what answers at {self.address} is not Azure's schema registry"
            raise RegistryUnavailable(f"{what}: check schema_registry.url") from None
        return RegisteredSchema(found.definition, _TYPES.get(found.properties.format, str(found.properties.format)))

    def _failure(self, error: HttpResponseError) -> Exception:
        if isinstance(error, ClientAuthenticationError) and error.response is None:
            why = f"there is no token for Azure's registry: {error.message}"[:400]
            return RegistryUnavailable(f"{why}; {_IDENTITY}")
        if error.status_code == requests.codes.not_found:
            return SchemaUnknown("Azure's registry has no such schema")
        if error.status_code in {requests.codes.unauthorized, requests.codes.forbidden}:
            what = f"Azure's registry at {self.address} answers {error.status_code}"
            return RegistryUnavailable(f"{what}: give this identity the role Schema Registry Reader in the namespace")
        return RegistryUnavailable(no_registry_answer(self._url, error.status_code or 0))
