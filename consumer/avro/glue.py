"""AWS Glue Schema Registry, by boto3: schemas by the UUIDs of their versions. Needs the extra `aws`.

Rules: AWS Glue's API reference, "GetSchemaVersion", "ListSchemas", "ListSchemaVersions". Errors are told apart by
their codes: an id that is not there is an HTTP 400, as much else is.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

import boto3
import requests
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError

from consumer.avro.cloud_options import CloudOptions
from consumer.avro.errors import RegistryUnavailable, SchemaUnknown
from consumer.avro.outage import no_answer
from consumer.avro.protocol import RegisteredSchema
from consumer.avro.schema_ids import NamedId, SchemaId
from consumer.errors import UnusableSetting
from consumer.web.session import bounded_session

_ATTEMPTS: Final = 2
_UNKNOWN: Final = "EntityNotFoundException"
_THROTTLED: Final = frozenset(("ThrottlingException", "Throttling", "TooManyRequestsException"))
_T = TypeVar("_T")


class _Body(io.BytesIO):
    """An answer's body in the form that botocore reads one from."""

    def stream(self) -> Iterator[bytes]:
        yield self.read()


class GlueRegistry:
    """One registry of AWS Glue; see `Registry`.

    boto3 signs, tries again and reads the answers; the bytes go by a session of ours, as boto3's own has no limits.
    """

    def __init__(self, options: CloudOptions, url: str | None = None) -> None:
        """Takes how it is reached; asks nothing.

        Args:
            options: those of `type: glue`.
            url: in place of the region's own address, such as a VPC endpoint's.

        Raises:
            UnusableSetting: there is no region, or the address or CA cannot be used.
        """
        self._options = options
        self._session = bounded_session(options.timeout_seconds, options.ca)
        try:
            self._glue: Any = boto3.session.Session().client(
                "glue",
                region_name=options.region,
                endpoint_url=url,
                config=Config(retries={"mode": "standard", "total_max_attempts": _ATTEMPTS}),
            )
        except NoRegionError:
            raise UnusableSetting("schema_registry.options: set region, such as eu-central-1") from None
        except (BotoCoreError, ValueError) as error:
            raise UnusableSetting(f"schema_registry: boto3 says: {error}"[:300]) from None
        self._glue.meta.events.register("before-send.glue", self._sent)

    @property
    def address(self) -> str:
        return str(self._glue.meta.endpoint_url)

    def schema(self, schema_id: SchemaId) -> RegisteredSchema:
        """See `Registry.schema`."""
        if not isinstance(schema_id, NamedId):
            raise SchemaUnknown("AWS Glue has UUIDs, and no numbers")
        return self._version(SchemaVersionId=schema_id.value)

    def schema_of(self, subject: str, version: int | str = "latest", *, deleted: bool = False) -> RegisteredSchema:  # noqa: ARG002 - it hides none
        """See `Registry.schema_of`."""
        number = {"LatestVersion": True} if version == "latest" else {"VersionNumber": int(version)}
        return self._version(SchemaId=self._name(subject), SchemaVersionNumber=number)

    def subjects(self) -> list[str]:
        pages = self._glue.get_paginator("list_schemas").paginate
        named = {"RegistryName": self._options.registry}
        return self._ask(
            lambda: [each["SchemaName"] for page in pages(RegistryId=named) for each in page.get("Schemas", ())]
        )

    def versions(self, subject: str) -> list[int]:
        """See `Registry.versions`."""
        pages = self._glue.get_paginator("list_schema_versions").paginate
        return self._ask(
            lambda: sorted(
                each["VersionNumber"]
                for page in pages(SchemaId=self._name(subject))
                for each in page.get("Schemas", ())
                if each.get("Status") == "AVAILABLE"
            )
        )

    def close(self) -> None:
        self._session.close()
        self._glue.close()

    def _version(self, **asked: Any) -> RegisteredSchema:
        def call() -> RegisteredSchema:
            found = self._glue.get_schema_version(**asked)
            return RegisteredSchema(found["SchemaDefinition"], found["DataFormat"])

        return self._ask(call)

    def _name(self, schema: str) -> dict[str, str]:
        return {"RegistryName": self._options.registry, "SchemaName": schema}

    def _sent(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        """What botocore would do itself: send a request that it has signed, and give the answer."""
        response = self._session.request(
            request.method,
            request.url,
            data=request.body,
            headers=dict(request.headers.items()),
            allow_redirects=False,
        )
        return AWSResponse(request.url, response.status_code, response.headers, _Body(response.content))

    def _ask(self, call: Callable[[], _T]) -> _T:
        try:
            return call()
        except ClientError as error:
            code, said = error.response["Error"].get("Code", ""), error.response["Error"].get("Message", "")
            if code == _UNKNOWN:
                raise SchemaUnknown(said) from None
            advice = "it is asked too often" if code in _THROTTLED else "see the role's permissions and the region"
            raise RegistryUnavailable(f"AWS Glue at {self.address} answers {code}: {said}; {advice}"[:400]) from None
        except NoCredentialsError:
            raise RegistryUnavailable(
                "no credentials of AWS were found: give the pod a role, or set AWS_ACCESS_KEY_ID and "
                "AWS_SECRET_ACCESS_KEY"
            ) from None
        except (requests.RequestException, OSError) as error:
            raise RegistryUnavailable(no_answer(self.address, error, self._options.timeout_seconds)) from None
        except (BotoCoreError, LookupError, ValueError) as error:
            what = f"what answers at {self.address} is not AWS Glue, or cannot be asked"
            raise RegistryUnavailable(f"{what}: {type(error).__name__}: {error}"[:400]) from None
