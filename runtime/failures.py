"""What a migration that failed means, and what to do."""

import psycopg

from runtime.database import problem
from runtime.errors import MlbError, TransientError
from runtime.migrations import Migration, Step

_BY_HAND = (
    psycopg.errors.DuplicateColumn,
    psycopg.errors.DuplicateObject,
    psycopg.errors.DuplicateSchema,
    psycopg.errors.DuplicateTable,
    psycopg.errors.InvalidSchemaName,
    psycopg.errors.UndefinedColumn,
    psycopg.errors.UndefinedObject,
    psycopg.errors.UndefinedTable,
)
_ROWS = (
    psycopg.errors.CheckViolation,
    psycopg.errors.NotNullViolation,
    psycopg.errors.UniqueViolation,
)


def failed(error: psycopg.Error, migration: Migration, step: Step) -> MlbError:
    """Turn a failure of a step into one that says where it was, what it means, and in what state the database is."""
    found = problem(error)
    where = f"{migration.name}, {step.title}" if step.title else migration.name
    state = (
        "nothing was changed"
        if migration.transactional
        else "what came before in this file stays, and the next run goes on"
    )
    if isinstance(error, psycopg.errors.QueryCanceled):
        return TransientError(
            found.what, where=where, hint=f"{state}: migrate again when there is less to do"
        )
    match error:
        case _ if isinstance(error, _BY_HAND):
            hint = "somebody changed the database by hand: `mlb-etl db drift` says what; undo it and migrate again"
        case _ if isinstance(error, _ROWS):
            hint = "rows do not allow it: correct them, then migrate again"
        case _:
            hint = found.hint or "correct what it names, then migrate again"
    return type(found)(found.what, where=where, hint=f"{hint}; {state}")
