"""What a generated transform is made of: all that generated code may import.

A `Job` describes one operation of the API: what is known of its responses (`shape`), which tables its
documents fill, and for each table the generated function that reads its rows from a conformed document.
Nothing here has effects; `runtime.transform` runs a job, `runtime.loader` stores what comes out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Generic, TypeAlias, TypeGuard, TypeVar  # noqa: TID251  # see `Conformed`

from runtime import sql
from runtime.shape import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    INSTANT,
    JSON,
    TEXT,
    UNPLACED,
    Array,
    Ignored,
    Leaves,
    Map,
    Node,
    Record,
    Split,
    decimal,
    innings,
    integer,
)

__all__ = [
    "BIGINT",
    "BOOLEAN",
    "DATE",
    "DOUBLE",
    "EACH",
    "EMPTY",
    "ENTRIES",
    "INSTANT",
    "JSON",
    "NOTHING",
    "REQUEST",
    "TEXT",
    "UNPLACED",
    "Array",
    "Branches",
    "Check",
    "Column",
    "Conformed",
    "Extraction",
    "Ignored",
    "Job",
    "Json",
    "Leaves",
    "Map",
    "Operation",
    "Params",
    "Partitioning",
    "Place",
    "RawKey",
    "Record",
    "Row",
    "Rows",
    "Rule",
    "SparkJob",
    "SparkRule",
    "SparkTable",
    "Split",
    "Table",
    "Where",
    "decimal",
    "innings",
    "integer",
    "integer_param",
    "is_array",
    "is_object",
    "sql",
    "text_param",
]

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
"""A parsed JSON value."""

Conformed: TypeAlias = Any
"""A document that `runtime.conform` made fit its shape: containers are what the shape says, or absent.

The one `Any` of this house: generated code reads it with plain `.get`, and the shape is what vouches for it.
"""


def is_object(value: object) -> TypeGuard[dict[str, Conformed]]:
    """Whether a parsed JSON value is an object."""
    return type(value) is dict


def is_array(value: object) -> TypeGuard[list[Conformed]]:
    """Whether a parsed JSON value is an array."""
    return type(value) is list


Row: TypeAlias = tuple[object, ...]
"""The cells of one row, in the order of its table's columns."""

Params: TypeAlias = Mapping[str, str]
"""Path and query parameters of the request that a document answers, and under `REQUEST` the request itself."""

REQUEST = "$request"
"""The parameter that names the whole request: what tells documents apart that do not name themselves."""

Rows: TypeAlias = dict[str, list[Row]]
"""Table name -> rows, in the order of the document."""

EMPTY: Conformed = {}
"""Stands for a record that is absent."""


def integer_param(params: Params, name: str, default: str | None = None) -> int | None:
    """Return a request parameter as an integer; None if it is absent or no integer."""
    text = params.get(name, default)
    return int(text) if text is not None and text.isascii() and text.removeprefix("-").isdigit() else None


def text_param(params: Params, name: str, default: str | None = None) -> str | None:
    """Return a request parameter."""
    return params.get(name, default)


NOTHING: Conformed = ()
"""Stands for an array that is absent."""


class Loop(Enum):
    """Step of a scan that no key can be taken for."""

    EACH = "[*]"
    ENTRIES = "{*}"


EACH = Loop.EACH
"""Step of a scan: every element of an array."""

ENTRIES = Loop.ENTRIES
"""Step of a scan: every value of a map."""


@dataclass(frozen=True, slots=True)
class Branches:
    """Step of a scan: the values under several keys of one object."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Where:
    """Rows whose value at `path` is True (or equals the text); `negated`: all others."""

    path: tuple[str, ...]
    equals: str | None = None
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its Postgres type, and the leaf that it owns.

    `leaf` is the leaf's path below the row (`()`: the row itself is the leaf), or None for a copy: a parent's key,
    a lookup, an ordinal. A leaf is counted once, in the column that owns it.
    """

    name: str
    type: str
    leaf: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A column that tells where a row stood in the loop at `step` of the scan: index, map key or branch.

    An index counts from `base`. With `equals` the cell says whether the branch was that one.
    """

    column: str
    step: int
    base: int = 0
    equals: str | None = None


@dataclass(frozen=True, slots=True)
class Partitioning:
    """Range partitions by the date in `column`: one for every `every` (`year`, `month`)."""

    column: str
    every: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A normalized table: key columns first, then the partition key if it is none of them.

    The loader adds `raw_id` and `captured_at` after the last.

    `scan` leads from the document to the rows; `where` keeps some of them; `places` say where in it a row stood.
    """

    name: str
    scan: tuple[str | Loop | Branches, ...]
    places: tuple[Place, ...] = ()
    where: Where | None = None
    parent: str = ""
    key: tuple[str, ...]
    partitioning: Partitioning | None = None
    columns: tuple[Column, ...]

    @property
    def required(self) -> int:
        """How many columns, from the first, every row has a value in."""
        by = self.partitioning
        return len(self.key) + (by is not None and by.column not in self.key)


