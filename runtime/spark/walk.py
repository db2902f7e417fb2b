"""The pass over the documents of a partition, in Python workers: bodies in Arrow batches in, what is known of each out.

A worker runs the local engine on each body: counts, rescued values and quarantine are the local ones. Spark makes the
rows of a document that it reads as the local engine does: an *ordinary* one. A value that stands where another is read
is null in the text that Spark gets: `from_json` would drop the array around it, or read a number as text, without a
word. Documents with rows that depend on those of other tables are not ordinary.
"""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false
# (pyarrow has no types)

import gc
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from typing import TypeAlias, cast

import orjson
import pyarrow as pa

from runtime import arrow
from runtime.document import Document, json_bytes, parse
from runtime.job import Check, Column, Conformed, Job, Params, Row, Table
from runtime.known import days, summaries
from runtime.pointers import Pointer
from runtime.quarantine import named
from runtime.transform import Transformed, transform

WALKED = (
    "unusable string, account string, is_ordinary boolean, body string"
    ", rescued array<struct<ordinal: int, pointer: string, value: string, reason: string>>"
    ", quarantined array<struct<"
    "table_name: string, position: int, rules: array<string>, rules_of: string, row: string>>"
    ", doubted array<struct<ordinal: int, table_name: string, rule: string, row: string>>"
)
"""What the walk says of a response: why it is no document, or its account. JSON is text.

`body` is what Spark must read in the place of the original, or null.
"""

OTHERS = "array<struct<table_name: string, rows: binary>>"
"""The rows of a document that Spark does not read: for each table an Arrow stream."""

_RESCUED = pa.struct(
    [("ordinal", pa.int32()), ("pointer", pa.string()), ("value", pa.string()), ("reason", pa.string())]
)
_QUARANTINED = pa.struct(
    [
        ("table_name", pa.string()),
        ("position", pa.int32()),
        ("rules", pa.list_(pa.string())),
        ("rules_of", pa.string()),
        ("row", pa.string()),
    ]
)
_DOUBTED = pa.struct(
    [("ordinal", pa.int32()), ("table_name", pa.string()), ("rule", pa.string()), ("row", pa.string())]
)
_WALKED = pa.struct(
    [
        ("unusable", pa.string()),
        ("account", pa.string()),
        ("is_ordinary", pa.bool_()),
        ("body", pa.string()),
        ("rescued", pa.list_(_RESCUED)),
        ("quarantined", pa.list_(_QUARANTINED)),
        ("doubted", pa.list_(_DOUBTED)),
    ]
)

_OTHERS = pa.list_(pa.struct([("table_name", pa.string()), ("rows", pa.binary())]))

_OF_TABLES = frozenset({"no-parent", "out-of-range"})
"""Reasons to rescue a row that Spark does not see in the row itself."""

_JSON_BYTES = 8 * 2**20
"""Longer JSON cells are not Spark's: a VARIANT has a limit of its own."""

_DIGITS = bytes(ord("0") if byte in b"0123456789" else byte for byte in range(256))
_MANY = b"0" * 16
"""Fractions of fewer digits are the same in a decimal and in a double."""
_FRACTION = re.compile(rb"-?\d+\.\d+(?![\deE])")

Batches: TypeAlias = Callable[..., Iterator[object]]
"""What `arrow_udf` runs in a worker: batches of Arrow arrays in, arrays out. Its annotations tell Spark so."""

Loaded: TypeAlias = Callable[[], Job]
"""What makes the job in a worker, to which it is sent: by the name of its module, not by value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """What the walk says of one response: see `WALKED`."""

    unusable: str | None = None
    account: bytes | None = None
    is_ordinary: bool = False
    body: bytes | None = None
    found: Transformed | None = None

    def cells(self) -> dict[str, object]:
        """Return it as Arrow takes it."""
        found = self.found
        return {
            "unusable": self.unusable,
            "account": self.account,
            "is_ordinary": self.is_ordinary,
            "body": self.body,
            "rescued": [*_rescued(found)] if found else [],
            "quarantined": [*_quarantined(found)] if found else [],
            "doubted": [*_doubted(found)] if found else [],
        }


def walker(job: Loaded, checks: Callable[[], Sequence[Check]]) -> Batches:
    """Return the function for a worker: batches of parameters and bodies in, `WALKED` out."""

    def walk_batches(batches: Iterator[tuple[pa.Array, ...]]) -> Iterator[pa.Array]:
        made, rules = job(), checks()
        for params, bodies in batches:
            with _uncollected():
                found = [
                    walk(made, rules, _as_bytes(body), dict(of.as_py() or ())).cells()
                    for of, body in zip(params, bodies, strict=True)
                ]
            yield pa.array(found, type=_WALKED)

    return walk_batches


@contextmanager
def _uncollected() -> Generator[None]:
    """Do without the search for cycles: documents have none, and it looks at all of them again and again."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def walk(job: Job, checks: Sequence[Check], body: bytes, params: Params) -> Walked:
    """Run the local engine on a body."""
    parsed = parse(body)
    if not isinstance(parsed, Document):
        return Walked(unusable=parsed.reason)
    found = transform(job, parsed.value, params)
    is_ordinary = _is_ordinary(job, found) and not (_has_json(job) and _is_finer_than_doubles(body))
    return Walked(
        account=_account(job, checks, found),
        is_ordinary=is_ordinary,
        body=_fitted(body, found.misplaced) if is_ordinary and found.misplaced else None,
        found=found,
    )


