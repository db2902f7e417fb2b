"""A batch of demonstration documents, transformed by this process, as Spark's documents are: few rows, real frames."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import orjson
import pyarrow as pa
from pyspark.sql import SparkSession

from runtime import arrow
from runtime.documents import Documents
from runtime.engines import Source
from runtime.job import Column, Job, Row
from runtime.known import days, summaries
from runtime.snapshot import Snapshot
from runtime.spark.documents import Account
from runtime.transform import Transformed, transform

TAIL = (Column("raw_id", "bigint"), Column("captured_at", "timestamptz"))
_RESCUED = (
    ("raw_id", "bigint"),
    ("ordinal", "integer"),
    ("pointer", "text"),
    ("value", "text"),
    ("reason", "text"),
)


@dataclass
class DemoBatch:
    """What `runtime.spark.documents.Documents` is to loading."""

    spark: SparkSession
    job: Job
    accounts: tuple[Account, ...]
    found: Sequence[tuple[Source, Transformed]]
    parts: int = 2

    def rows(self, table: str) -> int:
        return sum(account.rows(table) for account in self.accounts)

    def table(self, name: str):
        (table,) = (one for one in self.job.tables if one.name == name)
        rows = [
            (*row, source.raw_id, source.captured_at)
            for source, transformed in self.found
            for row in transformed.rows[name]
        ]
        return self._frame((*table.columns, *TAIL), rows)

    def rescued(self):
        rows = [
            (source.raw_id, ordinal, one.pointer, json.dumps(one.value), one.reason)
            for source, transformed in self.found
            for ordinal, one in enumerate(transformed.rescued)
        ]
        return self._frame([Column(*one) for one in _RESCUED], rows)

    def quarantined(self):
        raise AssertionError("the demonstration has no rules")

    def doubted(self):
        raise AssertionError("the demonstration has no rules")

    def _frame(self, columns: Sequence[Column], rows: Sequence[Row]):
        batch = arrow.batch(columns, rows)
        return self.spark.createDataFrame(pa.Table.from_batches([batch])).repartition(self.parts)


def batch_of(spark, documents: Documents, snapshots: Sequence[Snapshot], parts: int = 2) -> DemoBatch:
    """Transform the responses of some snapshots here."""
    job = documents.job(snapshots[0].operation)
    sources = [documents.source(one.operation, one.raw_id, one.captured_at) for one in snapshots]
    found = [(source, transform(job, orjson.loads(source.body), source.params)) for source in sources]
    accounts = tuple(_account(job, source, transformed) for source, transformed in found)
    return DemoBatch(spark, job, accounts, found, parts)


def _account(job: Job, source: Source, transformed: Transformed) -> Account:
    return Account(
        raw_id=source.raw_id,
        captured_at=source.captured_at,
        params=source.params,
        counts=transformed.counts,
        summaries=summaries(job, transformed, ()),
        days=days(job.tables, transformed.rows),
        unusable=None,
        is_ordinary=True,
    )
