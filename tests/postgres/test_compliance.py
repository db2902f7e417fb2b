"""Every construct goes into a real database and comes back as declared."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from psycopg import sql
from psycopg.types.json import set_json_loads

from compiler.backends import local
from compiler.backends.postgres import BACKEND
from compiler.ir.plan import Plan
from runtime import database
from runtime.archive import Archive
from runtime.capture import Capture, Request, digest
from runtime.conform import Rescued
from runtime.documents import Documents
from runtime.ingest import Ingest
from runtime.job import Check, Job, Operation, Rows, Table
from runtime.load import receive
from runtime.progress import Quiet
from runtime.transform import Transformed, transform
from tests.compliance.lab import build, of_keys
from tests.compliance.outcomes import Fate
from tests.compliance.response import Case, cases, plan
from tests.compliance.targets import fate_of_rows, module, parsed, told
from tests.support.project import load_job
from tests.unit.backends.shapes import NASTY

MOMENT = datetime(2024, 7, 13, 4, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Compiled:
    """The operation of the constructs, as `runtime.registry` has it."""

    operations: Mapping[str, Operation]
    made: Job

    def job(self, operation: str) -> Job:
        return self.made

    def digest(self, operation: str) -> str:
        return "1"

    def schema_digest(self, operation: str) -> str:
        return ""

    def checks(self, operation: str) -> tuple[Check, ...]:
        return ()


@pytest.fixture(scope="module")
def documents(server: database.Status, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Documents]:
    """A database with the tables of the constructs."""
    name = f"compliance_{os.getpid()}"
    made = Plan(operations=(plan(),))
    operations = vars(module("generated_operations", local.BACKEND.emit(made)["jobs/operations.py"]))[
        "OPERATIONS"
    ]
    catalog = Compiled({one.name: one for one in operations}, load_job(plan()))
    assert server.settings is not None
    with database.opened(server.settings.url("postgres")) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        with database.opened(server.settings.url(name)) as connection:
            connection.execute(BACKEND.emit(made)["postgres/schema.sql"].encode())
            set_json_loads(json.loads, connection)  # integers beyond 64 bits stay integers
            yield Documents(connection, catalog, Archive(tmp_path_factory.mktemp("archive")))
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_constructs(documents: Documents) -> None:
    assert not list(told("Postgres", ((case.construct, fate(documents, case)) for case in cases())))


def fate(documents: Documents, case: Case) -> Fate:
    """Receive and load a response, and read back what became of it."""
    request = Request(endpoint="lab", method="things", captured_at=MOMENT)
    ingest = Ingest(documents.connection, documents.catalog, documents.archive, Quiet())
    received = ingest.capture(Capture(request=request, body=case.body, sha256=digest(case.body), source="x"))
    assert received is not None
    receive(ingest, documents, received)
    body = parsed(case.body)
    if body is None:
        assert (
            documents.connection.execute("SELECT FROM lab.thing WHERE doc_id = %s", [case.number]).fetchone()
            is None
        )
        return Fate.NEVER
    job = documents.catalog.job("lab.things")
    assert job is not None
    read = stored(documents, job, received.row.raw_id)
    counts = transform(job, parsed(case.body), {}).counts
    return fate_of_rows(plan(), job, body, Transformed(rows=read[0], rescued=read[1], counts=counts))


def stored(documents: Documents, job: Job, raw_id: int) -> tuple[Rows, tuple[Rescued, ...]]:
    """Return the rows and rescued values of a response, as the database has them."""
    tables = {table.name: rows(documents, table, raw_id) for table in job.tables}
    query = "SELECT pointer, value, reason FROM metadata.rescued_values WHERE raw_id = %s"
    found = documents.connection.execute(query, [raw_id]).fetchall()
    return tables, tuple(Rescued(*one) for one in found)


def rows(documents: Documents, table: Table, raw_id: int) -> list[tuple[object, ...]]:
    columns = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns)
    key = sql.SQL(", ").join(sql.Identifier(name) for name in table.key)
    query = sql.SQL("SELECT {} FROM {} WHERE raw_id = %s ORDER BY {}").format(
        columns, sql.Identifier(*table.name.split(".")), key
    )
    return documents.connection.execute(query, [raw_id]).fetchall()


def test_keys_of_any_kind_make_tables(server: database.Status, tmp_path: Path) -> None:
    name = f"keys_{os.getpid()}"
    bundle = build(tmp_path, response=of_keys(NASTY))
    assert server.settings is not None
    with database.opened(server.settings.url("postgres")) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        with database.opened(server.settings.url(name)) as connection:
            schema = bundle.files["postgres/schema.sql"]
            connection.execute(schema.encode())
            query = "SELECT count(*) FROM pg_tables WHERE schemaname = 'lab'"
            assert connection.execute(query).fetchone() == (
                bundle.files["postgres/schema.sql"].count("CREATE TABLE lab."),
            )
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
