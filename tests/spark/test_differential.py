"""Spark and the local engine give the same rows: for captures, for documents that fit, for documents that do not."""

import json
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from compiler.ir.plan import OperationPlan, Plan
from runtime.document import Document, parse
from runtime.job import Job, Row, Table
from runtime.transform import Transformed
from tests.property import test_expressions as computed
from tests.property.strategies import Target, documents, mutated
from tests.spark.conftest import CAPTURED_AT
from tests.support.project import OPERATIONS, job, operation, others, responses

COUNT = 40
"""Documents drawn for each operation."""

FEW = 6
"""Documents drawn of each kind where there are a hundred operations."""


def plain(cell: object) -> object:
    """Return a cell that can be counted; 7 and 7.0 are one number."""
    match cell:
        case dict():
            return tuple((name, plain(cell[name])) for name in sorted(cell))
        case list():
            return ("list", *map(plain, cell))
        case bool():
            return repr(cell)
        case _:
            return cell


def counted(table: Table, rows: list[Row], document: int) -> Counter:
    """Count rows under their document's number. A column of doubles holds doubles, whatever the JSON says."""
    doubles = [column.type == "double precision" for column in table.columns]
    return Counter((document, *map(as_stored, row, doubles)) for row in rows)


def as_stored(cell, is_double: bool):
    return float(cell) if is_double and cell is not None else plain(cell)


def told(table: Table, theirs: Counter, ours: Counter) -> Iterator[str]:
    """Say in which cells a few rows differ; the first cell of a row is the number of its document."""
    names = ["document", *(column.name for column in table.columns)]
    width = 1 + len(table.key)
    mine = {row[:width]: row for row in ours}
    for row in list(theirs)[:3]:
        other = mine.pop(row[:width], None)
        cells = zip(names, row, other or (), strict=False)
        yield f"{row[:width]}: " + (
            "; ".join(f"{name}: Spark {a!r}, local {b!r}" for name, a, b in cells if a != b)
            if other
            else "only in Spark"
        )
    yield from (f"{key}: only in the local engine" for key in list(mine)[: max(0, 3 - len(theirs))])


def is_document(body: bytes) -> bool:
    try:
        return isinstance(parse(body), Document)
    except TypeError:
        return False


def drawn(strategy: st.SearchStrategy, count: int) -> list:
    """Return documents of a strategy; one Spark job takes them all."""
    found = []

    @settings(
        max_examples=count,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        database=None,
    )
    @given(strategy)
    def collect(document) -> None:
        found.append(document)

    collect()
    return found


@pytest.fixture(scope="module")
def differences(spark, job_of):
    """Run documents through both engines; return what differs, by table: rows only of Spark, rows only of ours."""
    from runtime.spark import engine

    def found(made: OperationPlan, local: Job, bodies: list[bytes], params: dict[str, str]) -> dict:
        sources = [
            engine.Source(raw_id=number, captured_at=CAPTURED_AT, params=params, body=body)
            for number, body in enumerate(bodies)
            if is_document(body)
        ]
        assert sources
        ours = {table.name: Counter() for table in local.tables}
        theirs = {table.name: Counter() for table in local.tables}
        results = engine.transform(spark, job_of(Plan(operations=(made,))), local, sources)
        for source, transformed in zip(sources, results, strict=True):
            _, expected = engine.conform(local, source)
            assert isinstance(transformed, Transformed)
            assert isinstance(expected, Transformed)
            for table in local.tables:
                ours[table.name] += counted(table, expected.rows[table.name], source.raw_id)
                theirs[table.name] += counted(table, transformed.rows[table.name], source.raw_id)
        return {
            table.name: list(
                told(table, theirs[table.name] - ours[table.name], ours[table.name] - theirs[table.name])
            )
            for table in local.tables
            if ours[table.name] != theirs[table.name]
        }

    return found


@pytest.mark.parametrize("name", OPERATIONS)
def test_captures(differences, name) -> None:
    found = responses(name)
    assert differences(operation(name), job(name), [one.body for one in found], dict(found[0].params)) == {}


@pytest.mark.parametrize("day", [None, 20240712, "2024-02-30"])
def test_a_game_without_its_day(differences, day) -> None:
    name = "game.liveGameV1"
    document = json.loads(responses(name)[0].body)
    document["gameData"]["datetime"]["officialDate"] = day
    assert differences(operation(name), job(name), [json.dumps(document).encode()], {}) == {}


def test_captures_of_operations_without_a_mapping(differences) -> None:
    for name in others():
        for one in responses(name):
            assert differences(operation(name), job(name), [one.body], dict(one.params)) == {}, name


def test_documents_of_operations_without_a_mapping(differences) -> None:
    for name in others():
        fitting = documents(Target(operation(name)))
        made = drawn(fitting, FEW) + drawn(mutated(fitting), FEW)
        bodies = [json.dumps(document).encode() for document in made]
        assert differences(operation(name), job(name), bodies, {}) == {}, name


@pytest.mark.parametrize("name", OPERATIONS)
def test_documents_that_nearly_fit(differences, name) -> None:
    made = drawn(documents(Target(operation(name))), COUNT)
    bodies = [json.dumps(document).encode() for document in made]
    assert differences(operation(name), job(name), bodies, {}) == {}


@pytest.mark.parametrize("name", OPERATIONS)
def test_documents_that_do_not_fit(differences, name) -> None:
    made = drawn(mutated(documents(Target(operation(name)))), COUNT)
    bodies = [json.dumps(document).encode() for document in made]
    assert differences(operation(name), job(name), bodies, {}) == {}


def test_computed_columns_and_filters(differences) -> None:
    fitting = documents(Target(computed.plan()))
    made = [computed.SAMPLE, *drawn(fitting, COUNT), *drawn(mutated(fitting), COUNT)]
    bodies = [json.dumps(document).encode() for document in made]
    assert differences(computed.plan(), computed.job(), bodies, {}) == {}
