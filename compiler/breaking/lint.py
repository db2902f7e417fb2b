"""Names and widths that somebody stumbles over: reported where the old version did not have them."""

from collections.abc import Iterator
from functools import cache

from compiler.breaking.findings import Change, Effect, Surface, change
from compiler.breaking.surfaces import Surfaces, Table

MOST_BYTES = 63
MOST_COLUMNS = 400


def lint_changes(old: Surfaces, new: Surfaces) -> Iterator[Change]:
    """Yield what is wrong with the relations of the new version and was not with those of the old one."""
    for table in new.tables:
        before = old.table_by_name.get(table.name)
        known = (
            {(found.rule, found.subject) for found in _of_table(before)} if before else frozenset[object]()
        )
        is_wider = before is None or len(table.columns) > len(before.columns)
        for found in _of_table(table):
            is_new = (found.rule, found.subject) not in known
            if is_new or (found.rule == "COLS_LE_BUDGET" and is_wider):
                yield found


def _of_table(table: Table) -> Iterator[Change]:
    folded: dict[str, str] = {}
    for column in table.columns:
        if folded.setdefault(column.name.casefold(), column.name) != column.name:
            yield _found("CASE_FOLD_UNIQUE", table, column.name, "differs from another column only in case")
    for name in (*table.name.split("."), *(column.name for column in table.columns)):
        if len(name.encode()) > MOST_BYTES:
            yield _found("BYTES63_UNIQUE", table, name, f"has {len(name.encode())} bytes: PostgreSQL cuts it")
        if name in _reserved():
            yield _found("RESERVED_WORD_QUOTED", table, name, "is a word that PostgreSQL reserves")
    if len(table.columns) > MOST_COLUMNS:
        text = f"has {len(table.columns)} columns, more than {MOST_COLUMNS}"
        yield _found("COLS_LE_BUDGET", table, "", text)


@cache
def _reserved() -> frozenset[str]:
    from pglast.keywords import RESERVED_KEYWORDS, TYPE_FUNC_NAME_KEYWORDS

    return frozenset(RESERVED_KEYWORDS) | frozenset(TYPE_FUNC_NAME_KEYWORDS)


def _found(rule: str, table: Table, name: str, text: str) -> Change:
    subject = f"{table.name}.{name}" if name else table.name
    effect = Effect(surface=Surface.SQL, artefact=table.name, name=name, text=text)
    return change(rule, subject, f"`{subject}` {text}", effect, operation=table.operation)
