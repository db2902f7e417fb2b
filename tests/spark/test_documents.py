"""A batch of many responses: odd ones among them do not change what becomes of the others."""

import json
from collections.abc import Iterator

import pytest
from pyspark.sql.types import ArrayType, MapType, StructType

from compiler.ir.plan import Plan
from runtime.engines import Source, transform_one
from runtime.errors import DataError
from runtime.shape import Array, Ignored, Leaf, Leaves, Map, Node, Record, Split
from runtime.shape import Document as WholeDocument
from runtime.spark.walk import walk
from tests.spark.conftest import CAPTURED_AT
from tests.spark.test_differential import (
    different_accounts,
    different_findings,
    different_rows,
    local_results,
)
from tests.support.project import compiled, job, load_job, operation, plan

NAME = "season.seasons"
OF_JSON = "milestones.milestoneTypes"
"""An operation of which only JSON cells are known."""
COUNT = 2000
"""Responses in the batch."""


def body_of(number: int) -> dict:
    """Return a document that fits."""
    season = {"seasonId": str(number), "hasWildcard": True, "regularSeasonEndDate": "2024-09-29"}
    return {"seasons": [season, {**season, "seasonId": f"{number}x"}]}


def odd() -> Iterator[tuple[str, bytes]]:
    """Yield responses that are no documents, and documents that Spark does not read, or not as they are."""
    fitting = body_of(1)
    yield "empty", b""
    yield "truncated", json.dumps(fitting).encode()[:-2]
    yield "markup", b"<html></html>"
    yield "not UTF-8", b'{"seasons": [{"seasonId": "\xff\xfe"}]}'
    yield "a NUL", b'{"seasons": [{"seasonId": "\\u0000"}]}'
    yield "a key twice", b'{"seasons": [], "seasons": []}'
    yield "half a pair", b'{"seasons": [{"seasonId": "\\ud800"}]}'
    yield "two values", b"{} {}"
    yield "another root", b"[1, 2]"
    yield "null", b"null"
    yield "a number of 2,000 digits", b'{"unknown": 0.' + b"1" * 2000 + b"}"
    yield "an integer of 60 digits", b'{"unknown": ' + b"7" * 60 + b', "seasons": [{"seasonId": "7"}]}'
    yield "a name of 60,000 characters", json.dumps({"k" * 60_000: 1, **fitting}).encode()
    yield "nested deeply", b'{"unknown": ' + b"[" * 900 + b"]" * 900 + b', "seasons": [{"seasonId": "8"}]}'
    yield "wrong kinds", json.dumps({"seasons": [{"seasonId": 7}, "x", [], {"seasonId": "9"}]}).encode()
    yield "text for an array", json.dumps({"seasons": "none"}).encode()
    yield "white space", b"\n\t " + json.dumps(fitting, indent=1).encode() + b"\n"
    yield "escapes", json.dumps({"seasons": [{"seasonId": '\u00e9\U0001f600\u2028"\\'}]}).encode()


@pytest.fixture(scope="module")
def sources() -> list[Source]:
    """Return many responses, the odd ones spread among them."""
    bodies = [json.dumps(body_of(number)).encode() for number in range(COUNT)]
    step = COUNT // len([*odd()])
    for place, (_, body) in enumerate(odd()):
        bodies[place * step] = body
    return [
        Source(raw_id=number, captured_at=CAPTURED_AT, params={"$request": NAME}, body=body)
        for number, body in enumerate(bodies)
    ]


def test_many_responses(spark, job_of, sources) -> None:
    from runtime.spark.captures import frame
    from runtime.spark.documents import transformed
    from runtime.spark.engine import rows_of

    made, local = operation(NAME), job(NAME)
    ours = local_results(local, sources)
    with transformed(frame(spark, sources), compiled(made), job_of(Plan(operations=(made,)))) as documents:
        assert different_accounts(local, ours, documents.accounts) == {}
        assert different_rows(local, ours, rows_of(documents)) == {}
        assert different_findings(ours, documents) == {}
        accounts = {account.raw_id: account for account in documents.accounts}
    assert sorted(accounts) == [source.raw_id for source in sources]
    reasons = {raw_id: account.unusable for raw_id, account in accounts.items() if account.unusable}
    assert reasons == {
        source.raw_id: result.what.removeprefix("the response is ")
        for source in sources
        if isinstance(result := transform_one(local, source), DataError)
    }
    assert {account.captured_at for account in accounts.values()} == {CAPTURED_AT}
    assert all(account.params == {"$request": NAME} for account in accounts.values())
    others = [one.raw_id for one in accounts.values() if not one.is_ordinary and not one.unusable]
    assert 0 < len(others) < 6, "few documents take the slow way"


def test_spark_reads_no_place_that_the_walk_passes_over(job_of) -> None:
    """What is ignored, or unknown, stays in the text: nothing may read it."""
    for made in plan().operations:
        if made.tables:
            schema = job_of(Plan(operations=(made,))).schema
            assert [*passed_over(schema, [load_job(made).shape])] == [], made.name


