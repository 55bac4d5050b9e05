"""A folder is registered with what each schema refers to first, and again without effect."""

from __future__ import annotations

from pathlib import Path

import pytest

from consumer.avro.errors import RegistryUnavailable, UnusableSchemas
from consumer.avro.files import schemas_folder
from consumer.avro.protocol import Reference
from consumer.avro.references import load_schema
from consumer.avro.register import Registered, register_folder
from consumer.avro.registry import RegistryClient
from tests.avro.support import record, text


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a_order.avsc").write_text(text(record("x.Order", total="x.Money")))
    (tmp_path / "z_money.avsc").write_text(text(record("x.Money", amount="long")))
    return tmp_path


def test_dependencies_go_first_and_are_referred_to(client: RegistryClient, folder: Path) -> None:
    assert register_folder(client, folder) == [
        Registered("x.Money", 1, new=True),
        Registered("x.Order", 2, new=True),
    ]
    assert client.schema(2).references == (Reference("x.Money", "x.Money", 1),)
    assert set(load_schema(client, 2).named) == {"x.Order", "x.Money"}


def test_registering_again_changes_nothing(client: RegistryClient, folder: Path) -> None:
    register_folder(client, folder)
    assert register_folder(client, folder) == [
        Registered("x.Money", 1, new=False),
        Registered("x.Order", 2, new=False),
    ]
    assert client.versions("x.Order") == [1]


def test_a_changed_schema_is_a_new_version_and_referred_to_as_such(client: RegistryClient, folder: Path) -> None:
    register_folder(client, folder)
    (folder / "z_money.avsc").write_text(text(record("x.Money", amount="long", currency="string")))
    register_folder(client, folder)
    assert client.versions("x.Money") == [1, 2]
    assert client.schema_of("x.Order").references == (Reference("x.Money", "x.Money", 2),)


def test_a_registry_that_forgets_what_it_took_is_told(
    client: RegistryClient, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or what refers to it would be registered with a version that nobody has."""
    monkeypatch.setattr(client, "lookup", lambda *_: None)
    with pytest.raises(RegistryUnavailable, match=r"has not kept x\.Money, which it had accepted"):
        register_folder(client, folder)
    assert client.subjects() == ["x.Money"]


def test_schemas_that_need_one_another_cannot_be_registered(client: RegistryClient, tmp_path: Path) -> None:
    (tmp_path / "a.avsc").write_text(text(record("x.A", b=["null", "x.B"])))
    (tmp_path / "b.avsc").write_text(text(record("x.B", a=["null", "x.A"])))
    with pytest.raises(UnusableSchemas, match="in a circle: x"):
        register_folder(client, tmp_path)
    assert client.subjects() == []


def test_the_sample_schemas_are_registered_under_their_own_names(client: RegistryClient) -> None:
    registered = register_folder(client, schemas_folder())
    assert len(registered) == 10
    assert all(each.new and each.subject.startswith("com.shop.events.") for each in registered)
