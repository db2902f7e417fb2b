"""The accounting holds for every operation, whatever is answered, and would tell if a column of any were broken."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.conform import leaves
from runtime.job import REQUEST, Column, Conformed, Extraction, Job, Row, Table
from runtime.transform import Counts, account, transform
from tests.property.strategies import Target, any_json, documents, json_like, mutated, some
from tests.support import project

pytestmark = pytest.mark.slow

CLASSES = ("typed", "json", "null", "sentinel", "empty", "ignored", "rescued")
PARAMS = {REQUEST: "/any", "sportId": "1"}
DEEPEST = 5_000


def check(job: Job, document: Conformed) -> Counts:
    total = leaves(document)
    counts = account(job, document, PARAMS)
    assert counts.lost == 0, counts
    assert counts.leaves == total == sum(getattr(counts, name) for name in CLASSES)
    assert sum(count for _, count, _ in counts.rescued_paths) == counts.rescued
    return counts


@cache
def compiled() -> tuple[str, ...]:
    return tuple(made.name for made in project.plan().operations if made.tables)


@cache
def captured() -> tuple[str, ...]:
    return tuple(sorted({response.operation for response in project.every_response()} & set(compiled())))


@cache
def target(operation: str) -> Target:
    return Target(project.operation(operation))


def names(operation: str) -> tuple[str, ...]:
    return target(operation).names or ("id",)


@given(data=st.data())
def test_any_json(data: st.DataObject) -> None:
    operation = data.draw(st.sampled_from(compiled()))
    check(project.job(operation), data.draw(any_json | json_like(names(operation))))


@some
@given(data=st.data())
def test_documents_that_nearly_fit(data: st.DataObject) -> None:
    operation = data.draw(st.sampled_from(compiled()))
    check(project.job(operation), data.draw(mutated(documents(target(operation)))))


@some
@given(data=st.data())
def test_captures_with_changes(data: st.DataObject) -> None:
    operation = data.draw(st.sampled_from(captured()))
    response = data.draw(st.sampled_from(project.responses(operation)))
    check(project.job(operation), data.draw(mutated(st.builds(lambda: response.document))))


def test_every_capture_is_accounted_for() -> None:
    assert len(captured()) > 25
    for response in project.every_response():
        check(project.job(response.operation), response.document)


# ----------------------------------------------------------------------------------------------- extreme documents


def deep(containers: Sequence[str]) -> Conformed:
    """Nest a number in objects (under the given keys in turn) and arrays (under "")."""
    value: Conformed = 1
    for level in range(DEEPEST):
        key = containers[level % len(containers)]
        value = {key: value} if key else [value]
    return value


EXTREMES: dict[str, Conformed] = {
    "deep arrays": deep([""]),
    "deep objects": deep(["a"]),
    "deep maps of arrays": deep(["ID1", "", "id"]),
    "wide array": list(range(50_000)),
    "wide object": {f"key {number}": number for number in range(20_000)},
    "wide map": {f"ID{number}": {"id": number} for number in range(20_000)},
    "lone surrogates": {"\ud800": "\udfff", "a": ["\ud83d"]},
    "NUL": {"\0": "\0", "a\0b": ["\0"]},
    "long key": {"k" * 100_000: 1},
    "long text": {"a": "t" * 1_000_000},
    "long number": {"a": 10**4_000, "b": -(10**400)},
    "extreme fractions": [5e-324, 1.7976931348623157e308, -0.0, 0.1],
    "strange keys": {
        "": 1,
        ".": 2,
        "/": 3,
        "~1": 4,
        "[*]": 5,
        "{*}": 6,
        "$": 7,
        "'": 8,
        '"': 9,
        "\u2028": 10,
    },
    "nothing": {},
}
KINDS = (None, True, 7, 7.5, "7", "", [], {}, [[]], [{}], {"": {}}, [None], {"id": None})


def planted(document: Conformed, value: Conformed) -> Iterator[Conformed]:
    """Yield the value itself, and documents that have it in the place of each member at the top."""
    yield value
    if isinstance(document, dict):
        yield from ({**document, name: value} for name in document)


@pytest.mark.parametrize("extreme", EXTREMES)
def test_extreme_documents(extreme: str) -> None:
    for operation in ("game.liveGameV1", "schedule.schedule", "team.roster", "config.platforms"):
        for document in planted(dict.fromkeys(names(operation)[:3]), EXTREMES[extreme]):
            check(project.job(operation), document)


@pytest.mark.parametrize(
    "extreme", ["deep maps of arrays", "lone surrogates", "NUL", "strange keys", "long number"]
)
def test_extremes_inside_captures(extreme: str) -> None:
    for operation in captured():
        response = min(project.responses(operation), key=lambda found: len(found.body))
        for name in response.document if isinstance(response.document, dict) else ():
            check(project.job(operation), {**response.document, name: EXTREMES[extreme]})


def test_every_kind_for_every_operation() -> None:
    for operation in compiled():
        for kind in KINDS:
            for document in planted(dict.fromkeys(names(operation)[:5]), kind):
                check(project.job(operation), document)


# --------------------------------------------------------------------------------------- the check itself can fail


def broken(job: Job, table: str, index: int) -> Job:
    """Return the job with a transform that reads nothing for one column."""

    def without(extraction: Extraction) -> Extraction:
        def rows(document: Conformed, params: Conformed) -> list[Row]:
            return [(*row[:index], None, *row[index + 1 :]) for row in extraction.rows(document, params)]

        return replace(extraction, rows=rows) if extraction.table.name == table else extraction

    return replace(job, extractions=tuple(map(without, job.extractions)))


def without(job: Job, table: str) -> Job:
    """Return the job without a table."""
    return replace(job, extractions=tuple(item for item in job.extractions if item.table.name != table))


def held(job: Job, document: Conformed) -> Iterator[tuple[Table, dict[int, int]]]:
    """Yield the tables that a document fills: the numbers of their columns that hold leaves, with how many."""
    rows = transform(project.unruled(job), document, PARAMS).rows
    for table in job.tables:
        cells = zip(*rows[table.name], strict=True)
        counts = {
            index: sum(_held(column, cell) for cell in held)
            for index, (column, held) in enumerate(zip(table.columns, cells, strict=False))
            if column.leaf is not None
        }
        if any(counts.values()):
            yield table, {index: count for index, count in counts.items() if count}


def _held(column: Column, cell: Conformed) -> int:
    if cell is None:
        return 0
    return len(cell) - cell.count(None) if column.type.endswith("[]") else leaves(cell)


@pytest.mark.parametrize("operation", ["game.liveGameV1", "others"])
def test_a_broken_column_and_a_missing_table_lose_leaves(operation: str) -> None:
    """Two columns of every table that the largest capture of an operation fills, and every table without children."""
    for name in {"others": set(captured()) - {"game.liveGameV1"}}.get(operation, {operation}):
        job, response = project.job(name), max(project.responses(name), key=lambda found: len(found.body))
        for table, counts in held(job, response.document):
            for index in Random(table.name).sample(sorted(counts), min(2, len(counts))):
                lost = account(broken(job, table.name, index), response.document, PARAMS).lost
                assert lost == counts[index] or (index < len(table.key) and lost > 0), (table.name, index)
            if not any(other.parent == table.name for other in job.tables):
                assert account(without(job, table.name), response.document, PARAMS).lost == sum(
                    counts.values()
                )