@dataclass(frozen=True, slots=True)
class Rule:
    """What must hold for every row of a table. A row violates it where `holds` is False: None (unknown) passes.

    Rows that violate a rule with `is_error` do not enter the table. `columns` are those that the rule reads.
    """

    name: str
    holds: Callable[[Row], bool | None]
    columns: tuple[str, ...] = field(kw_only=True)
    is_error: bool = field(default=False, kw_only=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """A table, the generated function that reads its rows from a conformed document, and the rules for them.

    `keeps` says which of the rows are the table's; the leaves of others are ignored. None: all are.
    """

    table: Table
    rows: Callable[[Conformed, Params], list[Row]]
    keeps: Callable[[Row], bool] | None = None
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One operation's transform. `document_key` names the key columns that every table starts with.

    They identify the document; when there are none, the request does. Tables stand parent before child.
    """

    operation: str
    document_key: tuple[str, ...]
    shape: Node
    extractions: tuple[Extraction, ...]

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables, parent before child."""
        return tuple(extraction.table for extraction in self.extractions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A rule as SQL that returns its violations among what is loaded.

    With `table` it is a rule for the rows of that table: the first cells are the row's key, then come the columns that
    the rule reads, `raw_id` and `captured_at`. Without, it is one over several tables of a document: the first cells
    are the document's key, and the text takes the documents to look at as parameters, an array per key column.
    """

    rule: str
    operation: str
    severity: str
    table: str = ""
    key: tuple[str, ...]
    doc: str
    sql: str

    @property
    def is_error(self) -> bool:
        """Whether what violates it must not be in a table."""
        return self.severity == "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class RawKey:
    """A column of a raw table, read from the document: `path` holds the object keys from the root.

    With `param` it is read from the request: that parameter, else `default`.
    """

    name: str
    type: str
    path: tuple[str, ...] = ()
    param: str = ""
    default: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of the API: where its raw responses go and which generated modules transform them.

    `name` is `<endpoint>.<nickname>`; `version` names the raw key that orders the states of a document, or is "";
    `local` and `spark` name modules that hold a `JOB`, or are None for an operation that is kept raw only; `checks` one
    that holds its rules as `CHECKS`, or is None for an operation without rules.
    """

    name: str
    raw_table: str
    raw_keys: tuple[RawKey, ...]
    document_key: tuple[str, ...] = ()
    version: str = ""
    local: str | None = None
    spark: str | None = None
    checks: str | None = None


Frame = TypeVar("Frame")
"""`pyspark.sql.DataFrame`: this module is imported where there is no Spark."""

Schema = TypeVar("Schema")
"""`pyspark.sql.types.DataType`."""


@dataclass(frozen=True, slots=True)
class SparkRule:
    """What must hold for every row of a table, as an expression of Spark's SQL over its columns: see `Rule`."""

    name: str
    holds: str
    is_error: bool = field(default=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class SparkTable(Generic[Frame]):
    """A table, the generated function that selects its rows from parsed documents, and the rules for them.

    The documents have the columns `raw_id`, `captured_at`, `params` (a map) and `body`; the rows have the table's
    columns, then `raw_id` and `captured_at`. `reads` names the members of the body that the function reads, as
    `runtime.spark.prune` takes them: the others may be left out of the schema. `json` names the columns that hold
    JSON as text.
    """

    name: str
    rows: Callable[[Frame], Frame]
    key: tuple[str, ...] = field(kw_only=True)
    reads: tuple[str, ...] = field(default=(), kw_only=True)
    json: tuple[str, ...] = field(default=(), kw_only=True)
    rules: tuple[SparkRule, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class SparkJob(Generic[Frame, Schema]):
    """One operation's transform for Spark: the part of a body that its tables read, and the tables.

    Tables stand parent before child. `schema` is what `from_json` parses a body with, once for all tables.
    """

    operation: str
    schema: Schema
    tables: tuple[SparkTable[Frame], ...]
