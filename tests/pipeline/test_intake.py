"""A partition whose schema is not to be had waits, in order; the others go on."""

from __future__ import annotations

from structlog.testing import capture_logs

from consumer.avro.errors import SchemaPending
from consumer.pipeline.intake import Intake
from consumer.records import Mapped, Partition, Record, Skip

FIRST, SECOND = Partition("shop.orders", 0), Partition("shop.orders", 1)
MAPPED = Skip("when")


class Schemas:
    """A translator that has only the schemas in `known`; a record's value is its schema's id."""

    def __init__(self, *known: int) -> None:
        self.known = set(known)
        self.unknown: set[int] = set()
        self.asked_at: list[int] = []

    def translate(self, record: Record, now_ms: int) -> Mapped:
        self.asked_at.append(now_ms)
        schema_id = int(record.value or b"0")
        if schema_id not in self.known:
            raise SchemaPending(schema_id, unknown=schema_id in self.unknown)
        return MAPPED


class Held:
    """The partitions that are held back, as the intake has told."""

    def __init__(self) -> None:
        self.told: list[tuple[Partition, bool]] = []

    def __call__(self, partition: Partition, held: bool) -> None:  # noqa: FBT001 - the intake's call
        self.told.append((partition, held))


def record(partition: Partition, offset: int, schema_id: int) -> Record:
    return Record(partition, offset, key=None, value=str(schema_id).encode())


def passed(intake: Intake, *records: Record) -> list[tuple[int, int]]:
    """Partition and offset of what comes through."""
    return [(each.partition.number, each.offset) for each, _ in intake.translate(records, now=1.5)]


def test_records_come_through_with_what_became_of_them() -> None:
    schemas = Schemas(1)
    one = record(FIRST, 0, 1)
    assert list(Intake(schemas, Held()).translate([one], now=1.5)) == [(one, MAPPED)]
    assert schemas.asked_at == [1500]


def test_a_pending_schema_holds_its_partition_and_no_other() -> None:
    held = Held()
    intake = Intake(Schemas(1), held)
    records = record(FIRST, 0, 7), record(SECOND, 0, 1), record(FIRST, 1, 1), record(SECOND, 1, 1)
    assert passed(intake, *records) == [(1, 0), (1, 1)]
    assert len(intake) == 2
    assert held.told == [(FIRST, True)]


def test_they_come_in_their_order_once_the_schema_is_there() -> None:
    """Those that waited go before those that were read later."""
    schemas, held = Schemas(1), Held()
    intake = Intake(schemas, held)
    passed(intake, record(FIRST, 0, 7), record(FIRST, 1, 1))
    schemas.known.add(7)
    assert passed(intake, record(FIRST, 2, 1)) == [(0, 0), (0, 1), (0, 2)]
    assert len(intake) == 0
    assert held.told == [(FIRST, True), (FIRST, False)]


def test_a_second_pending_schema_keeps_the_rest_waiting() -> None:
    schemas, held = Schemas(1), Held()
    intake = Intake(schemas, held)
    passed(intake, record(FIRST, 0, 7), record(FIRST, 1, 8), record(FIRST, 2, 1))
    schemas.known.add(7)
    assert passed(intake) == [(0, 0)]
    assert held.told == [(FIRST, True)]
    schemas.known.add(8)
    assert passed(intake) == [(0, 1), (0, 2)]


def test_where_a_schema_that_the_registry_does_not_know_is_waited_for_is_told_once() -> None:
    """One that is only being fetched is no news."""
    schemas = Schemas(1)
    intake = Intake(schemas, Held())
    with capture_logs() as logs:
        passed(intake, record(FIRST, 4, 7), record(FIRST, 5, 8))
        assert logs == []
        schemas.unknown = {7, 8}
        passed(intake)
        passed(intake)
        schemas.known.add(7)
        passed(intake)
    assert [(line["topic"], line["partition"], line["offset"], line["schema_id"]) for line in logs] == [
        ("shop.orders", 0, 4, 7),
        ("shop.orders", 0, 5, 8),
    ]


def test_partitions_that_are_gone_are_forgotten() -> None:
    """Their next owner reads them again."""
    schemas = Schemas(1)
    intake = Intake(schemas, Held())
    passed(intake, record(FIRST, 0, 7), record(SECOND, 0, 7))
    intake.forget([FIRST])
    schemas.known.add(7)
    assert passed(intake) == [(1, 0)]


def test_the_oldest_that_waits_is_known_by_topic() -> None:
    intake = Intake(Schemas(1), Held())
    late, early = record(FIRST, 0, 7), record(SECOND, 0, 7)
    passed(intake, late._replace(timestamp_ms=2000), early._replace(timestamp_ms=1000), record(FIRST, 1, 1))
    assert intake.oldest() == {"shop.orders": 1000}
    intake.forget([SECOND])
    assert intake.oldest() == {"shop.orders": 2000}


def test_of_many_that_have_waited_some_come_at_a_time() -> None:
    """Mapping thousands at once would keep everybody else waiting for a second."""
    held, schemas = Held(), Schemas()
    intake = Intake(schemas, held)
    assert passed(intake, *(record(FIRST, offset, 7) for offset in range(700))) == []

    schemas.known = {7}
    came = [
        passed(intake),
        passed(intake, record(SECOND, 0, 7)),
        passed(intake, record(FIRST, 700, 7)),
        passed(intake),
    ]

    assert [len(each) for each in came] == [300, 301, 101, 0]
    assert [offset for each in came for number, offset in each if number == 0] == list(range(701))
    assert held.told == [(FIRST, True), (FIRST, False)]
    assert len(intake) == 0
