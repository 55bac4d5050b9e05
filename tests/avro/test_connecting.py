"""Each type of registry is opened by what its section says, and needs no more than that type."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from consumer.avro.apicurio import ApicurioRegistry
from consumer.avro.connecting import check_options, open_registry, registry_type
from consumer.avro.errors import ExtraMissing
from consumer.avro.registry import RegistryClient
from consumer.avro.registry_types import TYPES
from consumer.avro.schema_ids import IdKind
from consumer.config.model import RegistryConfig
from consumer.errors import UnusableSetting


def section(**keys: Any) -> RegistryConfig:
    return RegistryConfig.model_validate({"url": "https://registry", **keys})


def test_without_a_type_it_speaks_confluents_protocol() -> None:
    opened = open_registry(section())
    assert isinstance(opened, RegistryClient)
    assert registry_type(section()) is TYPES["confluent"]
    opened.close()


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://apicurio:8080", "http://apicurio:8080/apis/registry/v3"),
        ("http://apicurio/apis/registry/v3", "http://apicurio/apis/registry/v3"),
        ("http://a,http://u:p@b", "http://a/apis/registry/v3, http://b/apis/registry/v3"),
    ],
)
def test_apicurios_address_may_be_the_hosts(url: str, address: str) -> None:
    opened = open_registry(section(type="apicurio", url=url))
    assert isinstance(opened, ApicurioRegistry)
    assert opened.address == address
    opened.close()


def test_what_a_legacy_id_is_can_be_told() -> None:
    both = registry_type(section(type="apicurio"))
    told = registry_type(section(type="apicurio", options={"apicurio.registry.use-id": "globalId"}))
    assert both.legacy == {IdKind.CONTENT_ID, IdKind.GLOBAL_ID}
    assert told.legacy == {IdKind.GLOBAL_ID}


@pytest.mark.parametrize(
    ("kind", "module", "extra"), [("glue", "boto3", "aws"), ("azure", "azure.identity", "azure")]
)
def test_a_missing_extra_is_a_sentence_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, kind: str, module: str, extra: str
) -> None:
    monkeypatch.delitem(sys.modules, f"consumer.avro.{kind}", raising=False)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ExtraMissing) as caught:
        open_registry(section(type=kind, options={"region": "eu-west-1"} if kind == "glue" else {}))
    assert str(caught.value) == (
        f"{module} is not installed: schema_registry.type: {kind} needs `pip install 'bluecore-consumer[{extra}]'`"
    )


def test_nothing_of_an_extra_is_imported_without_it() -> None:
    code = "import sys, consumer.pipeline.assembly; print({'boto3', 'botocore', 'azure'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "set()\n"


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"type": "apicurio", "options": {"apicurio.registry.use-id": "both"}}, "must be contentId or globalId"),
        ({"type": "apicurio", "options": {"timeout": "1"}}, "timeout: no such option .* did you mean timeout.ms?"),
        ({"options": {"apicurio.registry.use-id": "globalId"}}, "apicurio.registry.use-id: no such option"),
        ({"type": "glue", "options": {"regio": "x"}}, "regio: no such option of `type: glue`; did you mean region?"),
        ({"type": "glue", "options": {"basic.auth.user.info": "a:b"}}, "choose from region, registry.name"),
        ({"type": "azure", "options": {"timeout.ms": "0"}}, "timeout.ms: must be a whole number"),
    ],
)
def test_options_of_another_type_are_refused(keys: dict[str, Any], said: str) -> None:
    with pytest.raises(UnusableSetting, match=said):
        check_options(section(**keys))


def test_only_glue_has_an_address_of_its_own() -> None:
    assert RegistryConfig(type="glue").url is None
    with pytest.raises(ValueError, match="is required: give the registry's address"):
        RegistryConfig(type="azure")
