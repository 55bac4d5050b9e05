"""The sandbox's registry answers as Confluent's does: paths, bodies and error codes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from consumer.sandbox.registry import guid_of, registry_app
from consumer.sandbox.serve import serve

ORDER = {"type": "record", "name": "x.Order", "fields": []}
REFUND = {"type": "record", "name": "x.Refund", "fields": [{"name": "of", "type": "x.Order"}]}


class Registry:
    def __init__(self, url: str) -> None:
        self._url = url

    def get(self, path: str) -> tuple[int, Any]:
        answer = requests.get(self._url + path, timeout=5)
        return answer.status_code, answer.json()

    def post(self, path: str, schema: Any, **more: Any) -> tuple[int, Any]:
        return self.post_body(path, {"schema": json.dumps(schema)} | more)

    def post_body(self, path: str, body: Any) -> tuple[int, Any]:
        answer = requests.post(self._url + path, json=body, timeout=5)
        return answer.status_code, answer.json()


@pytest.fixture
def registry() -> Iterator[Registry]:
    with serve(registry_app()) as url:
        yield Registry(url)


def registered(schema_id: int) -> tuple[int, dict[str, Any]]:
    """The answer to a schema that is registered: newer registries give its GUID, too."""
    return 200, {"id": schema_id, "guid": guid_of(schema_id)}


def test_the_same_schema_has_one_id_wherever_and_however_often_it_is_registered(registry: Registry) -> None:
    assert registry.post("/subjects/a/versions", ORDER) == registered(1)
    assert registry.post("/subjects/a/versions", ORDER) == registered(1)
    assert registry.post("/subjects/b/versions", ORDER) == registered(1)
    assert registry.post("/subjects/a/versions", ORDER | {"doc": "An order."}) == registered(2)
    assert registry.get("/subjects/a/versions") == (200, [1, 2])
    assert registry.get("/subjects") == (200, ["a", "b"])


def test_white_space_makes_no_other_schema(registry: Registry) -> None:
    spread = {"schema": json.dumps(ORDER, indent=4)}
    assert registry.post_body("/subjects/a/versions", spread) == registered(1)
    assert registry.post("/subjects/a/versions", ORDER) == registered(1)


def test_a_version_is_described_by_its_number_or_as_the_latest(registry: Registry) -> None:
    registry.post("/subjects/a/versions", ORDER)
    registry.post("/subjects/a/versions", ORDER | {"doc": "An order."})
    status, second = registry.get("/subjects/a/versions/2")
    assert (status, second["subject"], second["version"], second["id"]) == (200, "a", 2, 2)
    assert json.loads(second["schema"])["doc"] == "An order."
    assert registry.get("/subjects/a/versions/latest") == (200, second)


def test_a_schema_keeps_its_references(registry: Registry) -> None:
    registry.post("/subjects/order/versions", ORDER)
    references = [{"name": "x.Order", "subject": "order", "version": 1}]
    assert registry.post("/subjects/refund/versions", REFUND, references=references) == registered(2)
    assert registry.get("/schemas/ids/2")[1]["references"] == references


def test_a_schema_can_be_looked_up(registry: Registry) -> None:
    registry.post("/subjects/a/versions", ORDER)
    assert registry.post("/subjects/a", ORDER)[1]["version"] == 1
    assert registry.post("/subjects/a", REFUND)[1]["error_code"] == 40403
    assert registry.post("/subjects/none", ORDER)[1]["error_code"] == 40401


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/schemas/ids/9", 404, 40403),
        ("/subjects/none/versions", 404, 40401),
        ("/subjects/none/versions/1", 404, 40401),
        ("/subjects/a/versions/9", 404, 40402),
        ("/subjects/a/versions/first", 422, 42202),
    ],
)
def test_what_is_not_there_has_its_code(registry: Registry, path: str, status: int, code: int) -> None:
    registry.post("/subjects/a/versions", ORDER)
    answer = registry.get(path)
    assert (answer[0], answer[1]["error_code"]) == (status, code)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"schema": '{"type": "recrod", "name": "X"}'}, id="no schema"),
        pytest.param({"schema": json.dumps(REFUND)}, id="a type that is defined nowhere"),
        pytest.param(
            {
                "schema": json.dumps(REFUND),
                "references": [{"name": "x.Order", "subject": "none", "version": 1}],
            },
            id="a reference to nothing",
        ),
        pytest.param({"schema": json.dumps(ORDER), "references": [{"name": "x.Order"}]}, id="half a reference"),
        pytest.param({"schema": "{}", "schemaType": "JSON"}, id="not Avro"),
        pytest.param({"schema": "{"}, id="not JSON"),
        pytest.param({"schema": 7}, id="not even text"),
        pytest.param([], id="no object"),
    ],
)
def test_an_invalid_schema_is_refused(registry: Registry, body: Any) -> None:
    status, answer = registry.post_body("/subjects/a/versions", body)
    assert (status, answer["error_code"]) == (422, 42201)
    assert registry.get("/subjects") == (200, [])
