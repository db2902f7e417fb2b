"""1,000 documents of every operation: rows of Spark = rows of the local engine = rows of the reference interpreter.

The documents are drawn by number (`tests/support/documents.py`): a third as the schema wants them, a third with odd
values, a third changed at random places, some of them no JSON. `MLB_SEED` draws others; a failure names the seed and
the numbers, and shows a small document.
"""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest

from compiler.ir.plan import OperationPlan, Plan
from runtime.document import Document, parse
from runtime.engines import Source
from runtime.job import Conformed, Rows
from runtime.quarantine import put_back
from runtime.transform import Transformed
from tests.conftest import IN_CI
from tests.oracle.interpreter import interpret
from tests.spark.conftest import CAPTURED_AT
from tests.spark.test_differential import counted, local_results, told
from tests.support.documents import Documents, written
from tests.support.project import compiled, operation, plan
from tests.support.shrinking import smallest

COUNT = 1000 if IN_CI else 100
"""Documents of each operation."""

SEED = os.environ.get("MLB_SEED", "0")
OPERATIONS = [made.name for made in plan().operations if made.tables]

Differing = dict[int, dict[str, list[str]]]
"""Number of the document -> engine and table -> what differs."""


@dataclass
class Equality:
    """One operation in three engines, and how much of it was compared.

    `native` counts documents whose rows are Spark's own, `rows` these rows by table; `refused` those that are none.
    """

    spark: Conformed
    made: OperationPlan
    spark_job: Conformed
    native: int = 0
    refused: int = 0
    rows: Counter = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.make = compiled(self.made)
        self.tables = self.make().tables

    def differing(self, sources: Sequence[Source]) -> Differing:
        """Return what differs, by document."""
        ours = local_results(self.make(), list(sources))
        theirs = self.by_spark(sources, ours)
        return {
            source.raw_id: found
            for source in sources
            if (found := dict(self.of_one(source, ours.get(source.raw_id), theirs[source.raw_id])))
        }

    def of_one(
        self, source: Source, ours: Transformed | None, theirs: Rows
    ) -> Iterator[tuple[str, list[str]]]:
        if ours is None:
            if any(theirs.values()):
                yield "Spark", ["has rows of what is no document"]
            return
        document = parse(source.body)
        assert isinstance(document, Document)
        yield from self.unlike("Spark", theirs, ours.rows)
        expected = interpret(self.made, document.value, source.params)
        yield from self.unlike("reference", expected, put_back(ours.rows, ours.quarantined))

    def unlike(self, engine: str, theirs: Rows, ours: Rows) -> Iterator[tuple[str, list[str]]]:
        for table in self.tables:
            other, mine = (counted(table, rows[table.name], 0) for rows in (theirs, ours))
            if mine != other:
                yield f"{engine}, {table.name}", list(told(table, other - mine, mine - other))

    def by_spark(self, sources: Sequence[Source], ours: dict[int, Transformed]) -> dict[int, Rows]:
        from runtime.spark.captures import frame
        from runtime.spark.documents import transformed
        from runtime.spark.engine import rows_of

        with transformed(frame(self.spark, sources), self.make, self.spark_job) as documents:
            found = rows_of(documents)
        for account in documents.accounts:
            local = ours.get(account.raw_id)
            assert (local is None) == (account.unusable is not None), (account.raw_id, account.unusable)
            assert local is None or account.counts == local.counts, account.raw_id
            self.refused += local is None
            self.native += account.is_ordinary
            if account.is_ordinary:
                self.rows.update({name: len(rows) for name, rows in found[account.raw_id].items()})
        return found


@pytest.mark.parametrize("name", OPERATIONS)
def test_documents(spark, job_of, name) -> None:
    made = operation(name)
    drawn, equality = Documents(made, SEED), Equality(spark, made, job_of(Plan(operations=(made,))))
    sources = [source(number, drawn.body(number), drawn.params(number)) for number in range(COUNT)]
    differing = equality.differing(sources)
    assert not differing, explained(equality, drawn, sources, differing)
    assert equality.refused < COUNT / 10
    assert equality.native > COUNT / 2, "of most documents the rows are Spark's own"
    if COUNT >= 1000:
        assert not [table.name for table in equality.tables if equality.rows[table.name] < 5]


def source(number: int, body: bytes, params: dict[str, str]) -> Source:
    return Source(raw_id=number, captured_at=CAPTURED_AT, params=params, body=body)


def explained(equality: Equality, drawn: Documents, sources: Sequence[Source], differing: Differing) -> str:
    """Say what differs in one of the documents, and show a small one in which something does."""
    number = min(differing, key=lambda one: len(sources[one].body))
    params = dict(sources[number].params)

    def fails(documents: Sequence[Conformed]) -> list[bool]:
        found = equality.differing([source(n, written(one), params) for n, one in enumerate(documents)])
        return [n in found for n in range(len(documents))]

    small = written(smallest(drawn.value(number), fails))
    lines = [
        f"{len(differing)} documents of MLB_SEED={SEED} differ: {sorted(differing)[:20]}; number {number}:"
    ]
    lines += [f"  {where}: {line}" for where, found in differing[number].items() for line in found]
    return "\n".join([*lines, f"A small one, with {params}:", small.decode()])