def _account(job: Job, checks: Sequence[Check], found: Transformed) -> bytes:
    return orjson.dumps(
        {
            "counts": found.counts,
            "summaries": summaries(job, found, checks),
            "days": days(job.tables, found.rows),
        }
    )


def _is_ordinary(job: Job, found: Transformed) -> bool:
    """Say whether Spark makes the same rows of what is left.

    A row in quarantine takes no other with it if each is there for a rule of its own table: Spark knows those.
    """
    return (
        None not in found.misplaced
        and not any(one.reason in _OF_TABLES or not one.pointer for one in found.rescued)
        and all(one.rules_of == one.table.name for one in found.quarantined)
        and all(_fit_in_variants(table, found.rows[table.name]) for table in job.tables)
    )


def _fit_in_variants(table: Table, rows: Sequence[Row]) -> bool:
    """Say whether VARIANT holds the JSON cells of some rows: neither too long, nor too deep, nor beyond 64 bits."""
    places = [place for place, column in enumerate(table.columns) if column.type == "jsonb"]
    try:
        return all(len(orjson.dumps([row[place] for row in rows])) < _JSON_BYTES for place in places)
    except TypeError:
        return False


def _has_json(job: Job) -> bool:
    return any(column.type == "jsonb" for table in job.tables for column in table.columns)


def _is_finer_than_doubles(body: bytes) -> bool:
    """Say whether a fraction has digits that a double drops: VARIANT keeps it as a decimal, with all of them."""
    if _MANY not in body.translate(_DIGITS, b"."):
        return False
    return any(
        Decimal(text) != Decimal(repr(float(text))) for text in map(bytes.decode, _FRACTION.findall(body))
    )


def _fitted(body: bytes, misplaced: Iterable[Pointer]) -> bytes:
    """Put null where something else is read."""
    parsed = parse(body)
    assert isinstance(parsed, Document)
    for pointer in misplaced:
        assert pointer is not None
        holder, key = pointer
        _reach(parsed.value, holder)[key] = None
    return json_bytes(parsed.value)


def _reach(document: Conformed, pointer: Pointer) -> Conformed:
    return document if pointer is None else _reach(document, pointer[0])[pointer[1]]


def _rescued(found: Transformed) -> Iterator[dict[str, object]]:
    for ordinal, one in enumerate(found.rescued):
        value = json_bytes(one.value)
        yield {"ordinal": ordinal, "pointer": one.pointer, "value": value, "reason": one.reason}


def _quarantined(found: Transformed) -> Iterator[dict[str, object]]:
    for one in found.quarantined:
        yield {
            "table_name": one.table.name,
            "position": one.position,
            "rules": list(one.rules),
            "rules_of": one.rules_of,
            "row": _row(one.table, one.row),
        }


def _doubted(found: Transformed) -> Iterator[dict[str, object]]:
    for ordinal, one in enumerate(found.doubted):
        row = _row(one.table, one.row)
        yield {"ordinal": ordinal, "table_name": one.table.name, "rule": one.rule.name, "row": row}


def _row(table: Table, row: Row) -> bytes:
    return json_bytes(named((column.name for column in table.columns), row))


def others(job: Loaded, tables: frozenset[str]) -> Batches:
    """Return the function for a worker: moments, parameters and bodies of documents in, `OTHERS` out."""

    def rows_of_batches(batches: Iterator[tuple[pa.Array, ...]]) -> Iterator[pa.Array]:
        made = job()
        for batch in batches:
            found = [
                _streams(
                    made,
                    tables,
                    _as_bytes(body),
                    dict(params.as_py() or ()),
                    (raw_id.as_py(), captured_at.as_py()),
                )
                for raw_id, captured_at, params, body in zip(*batch, strict=True)
            ]
            yield pa.array(found, type=_OTHERS)

    return rows_of_batches


def opener() -> Batches:
    """Return the function for a worker: Arrow streams of one table in, for each an array of its rows out."""

    def open_batches(batches: Iterator[pa.Array]) -> Iterator[pa.Array]:
        for streams in batches:
            rows = [_opened(stream.as_buffer()) for stream in streams]
            ends = accumulate(map(len, rows), initial=0)
            yield pa.ListArray.from_arrays(pa.array(ends, pa.int32()), pa.concat_arrays(rows))

    return open_batches


def _opened(stream: pa.Buffer) -> pa.Array:
    with pa.ipc.open_stream(stream) as reader:
        return pa.concat_arrays([batch.to_struct_array() for batch in reader])


def _streams(
    job: Job, wanted: frozenset[str], body: bytes, params: Params, tail: Row
) -> list[dict[str, object]]:
    parsed = parse(body)
    assert isinstance(parsed, Document)
    rows = transform(job, parsed.value, params).rows
    return [
        {"table_name": table.name, "rows": _stream(table, rows[table.name], tail)}
        for table in job.tables
        if table.name in wanted and rows[table.name]
    ]


def _stream(table: Table, rows: Sequence[Row], tail: Row) -> bytes:
    columns = (*table.columns, Column("raw_id", "bigint"), Column("captured_at", "timestamptz"))
    made = arrow.batch(columns, [row + tail for row in rows])
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, made.schema) as writer:
        writer.write_batch(made)
    return cast(bytes, sink.getvalue().to_pybytes())


def _as_bytes(body: pa.Scalar) -> bytes:
    return cast(bytes, body.as_py() or b"")
