"""Spark and the local engine give the same rows: for captures, for documents that fit, for documents that do not."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from compiler.ir.plan import OperationPlan, Plan
from runtime.document import json_bytes
from runtime.engines import Source, transform_one
from runtime.job import Job, Row, Rows, Table
from runtime.known import summaries
from runtime.quarantine import named
from runtime.transform import Transformed
from tests.property import test_expressions as computed
from tests.property.strategies import Target, documents, mutated
from tests.spark.conftest import CAPTURED_AT
from tests.support.project import OPERATIONS, compiled, operation, others, responses

if TYPE_CHECKING:
    from runtime.spark.documents import Account, Documents

COUNT = 40
"""Documents drawn for each operation."""


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


def local_results(job: Job, sources: list[Source]) -> dict[int, Transformed]:
    """Return what the local engine makes of the responses that are documents."""
    found = {source.raw_id: transform_one(job, source) for source in sources}
    return {raw_id: result for raw_id, result in found.items() if isinstance(result, Transformed)}


@pytest.fixture(scope="module")
def differences(spark, job_of):
    """Run bodies through both engines; return what differs: in the rows of a table, in the account of a response."""
    from runtime.spark.captures import frame
    from runtime.spark.documents import transformed
    from runtime.spark.engine import rows_of

    def found(made: OperationPlan, bodies: list[bytes], params: dict[str, str]) -> dict:
        sources = [
            Source(raw_id=number, captured_at=CAPTURED_AT, params=params, body=body)
            for number, body in enumerate(bodies)
        ]
        make = compiled(made)
        ours = local_results(make(), sources)
        with transformed(frame(spark, sources), make, job_of(Plan(operations=(made,)))) as documents:
            theirs = rows_of(documents)
            return {
                **different_rows(make(), ours, theirs),
                **different_accounts(make(), ours, documents.accounts),
                **different_findings(ours, documents),
            }

    return found


def different_rows(job: Job, ours: dict[int, Transformed], theirs: dict[int, Rows]) -> dict[str, list[str]]:
    """Return the rows that only one engine has, by table."""
    found = {}
    for table in job.tables:
        mine, other = Counter(), Counter()
        for raw_id, rows in theirs.items():
            other += counted(table, rows[table.name], raw_id)
            mine += counted(table, ours[raw_id].rows[table.name], raw_id) if raw_id in ours else Counter()
        if mine != other:
            found[table.name] = [*told(table, other - mine, mine - other)]
    return found


def different_accounts(
    job: Job, ours: dict[int, Transformed], accounts: "Sequence[Account]"
) -> dict[str, object]:
    """Return the accounts that are not what the local engine says."""
    found: dict[str, object] = {}
    for account in accounts:
        local = ours.get(account.raw_id)
        if (local is None) != (account.unusable is not None):
            found[f"response {account.raw_id}"] = account.unusable
        elif local and account.counts != local.counts:
            found[f"counts of {account.raw_id}"] = (account.counts, local.counts)
        elif local and account.summaries != summaries(job, local, ()):
            found[f"summaries of {account.raw_id}"] = account.summaries
    return found


def different_findings(ours: dict[int, Transformed], documents: "Documents") -> dict[str, object]:
    """Return what is beside the tables, where it differs: of the local engine, of Spark."""
    from runtime.spark.engine import rows

    rescued = sorted(
        (raw_id, ordinal, one.pointer, json_bytes(one.value).decode(), one.reason)
        for raw_id, local in ours.items()
        for ordinal, one in enumerate(local.rescued)
    )
    quarantined = sorted(
        (raw_id, one.table.name, one.position, list(one.rules), one.rules_of, written(one.table, one.row))
        for raw_id, local in ours.items()
        for one in local.quarantined
    )
    doubted = sorted(
        (raw_id, ordinal, one.table.name, one.rule.name, written(one.table, one.row))
        for raw_id, local in ours.items()
        for ordinal, one in enumerate(local.doubted)
    )
    pairs = {
        "rescued": (rescued, sorted(rows(documents.rescued()))),
        "quarantined": (quarantined, sorted(rows(documents.quarantined()))),
        "doubted": (doubted, sorted(rows(documents.doubted()))),
    }
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def written(table: Table, row: Row) -> str:
    return json_bytes(named((column.name for column in table.columns), row)).decode()


@pytest.mark.parametrize("name", OPERATIONS)
def test_captures(differences, name) -> None:
    found = responses(name)
    assert differences(operation(name), [one.body for one in found], dict(found[0].params)) == {}


@pytest.mark.parametrize("day", [None, 20240712, "2024-02-30"])
def test_a_game_without_its_day(differences, day) -> None:
    name = "game.liveGameV1"
    document = json.loads(responses(name)[0].body)
    document["gameData"]["datetime"]["officialDate"] = day
    assert differences(operation(name), [json.dumps(document).encode()], {}) == {}


def test_what_only_the_other_half_of_a_split_reads(differences) -> None:
    """A pitch is no substitution, whatever it says: the walk takes out what Spark would take for one."""
    event = {"index": 0, "isPitch": True, "isSubstitution": True, "player": {"id": 5}, "battingOrder": "100"}
    document = {
        "gamePk": 1,
        "gameData": {"datetime": {"officialDate": "2024-07-12"}},
        "liveData": {"plays": {"allPlays": [{"atBatIndex": 0, "playEvents": [event]}]}},
    }
    assert differences(operation("game.liveGameV1"), [json.dumps(document).encode()], {}) == {}


def test_captures_of_operations_without_a_mapping(differences) -> None:
    for name in others():
        for one in responses(name):
            assert differences(operation(name), [one.body], dict(one.params)) == {}, name


@pytest.mark.parametrize("name", OPERATIONS)
def test_documents_that_nearly_fit(differences, name) -> None:
    made = drawn(documents(Target(operation(name))), COUNT)
    bodies = [json.dumps(document).encode() for document in made]
    assert differences(operation(name), bodies, {}) == {}


@pytest.mark.parametrize("name", OPERATIONS)
def test_documents_that_do_not_fit(differences, name) -> None:
    made = drawn(mutated(documents(Target(operation(name)))), COUNT)
    bodies = [json.dumps(document).encode() for document in made]
    assert differences(operation(name), bodies, {}) == {}


def test_computed_columns_and_filters(differences) -> None:
    fitting = documents(Target(computed.plan()))
    made = [computed.SAMPLE, *drawn(fitting, COUNT), *drawn(mutated(fitting), COUNT)]
    bodies = [json.dumps(document).encode() for document in made]
    assert differences(computed.plan(), bodies, {}) == {}
