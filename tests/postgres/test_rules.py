"""Every quality rule of the mappings finds its fault, in a load and in what is loaded, and is silent on captures."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count

import orjson
import pytest
from psycopg import sql

from compiler.backends import local
from compiler.backends.postgres import BACKEND
from compiler.ir.plan import Plan
from runtime import database
from runtime.archive import Archive
from runtime.capture import Capture, Request, digest
from runtime.checks import check
from runtime.documents import Documents
from runtime.ingest import Ingest
from runtime.job import Check, Job, Operation
from runtime.load import receive
from runtime.progress import Quiet
from runtime.snapshot import Loaded
from tests.compliance.targets import module
from tests.support.faults import FAULTS, Fault, response
from tests.support.project import execute, plan, responses

_moments = count()
FOUND = """
SELECT coalesce(table_name, operation), rule, row_key FROM metadata.quality_results
UNION ALL SELECT table_name, rule, row_key FROM metadata.quarantine WHERE table_name = rule_table
"""


@dataclass(frozen=True)
class Compiled:
    """The operations that have rules, as `runtime.registry` has them."""

    operations: Mapping[str, Operation]
    jobs: Mapping[str, Job]
    rules: Mapping[str, tuple[Check, ...]]

    def job(self, operation: str) -> Job | None:
        return self.jobs.get(operation)

    def digest(self, operation: str) -> str:
        return "1"

    def schema_digest(self, operation: str) -> str:
        return ""

    def checks(self, operation: str) -> tuple[Check, ...]:
        return self.rules[operation]


def ruled() -> Plan:
    """The part of the project that has rules."""
    return Plan(operations=tuple(operation for operation in plan().operations if operation.has_rules))


def compiled(made: Plan) -> Compiled:
    """Execute what would be generated."""
    files = {**local.BACKEND.emit(made), **BACKEND.emit(made)}
    operations = vars(module("operations", files["jobs/operations.py"]))["OPERATIONS"]
    return Compiled(
        {one.name: one for one in operations},
        {
            one.name: execute(one, files[f"jobs/documents/{one.slug}.py"], files[f"jobs/local/{one.slug}.py"])
            for one in made.operations
        },
        {
            one.name: vars(module(f"quality_{number}", files[f"jobs/quality/{one.slug}.py"]))["CHECKS"]
            for number, one in enumerate(made.operations)
        },
    )


@pytest.fixture(scope="module")
def documents(server: database.Status, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Documents]:
    """A database with the tables that have rules."""
    name = f"rules_{os.getpid()}"
    made = ruled()
    assert server.settings is not None
    with database.opened(server.settings.url("postgres")) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        with database.opened(server.settings.url(name)) as connection:
            connection.execute(BACKEND.emit(made)["postgres/schema.sql"].encode())
            yield Documents(connection, compiled(made), Archive(tmp_path_factory.mktemp("archive")))
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def take(documents: Documents, operation: str, document: object, params: Mapping[str, str]) -> Loaded:
    """Receive a response and load it: each is newer than those before."""
    endpoint, _, method = operation.partition(".")
    body = orjson.dumps(document)
    moment = datetime(2030, 1, 1, tzinfo=UTC) + timedelta(seconds=next(_moments))
    request = Request(endpoint=endpoint, method=method, query_params=dict(params), captured_at=moment)
    ingest = Ingest(documents.connection, documents.catalog, documents.archive, Quiet())
    received = ingest.capture(Capture(request=request, body=body, sha256=digest(body), source="test"))
    assert received is not None
    return receive(ingest, documents, received)


def found(documents: Documents) -> dict[Fault, list[object]]:
    """Return the rules that found something, with the keys of the rows."""
    by_rule: dict[Fault, list[object]] = {}
    for of, rule, key in documents.connection.execute(FOUND).fetchall():
        by_rule.setdefault((of, rule), []).append(key)
    return by_rule


CASES = [(operation, *fault) for operation, faults in FAULTS.items() for fault in faults]


def test_every_rule_has_a_fault() -> None:
    """A rule of a fragment is written once and stands in the tables of several operations."""
    written = {
        (of, rule.name): rule.origin
        for one in ruled().operations
        for of, rules in (*((table.name, table.rules) for table in one.tables), (one.name, one.rules))
        for rule in rules
    }
    faulty = {written[of, rule] for _, of, rule in CASES}
    assert not [name for name, origin in written.items() if origin not in faulty]


def test_rules_are_silent_on_captures(documents: Documents) -> None:
    for operation in documents.catalog.operations:
        for one in responses(operation):
            take(documents, operation, one.document, one.params)
    assert found(documents) == {}
    assert not [one for one in check(documents.connection, documents.catalog, ()) if one.violations]


@pytest.mark.parametrize(("operation", "of", "rule"), CASES)
def test_a_rule_finds_its_fault(documents: Documents, operation: str, of: str, rule: str) -> None:
    captured = response(operation)
    document = captured.document
    FAULTS[operation][of, rule](document)
    take(documents, operation, document, captured.params)
    at_load = found(documents)
    assert (of, rule) in at_load
    if of != operation:
        assert at_load[of, rule] == once_loaded(documents, operation, document, captured.params)[of, rule]
    documents.connection.execute("TRUNCATE metadata.quarantine, metadata.quality_results")


def once_loaded(
    documents: Documents, operation: str, document: object, params: Mapping[str, str]
) -> dict[Fault, list[object]]:
    """Load a document without a look at its rows, and return what the rules then find in the tables."""
    job = documents.catalog.job(operation)
    assert job is not None
    blind = replace(job, extractions=tuple(replace(item, rules=()) for item in job.extractions))
    assert isinstance(documents.catalog, Compiled)
    catalog = replace(documents.catalog, jobs={operation: blind})
    take(replace(documents, catalog=catalog), operation, document, params)
    check(documents.connection, documents.catalog, [operation])
    return found(documents)
