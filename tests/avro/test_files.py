"""A folder of schemas is read whole, or refused with every fault named."""

from __future__ import annotations

from pathlib import Path

import pytest

import consumer
from consumer.avro.errors import UnusableSchemas
from consumer.avro.files import load_file, load_files, load_folder, schemas_folder
from tests.avro.support import record, text


def write(folder: Path, **files: str) -> None:
    for name, content in files.items():
        (folder / f"{name}.avsc").write_text(content)


def test_files_may_refer_to_one_another_in_any_order(tmp_path: Path) -> None:
    write(
        tmp_path,
        a_order=text(record("x.Order", total="x.Money", tax="x.Currency")),
        z_money=text(
            record("x.Money", of={"type": "enum", "name": "x.Currency", "symbols": ["EUR", "USD"]}),
        ),
    )
    schemas = load_folder(tmp_path)
    assert set(schemas) == {"x.Order", "x.Money"}
    assert set(schemas["x.Order"].named) == {"x.Order", "x.Money", "x.Currency"}
    assert schemas["x.Order"].references == ("x.Money", "x.Currency")


def test_every_fault_is_named_with_its_file(tmp_path: Path) -> None:
    write(
        tmp_path,
        broken="{",
        nowhere=text(record("x.A", b="x.Nowhere")),
        order=text(record("x.Order")),
        same=text(record("x.Order")),
        primitive='"string"',
    )
    with pytest.raises(UnusableSchemas) as caught:
        load_folder(tmp_path)
    said = str(caught.value)
    assert len(caught.value.findings) == 4
    assert "broken.avsc: is not JSON" in said
    assert "nowhere.avsc: refers to x.Nowhere, which is defined nowhere" in said
    assert "same.avsc: defines x.Order, as order.avsc does" in said
    assert "primitive.avsc: defines no named type" in said


def test_versions_of_one_type_and_unions_are_read_beside_each_other(tmp_path: Path) -> None:
    """Of files and of folders, in the order in which they are named, each once."""
    folder = tmp_path / "orders"
    folder.mkdir()
    write(folder, v1=text(record("x.Order")), v2=text(record("x.Order", n="int")))
    write(tmp_path, any=text([record("x.A"), record("x.B")]))
    files = load_files([tmp_path / "any.avsc", folder, folder / "v1.avsc"])
    assert [file.path.name for file in files] == ["any.avsc", "v1.avsc", "v2.avsc"]
    assert [[each.name for each in file.schema.records] for file in files] == [
        ["x.A", "x.B"],
        ["x.Order"],
        ["x.Order"],
    ]


def test_a_type_of_which_there_are_versions_cannot_be_referred_to(tmp_path: Path) -> None:
    """Which one is meant, nobody can tell; two files with one definition are no two versions."""
    write(tmp_path, order=text(record("x.Order", total="x.Money")), money=text(record("x.Money")))
    write(tmp_path, same=text(record("x.Refund", total=record("x.Money"))))
    assert len(load_files([tmp_path])) == 3
    write(tmp_path, other=text(record("x.Money", n="int")))
    with pytest.raises(
        UnusableSchemas, match=r"order\.avsc: refers to x\.Money, of which money\.avsc and other\.avsc are"
    ):
        load_files([tmp_path])


def test_a_folder_without_schemas_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(UnusableSchemas, match=r"holds no \.avsc file"):
        load_folder(tmp_path)


def test_one_file_alone_is_read_or_refused(tmp_path: Path) -> None:
    write(tmp_path, order=text(record("x.Order")), broken="[")
    assert load_file(tmp_path / "order.avsc").record is not None
    with pytest.raises(UnusableSchemas, match=r"broken\.avsc: is not JSON"):
        load_file(tmp_path / "broken.avsc")
    with pytest.raises(UnusableSchemas, match=r"none\.avsc: cannot be read: No such file"):
        load_file(tmp_path / "none.avsc")


def test_the_sample_schemas_are_the_packages_before_the_repositorys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "consumer"
    (package / "sample_schemas").mkdir(parents=True)
    monkeypatch.setattr(consumer, "__file__", str(package / "__init__.py"))
    assert schemas_folder() == package / "sample_schemas"
    (package / "sample_schemas").rmdir()
    assert schemas_folder() == tmp_path / "schemas"