def passed_over(schema, around: list[Node], path: str = "$") -> Iterator[str]:
    """Yield the paths of a schema that no node of a shape reads."""
    nodes = [half for node in around for half in halves(node)]
    if not any(isinstance(node, Record | Array | Map | Leaf | Leaves | WholeDocument) for node in nodes):
        yield path
    match schema:
        case ArrayType():
            items = [node.item for node in nodes if isinstance(node, Array | Leaves)]
            yield from passed_over(schema.elementType, items, f"{path}[*]")
        case MapType():
            values = [node.value for node in nodes if isinstance(node, Map)]
            yield from passed_over(schema.valueType, values, f"{path}{{*}}")
        case StructType():
            for field in schema.fields:
                records = [node for node in nodes if isinstance(node, Record)]
                members = [node.members[field.name] for node in records if field.name in node.members]
                if any(isinstance(member, Ignored) for member in members):
                    yield f"{path}.{field.name}"
                yield from passed_over(field.dataType, members, f"{path}.{field.name}")
        case _:
            pass


def halves(node: Node) -> Iterator[Node]:
    if isinstance(node, Split):
        yield from halves(node.yes)
        yield from halves(node.no)
    else:
        yield node


def test_what_stands_where_something_else_is_read_is_taken_out_of_the_text() -> None:
    """Also `[]` in the place of a text, which is no value to rescue, and which Spark would read as the text `[]`."""
    seasons = [
        {"seasonId": "2024", "regularSeasonEndDate": 7, "preSeasonStartDate": []},
        "x",
        {"seasonId": "2025", "extra": {"a": 1}},
    ]
    walked = walk(job(NAME), (), json.dumps({"seasons": seasons}).encode(), {})
    assert walked.is_ordinary
    assert walked.found is not None
    pointers = {one.pointer for one in walked.found.rescued}
    assert pointers == {"/seasons/0/regularSeasonEndDate", "/seasons/1", "/seasons/2/extra"}
    assert walked.body is not None
    assert json.loads(walked.body)["seasons"] == [
        {"seasonId": "2024", "regularSeasonEndDate": None, "preSeasonStartDate": None},
        None,
        {"seasonId": "2025", "extra": {"a": 1}},
    ]


def test_what_fits_stays_as_it_is() -> None:
    """Nothing is written again, nor sent back."""
    fitting = json.dumps({**body_of(1), "copyright": "c"}).encode()
    assert walk(job(NAME), (), fitting, {}).body is None
    unknown = json.dumps({**body_of(1), "unknown": [{}]}).encode()
    assert walk(job(NAME), (), unknown, {}).body is None


@pytest.mark.parametrize(
    ("number", "is_ordinary"),
    [
        (b"9007199254740993.0", False),
        (b"0.12345678901234567890", False),
        (b"52.300000000000004", True),
        (b"0.1000000000000000055511151231257827", False),
        (b"1234567890.12345", True),
        (b"12345678901234567890", True),
        (b"1.2345678901234567890e3", True),
    ],
)
def test_spark_would_keep_more_digits_of_a_fraction_than_a_double_has(
    number: bytes, is_ordinary: bool
) -> None:
    """Such a document has the rows of the local engine; only in JSON cells is a fraction not a double anyway."""
    assert walk(job(OF_JSON), (), b"[" + number + b"]", {}).is_ordinary == is_ordinary
    fitting = json.dumps({**body_of(1), "unknown": 0}).encode().replace(b": 0}", b": " + number + b"}")
    assert walk(job(NAME), (), fitting, {}).is_ordinary


def test_no_responses(spark, job_of) -> None:
    from runtime.spark.captures import frame
    from runtime.spark.documents import transformed

    made = operation(NAME)
    with transformed(frame(spark, []), compiled(made), job_of(Plan(operations=(made,)))) as documents:
        assert documents.accounts == ()
        assert {name: documents.table(name).count() for name in documents.tables} == dict.fromkeys(
            documents.tables, 0
        )
        assert documents.rescued().count() == 0


def test_only_the_tables_that_are_wanted(spark, job_of) -> None:
    from runtime.spark.captures import frame
    from runtime.spark.documents import transformed

    made = operation("schedule.schedule")
    names = [table.name for table in made.tables][:2]
    body = json.dumps({"dates": [{"date": "2024-07-12", "games": [{"gamePk": 7}]}]}).encode()
    source = Source(raw_id=5, captured_at=CAPTURED_AT, params={}, body=body)
    by_spark = job_of(Plan(operations=(made,)))
    with transformed(frame(spark, [source]), compiled(made), by_spark, tables=names) as documents:
        assert [*documents.tables] == names
        (account,) = documents.accounts
        assert {name: documents.table(name).count() for name in names} == {
            name: account.rows(name) for name in names
        }
        assert any(map(account.rows, names))
        assert account.counts.lost == 0
