"""The steps of schema `metadata`: none changes after its release; all but the first can follow on a busy database."""
# pyright: reportAttributeAccessIssue=false, reportOptionalMemberAccess=false, reportArgumentType=false
# (pglast has no types)

import hashlib

import pytest
from pglast import ast, enums, parse_sql

from compiler.backends.base import TEMPLATES
from compiler.backends.postgres.metadata import metadata_relations, metadata_steps

RELEASED = {
    "0001_runtime": "916138745fba3ad847fc0d59820fb78a313b58c89ec2de8c58bbc84ef28461a8",
    "0002_schema_versions": "a9407075113e686084a2e995debc00a471bc19a29c786444f0dbd7bc6b77ad0e",
}
"""What may only grow: databases have these texts."""


def test_a_released_step_is_what_it_was() -> None:
    files = sorted((TEMPLATES / "postgres" / "metadata").iterdir())
    assert {file.stem: hashlib.sha256(file.read_bytes()).hexdigest() for file in files} == RELEASED
    assert [name.partition("_")[0] for name in RELEASED] == [f"{n + 1:04d}" for n in range(len(RELEASED))]


def unfit(script: str) -> list[str]:
    """What a step does to tables with rows, beyond columns that may be NULL."""
    made: set[str] = set()
    found: list[str] = []
    for statement in (parsed.stmt for parsed in parse_sql(script)):
        match statement:
            case ast.CreateStmt(relation=table):
                made.add(table.relname)
            case ast.CommentStmt() | ast.CreateSeqStmt():
                pass
            case ast.IndexStmt(relation=table) if table.relname in made:
                pass
            case ast.AlterTableStmt(cmds=commands) if all(map(adds, commands)):
                pass
            case _:
                found.append(type(statement).__name__)
    return found


def adds(command: ast.AlterTableCmd) -> bool:
    """Whether it adds a column that may be NULL."""
    return command.subtype == enums.AlterTableType.AT_AddColumn and not command.def_.constraints


def test_each_step_but_the_first_locks_for_a_moment() -> None:
    assert [unfit(step.sql) for step in metadata_steps()[1:]] == [[] for _ in metadata_steps()[1:]]


@pytest.mark.parametrize(
    "script",
    [
        "CREATE INDEX a_idx ON metadata.documents (a);",
        "ALTER TABLE metadata.documents ADD COLUMN a text NOT NULL;",
        "UPDATE metadata.documents SET version = '';",
        "DROP TABLE metadata.documents;",
    ],
)
def test_what_does_more_is_seen(script: str) -> None:
    assert unfit(script)


def test_views_may_read_what_every_step_makes() -> None:
    columns = metadata_relations()["metadata.documents"]
    assert (columns["raw_id"], columns["tables"]) == ("bigint", "jsonb")
