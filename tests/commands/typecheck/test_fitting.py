"""Types held against fields: refused (error), sent and perhaps ignored (warning), told by the records (info)."""

from __future__ import annotations

from typing import Any

import pytest

from consumer.commands.typecheck.findings import OMITTED
from tests.commands.typecheck.checked import check, said, version

EMAIL = {"email": "buyer.email"}


def patch(name: str, source: Any, **options: Any) -> list[str]:
    return said(check("customer_patch", fields=EMAIL | {name: source}, **options))


def attribute(source: Any, invalid_optional: str = "refuse") -> list[str]:
    attributes = {"own": source}
    return said(check("customer_patch", fields=EMAIL, attributes=attributes, invalid_optional=invalid_optional))


@pytest.mark.parametrize(
    ("name", "path"),
    [("first_name", "name"), ("gender", "status"), ("birthday", "at"), ("birthday", "name"), ("zip", "'02139'")],
)
def test_a_default_attribute_of_the_type_that_bluecore_documents(name: str, path: str) -> None:
    assert patch(name, path) == []


@pytest.mark.parametrize(
    ("name", "path", "says"),
    [
        ("first_name", "lines", "is array, and Bluecore documents text"),
        ("city", "buyer", "is record, and Bluecore documents text"),
        ("birthday", "paid", "is boolean, and Bluecore documents text or a date"),
        ("zip", "id", "`as: string` converts"),
        ("last_name", "mixed", "is number, and Bluecore documents text"),
        ("phone", "id", "is integer, and Bluecore documents text"),
        ("state", {"path": "name", "as": "boolean"}, "becomes boolean, and Bluecore documents text"),
    ],
)
def test_another_type_is_sent_and_may_be_ignored(name: str, path: Any, says: str) -> None:
    (line,) = patch(name, path)
    assert line.startswith(f"warning fields.{name}: ")
    assert says in line


def test_a_whole_number_does_not_tell_its_unit() -> None:
    """Seconds would be a day in January 1970; of a timestamp the schema tells."""
    (line,) = attribute({"path": "id", "as": "datetime"})
    assert line.startswith("info attributes.own: is a whole number without a unit: it is taken as milliseconds")
    assert attribute({"path": "at", "as": "datetime"}) == []


def test_a_default_attribute_under_its_own_name_is_checked_too() -> None:
    city = {"name": "city", "type": {"type": "map", "values": "string"}}
    schema = {"type": "record", "name": "C", "fields": [{"name": "email", "type": "string"}, city]}

    (line,) = said(check("customer_patch", [version(schema)]))
    assert line.startswith("warning fields.city: is map, and Bluecore documents text")


def test_a_phone_that_is_to_be_written_as_e164_must_be_text_or_digits() -> None:
    (line,) = patch("phone", "paid", phone_region="US")
    assert line.startswith("error fields.phone: is boolean, and must be text or a whole number")
    assert patch("phone", "id", phone_region="US") == []


@pytest.mark.parametrize("path", ["name", "id", "sum", "paid", "at", "status"])
def test_an_attribute_of_ones_own_is_any_single_value(path: str) -> None:
    assert attribute(path) == []


@pytest.mark.parametrize("path", ["lines", "buyer", "buyer.tags"])
def test_and_no_list_and_no_object(path: str) -> None:
    (line,) = attribute(path)
    assert line.startswith("warning attributes.own: is ")


