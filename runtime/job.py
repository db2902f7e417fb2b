"""What a generated transform is made of: all that generated code may import.

A `Job` describes one operation of the API: what is known of its responses (`shape`), which tables its
documents fill, and the generated function that turns one conformed document into their rows. Nothing here
has effects; `runtime.transform` runs a job, `runtime.loader` stores what comes out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
"""A parsed JSON value."""

Object: TypeAlias = dict[str, Json]
"""A parsed JSON object."""

Row: TypeAlias = tuple[object, ...]
"""The cells of one row, in the order of its table's columns."""

Params: TypeAlias = Mapping[str, str]
"""Path and query parameters of the request that a document answers."""

Rows: TypeAlias = dict[str, list[Row]]
"""Table name -> rows, in the order of the document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table: its name, its Postgres type, and whether it carries leaves of its own.

    `owns` is False for copies (a parent's key, a lookup): a leaf is counted once, in the column that owns it.
    """

    name: str
    type: str
    owns: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A normalized table: key columns first. The loader adds `raw_id` and `captured_at` after the last."""

    name: str
    scan: str
    """The rows' path in the document, as the mapping writes it: `$.liveData.plays.allPlays[*]`."""
    key: tuple[str, ...]
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RawKey:
    """A column of a raw table, read from the document: `path` holds the object keys from the root."""

    name: str
    type: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of the API: where its raw responses go and which generated modules transform them.

    `name` is `<endpoint>.<nickname>`; `local` and `spark` name modules that hold a `JOB`, or are None for an
    operation that is kept raw only.
    """

    name: str
    raw_table: str
    raw_keys: tuple[RawKey, ...]
    local: str | None = None
    spark: str | None = None
