"""Responses in Spark, each walked and parsed once: their tables as DataFrames, and the account of each response."""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, TypeAlias, cast

import orjson
from pyspark import StorageLevel
from pyspark.sql import functions
from pyspark.sql.types import ArrayType, StringType, StructField, StructType

from runtime.job import Check, Conformed, Job, SparkTable
from runtime.known import Summaries
from runtime.spark import prune, walk
from runtime.transform import Counts

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame
    from pyspark.sql.types import DataType

    from runtime.spark.prune import AnyJob

    AnyTable: TypeAlias = SparkTable[DataFrame]

_PARSING = {
    "columnNameOfCorruptRecord": "corrupt",
    "allowNonNumericNumbers": "false",  # the string "NaN" is no number
    # What `runtime.document` took is not too large here
    "maxNestingDepth": "2147483647",
    "maxNumLen": "2147483647",
    "maxStringLen": "2147483647",
}

_NOTHING = Counts(leaves=0, typed=0, json=0, null=0, sentinel=0, empty=0, ignored=0, rescued=0, lost=0)


def _no_checks() -> Sequence[Check]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What became of one response.

    `params` are those of its capture; `counts`, `summaries` (table -> rows and their digest) and `days` (of the
    partitions of its rows) are the local engine's. `unusable` says why it is no document; then it has no leaves and no
    rows. `is_ordinary`: the rows are Spark's; else they are the local engine's.
    """

    raw_id: int
    captured_at: datetime
    params: Mapping[str, str]
    counts: Counts
    summaries: Summaries
    days: tuple[date, ...]
    unusable: str | None
    is_ordinary: bool

    def rows(self, table: str) -> int:
        """Return how many rows of the response are in a table."""
        return cast(int, self.summaries[table]["rows"]) if table in self.summaries else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """A batch of responses, walked and parsed. `accounts` has one of each; frames are lazy."""

    accounts: tuple[Account, ...]
    tables: Mapping[str, "AnyTable"]
    _kept: "DataFrame"
    _others: "DataFrame | None"

    def rows(self, table: str) -> int:
        """Return how many rows a table gets."""
        return sum(account.rows(table) for account in self.accounts)

    def table(self, name: str) -> "DataFrame":
        """Return the rows that enter a table: its columns (JSON as text), then `raw_id` and `captured_at`."""
        found = _accepted(self.tables[name], self._read())
        if self._others is None:
            return found
        rows = _in_workers(walk.opener(), ArrayType(found.schema))("rows")
        streams = self._others.where(functions.col("table_name") == name)
        return found.union(streams.select(functions.inline(rows)))

    def _read(self) -> "DataFrame":
        """Return the documents that Spark makes rows of: `raw_id`, `captured_at`, `params` and the parsed `body`."""
        kept = self._kept
        if not all(account.is_ordinary for account in self.accounts):
            kept = kept.where("is_ordinary")
        return kept.select("raw_id", "captured_at", "params", "body")

    def rescued(self) -> "DataFrame":
        """Return the values without a column: `raw_id`, `ordinal`, `pointer`, `value` (JSON), `reason`."""
        return self._found("rescued")

    def quarantined(self) -> "DataFrame":
        """Return rows that rules keep out: `raw_id`, `table_name`, `position`, `rules`, `rules_of`, `row` (JSON)."""
        return self._found("quarantined")

    def doubted(self) -> "DataFrame":
        """Return the findings of warnings: `raw_id`, `table_name`, `rule`, `row` (JSON)."""
        return self._found("doubted")

    def _found(self, column: str) -> "DataFrame":
        return self._kept.select("raw_id", functions.inline(column))


@contextmanager
def transformed(
    captures: "DataFrame",
    job: Callable[[], Job],
    spark_job: "AnyJob",
    *,
    tables: Sequence[str] = (),
    checks: Callable[[], Sequence[Check]] = _no_checks,
) -> Generator[Documents]:
    """Walk and parse captures, once, for the length of a block. `tables` are the wanted ones; none stands for all.

    `job` and `checks` (the rules over several tables) are called in the workers, which must be able to import them.
    """
    wanted = {table.name: table for table in spark_job.tables if not tables or table.name in tables}
    kept = parsed(walked(captures, job, checks), prune.schema(spark_job, tables)).persist(
        StorageLevel.MEMORY_AND_DISK
    )
    others: DataFrame | None = None
    try:
        accounts = _accounts(kept)
        if any(not one.is_ordinary and one.unusable is None for one in accounts):
            others = _other_rows(kept, job, wanted).persist(StorageLevel.MEMORY_AND_DISK)
        yield Documents(accounts=accounts, tables=wanted, _kept=kept, _others=others)
    finally:
        kept.unpersist()
        if others is not None:
            others.unpersist()


def walked(
    captures: "DataFrame", job: Callable[[], Job], checks: Callable[[], Sequence[Check]] = _no_checks
) -> "DataFrame":
    """Return captures with what the walk says of them, in `walked`, partitioned by document.

    They are spread after the walk: Spark does not know what it knew of partitions beyond a Python worker.
    """
    walker = _in_workers(walk.walker(job, checks), walk.WALKED)
    said = walker("params", functions.col("body").cast("binary"))
    return captures.select("raw_id", "captured_at", "params", "body", said.alias("walked")).repartition(
        "raw_id"
    )


def parsed(walked: "DataFrame", schema: "DataType") -> "DataFrame":
    """Parse the bodies, and keep the text only of documents that Spark does not read."""
    text = functions.coalesce("walked.body", "body")
    of_ordinary = functions.when(functions.col("walked.is_ordinary"), text)
    read = walked.select("*", parse(of_ordinary, schema).alias("parsed"))
    is_ordinary = functions.col("walked.is_ordinary") & functions.col("parsed.corrupt").isNull()
    is_other = functions.col("walked.unusable").isNull() & ~is_ordinary
    return read.select(
        "raw_id",
        "captured_at",
        "params",
        "parsed.body",
        functions.when(is_other, functions.col("body")).alias("text"),
        is_ordinary.alias("is_ordinary"),
        *(f"walked.{name}" for name in ("unusable", "account", "rescued", "quarantined", "doubted")),
    )


def parse(text: "Column", schema: "DataType") -> "Column":
    """Return a struct: `body` as the schema has it, and `corrupt`, the text if something in it does not fit.

    A body may be any JSON value: it is parsed as the only member of an object.
    """
    wrapper = StructType([StructField("body", schema), StructField("corrupt", StringType())])
    return functions.from_json(
        functions.concat(functions.lit('{"body":'), text, functions.lit("}")), wrapper, _PARSING
    )


def _accounts(kept: "DataFrame") -> tuple[Account, ...]:
    """Run the walk, and keep what it brings."""
    found = kept.select("raw_id", "captured_at", "params", "unusable", "account", "is_ordinary")
    rows = cast("list[Conformed]", found.toArrow().to_pylist())  # pyright: ignore[reportUnknownMemberType]
    return tuple(_account(row) for row in rows)


def _account(row: Conformed) -> Account:
    said: Conformed = orjson.loads(row["account"] or "{}")
    return Account(
        raw_id=row["raw_id"],
        captured_at=row["captured_at"].astimezone(UTC),
        params=dict(row["params"] or ()),
        counts=_counts(said["counts"]) if said else _NOTHING,
        summaries=said.get("summaries", {}),
        days=tuple(map(date.fromisoformat, said.get("days", ()))),
        unusable=row["unusable"],
        is_ordinary=row["is_ordinary"],
    )


def _counts(said: Conformed) -> Counts:
    paths = tuple((path, count, reason) for path, count, reason in said.pop("rescued_paths"))
    return Counts(**said, rescued_paths=paths)


def _other_rows(kept: "DataFrame", job: Callable[[], Job], tables: Iterable[str]) -> "DataFrame":
    """Return the rows of the documents that Spark does not read, made by the local engine: `table_name`, `rows`."""
    others = _in_workers(walk.others(job, frozenset(tables)), walk.OTHERS)
    made = others("raw_id", "captured_at", "params", functions.col("text").cast("binary"))
    return kept.where("text IS NOT NULL").select(functions.inline(made))


def _accepted(table: "AnyTable", documents: "DataFrame") -> "DataFrame":
    """Return the rows of a table that violate no rule which keeps them out."""
    rows = table.rows(documents)
    for rule in table.rules:
        if rule.is_error:
            rows = rows.where(functions.coalesce(functions.expr(rule.holds), functions.lit(True)))
    return rows


def _in_workers(run: walk.Batches, returns: "str | DataType") -> "Callable[..., Column]":
    """Return a function of columns that Python workers run."""
    made = functions.arrow_udf(run, returns)  # pyright: ignore[reportCallIssue, reportArgumentType, reportUnknownMemberType, reportUnknownVariableType]  # typed with pyarrow
    return cast("Callable[..., Column]", made)