class TestConversions:
    @pytest.mark.parametrize(
        ("path", "convert"),
        [("buyer", "integer"), ("at", "boolean"), ("sum", "date"), ("lines", "string"), ("paid", "number")],
    )
    def test_what_can_never_convert(self, path: str, convert: str) -> None:
        (line,) = attribute({"path": path, "as": convert})
        assert line.startswith("error attributes.own: is ")
        assert f"for `as: {convert}`" in line

    def test_symbols_none_of_which_converts(self) -> None:
        assert attribute({"path": "status", "as": "boolean"}) == [
            "error attributes.own: is PAID, OPEN: none of them can become a boolean, such a record is refused"
        ]

    def test_symbols_that_all_convert(self) -> None:
        assert attribute({"path": "flag", "as": "boolean"}) == []

    def test_symbols_some_of_which_do(self) -> None:
        assert attribute({"path": "flag || 'perhaps'", "as": "boolean"}) == []
        assert attribute({"path": "not_null(flag, 'perhaps')", "as": "boolean"}) == [
            "warning attributes.own: may be perhaps: none of them can become a boolean, such a record is refused"
        ]

    @pytest.mark.parametrize(
        ("path", "convert", "says"),
        [
            ("name", "number", "is text: a record whose text is no number is refused"),
            ("note", "date", "is text: a record whose text is no date is refused"),
            ("sum", "integer", "is a number: a record whose value has a fraction is refused"),
            ("id", "boolean", "is a whole number: a record whose value is neither 0 nor 1 is refused"),
        ],
    )
    def test_what_only_the_records_tell_is_for_information(self, path: str, convert: str, says: str) -> None:
        assert attribute({"path": path, "as": convert}) == [f"info attributes.own: {says}"]

    @pytest.mark.parametrize(
        ("path", "convert", "says"),
        [
            ("name", "number", "info attributes.own: is text: a text that is no number is left out"),
            ("sum", "integer", "info attributes.own: is a number: a value that has a fraction is left out"),
            (
                "not_null(flag, 'perhaps')",
                "boolean",
                "warning attributes.own: may be perhaps: none of them can become a boolean, LEFT OUT",
            ),
            (
                "buyer",
                "integer",
                "error attributes.own: is record, and must be text or a number for `as: integer`: LEFT OUT",
            ),
            (
                "sum(lines)",
                "number",
                "error attributes.own: sum() takes a list of numbers, and is given an array of record: LEFT OUT",
            ),
        ],
    )
    def test_what_is_optional_costs_itself_unless_the_route_refuses_it(
        self, path: str, convert: str, says: str
    ) -> None:
        assert attribute({"path": path, "as": convert}, "omit") == [says.replace("LEFT OUT", OMITTED)]

    def test_a_number_is_no_date_without_its_unit(self) -> None:
        """Every record would be refused: it may as well count days as milliseconds."""
        for path, convert in (("id", "date"), ("sum", "date"), ("sum", "datetime")):
            (line,) = attribute({"path": path, "as": convert})
            assert line.startswith("error attributes.own: is ")
            assert line.endswith("such a record is refused; say what it counts with `unit`, such as `unit: days`")

    @pytest.mark.parametrize("unit", ["days", "seconds", "milliseconds", "microseconds", "nanoseconds"])
    @pytest.mark.parametrize(("path", "convert"), [("id", "date"), ("id", "datetime"), ("sum", "datetime")])
    def test_with_its_unit_it_is(self, path: str, convert: str, unit: str) -> None:
        assert attribute({"path": path, "as": convert, "unit": unit}) == []

    def test_a_unit_of_what_has_one_already(self) -> None:
        (line,) = attribute({"path": "at", "as": "datetime", "unit": "microseconds"})
        assert line == "warning attributes.own: is datetime, which has no other unit: `unit` has no effect"

    @pytest.mark.parametrize("convert", ["string", "datetime", "date"])
    def test_what_always_converts(self, convert: str) -> None:
        assert attribute({"path": "at", "as": convert}) == []


def view(avro: Any) -> list[Any]:
    fields = [{"name": "email", "type": "string"}, {"name": "it", "type": avro}]
    return [version({"type": "record", "name": "V", "fields": fields})]


def debezium(base: str, name: str) -> dict[str, Any]:
    return {"type": base, "connect.version": 1, "connect.name": f"io.debezium.{name}"}


class TestWhatConnectNames:
    """Types that have no logical type of Avro, but Kafka Connect's name of one."""

    @pytest.mark.parametrize(
        ("avro", "target"),
        [
            (debezium("int", "time.Date"), {"fields": {"birthday": "it"}}),
            (debezium("string", "time.IsoDate"), {"fields": {"birthday": {"path": "it", "as": "date"}}}),
            (debezium("long", "time.MicroTimestamp"), {"attributes": {"own": {"path": "it", "as": "datetime"}}}),
            (debezium("string", "time.ZonedTimestamp"), {"attributes": {"own": {"path": "it", "as": "date"}}}),
            (debezium("string", "data.Uuid"), {"fields": {"client": "it"}}),
            (debezium("long", "time.NanoDuration"), {"fields": {"client": "it"}}),
            (
                {"type": "bytes", "logicalType": "big-decimal"},
                {"attributes": {"own": {"path": "it", "as": "number"}}},
            ),
        ],
    )
    def test_is_known(self, avro: Any, target: dict[str, Any]) -> None:
        assert said(check("customer_patch", view(avro), **target)) == []
        assert said(check("customer_patch", view(["null", avro]), **target)) == []

    @pytest.mark.parametrize("as_", ["date", "datetime", "number"])
    def test_and_what_is_no_such_thing_is_an_error(self, as_: str) -> None:
        source = {"path": "it", "as": as_}
        (line,) = said(check("optin", view(debezium("long", "time.MicroTime")), attributes={"own": source}))
        assert line.startswith("error attributes.own: is time, and must be ")

    @pytest.mark.parametrize("as_", ["date", "datetime", "number", "boolean"])
    def test_nor_is_a_duration(self, as_: str) -> None:
        duration = {"type": "fixed", "name": "F", "size": 12, "logicalType": "duration"}
        (line,) = said(check("optin", view(duration), attributes={"own": {"path": "it", "as": as_}}))
        assert line.startswith("error attributes.own: is duration, and must be ")

    def test_debeziums_decimal_is_a_number(self) -> None:
        name = "io.debezium.data.VariableScaleDecimal"
        fields = [{"name": "scale", "type": "int"}, {"name": "value", "type": "bytes"}]
        decimal = {"type": "record", "name": name, "fields": fields, "connect.name": name}
        total = {"attributes": {"own": {"path": "it", "as": "number"}}}
        assert said(check("optin", view(["null", decimal]), **total)) == []


class TestLocalTimestamps:
    LOCAL = {"type": "long", "logicalType": "local-timestamp-micros"}  # noqa: RUF012 - of the tests

    @pytest.mark.parametrize("source", ["it", {"path": "it", "as": "datetime"}, {"path": "it", "as": "string"}])
    def test_that_they_are_sent_without_a_zone_is_said(self, source: Any) -> None:
        (line,) = said(check("optin", view(["null", self.LOCAL]), attributes={"own": source}))
        assert line.startswith("warning attributes.own: is a local timestamp, and is sent without a zone")
        assert "`timezone`" in line

    def test_with_one_they_are_not(self) -> None:
        zone = "Europe/Istanbul"
        assert said(check("optin", view(self.LOCAL), attributes={"own": "it"}, timezone=zone)) == []

    def test_their_day_needs_none(self) -> None:
        assert said(check("optin", view(self.LOCAL), attributes={"own": {"path": "it", "as": "date"}})) == []

    def test_nor_does_one_that_nobody_maps(self) -> None:
        assert said(check("optin", view(self.LOCAL))) == []


class TestTheRecordsOwnTime:
    @pytest.mark.parametrize(
        ("event_time", "says"),
        [
            ("id", "info event_time: is a whole number without a unit: it is taken as milliseconds since 1970"),
            ("name", "is text: a text that is no datetime is told, and Kafka's timestamp is taken in its place"),
            ("paid", "error event_time: is boolean, and must be"),
            ("atx", "error event_time: there is no field atx"),
            ({"path": "at", "unit": "seconds"}, "warning event_time: is datetime, which has no other unit"),
        ],
    )
    def test_what_is_doubtful_about_it_is_said(self, event_time: Any, says: str) -> None:
        (line,) = said(check("optin", fields=EMAIL, event_time=event_time))
        assert says in line

    def test_what_cannot_be_a_time_does_not_stop_the_record(self) -> None:
        (line,) = said(check("optin", fields=EMAIL, event_time="lines"))
        assert line.endswith("for `as: datetime`: Kafka's timestamp is taken in its place")

    @pytest.mark.parametrize("event_time", ["at", {"path": "id", "unit": "seconds"}, "_kafka.timestamp"])
    def test_a_time_is_fine(self, event_time: Any) -> None:
        assert said(check("optin", fields=EMAIL, event_time=event_time)) == []

    def test_a_local_timestamp_is_in_utc(self) -> None:
        """It is not sent, so that it lacks nothing there."""
        local = {"type": "long", "logicalType": "local-timestamp-micros"}
        assert said(check("optin", view(local), event_time="it")) == []
