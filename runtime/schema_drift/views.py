"""Views and functions against `views.sql`: the server prints both, those of the file made as temporary ones."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import psycopg

from runtime.database import Connection
from runtime.migrations import statements
from runtime.schema_drift.difference import Difference
from runtime.schema_drift.facts import Relation
from runtime.views import Views, differs

_PART = r'(?:"(?:[^"]|"")+"|[\w$]+)'
_MADE = re.compile(
    rf"^CREATE (?P<kind>VIEW|MATERIALIZED VIEW|FUNCTION) (?P<name>{_PART}\.{_PART})", re.MULTILINE
)
_INDEXED = re.compile(
    rf"^CREATE (?:UNIQUE )?INDEX (?P<index>{_PART}) ON (?P<name>{_PART}\.{_PART})", re.MULTILINE
)
_NEW = "mlb_expected"
_VIEW = "SELECT pg_get_viewdef(to_regclass(%s))"
_FUNCTION = """
SELECT prosrc || coalesce(proconfig::text, '') || pg_get_function_arguments(oid) || pg_get_function_result(oid)
FROM pg_proc WHERE oid = to_regproc(%s)
"""
AGAIN = "UPDATE metadata.views SET digest = ''; then `mlb-etl db migrate` makes all views again"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """A view or a function of the file: its name without quotes and with, and the statement that makes it."""

    name: str
    kind: str
    quoted: str
    statement: str


def compare(connection: Connection, views: Views, found: Mapping[str, Relation]) -> Iterator[Difference]:
    """Yield how the views of a database differ from those of the file. Call it in a transaction to roll back."""
    if differs(connection, views):
        yield Difference("views", "views", "made from another text than the file has", "`mlb-etl db migrate`")
        return
    texts = tuple(_texts(views.text.decode("utf-8")))
    for text in texts:
        there = found.get(text.name)
        if there is None or there.kind != text.kind:
            yield Difference(text.name, f"missing-{text.kind.replace(' ', '-')}", "is missing", AGAIN)
        elif _differs(connection, text):
            yield Difference(text.name, text.kind.replace(" ", "-"), "is not as its text makes it", AGAIN)
    for name, index in _indexes(views.text.decode("utf-8")):
        if name in found and index not in {one.name for one in found[name].indexes if one.valid}:
            yield Difference(name, "missing-index", f"the index {index} is missing or not valid", AGAIN)


def names(views: Views) -> frozenset[str]:
    """Return what the file makes."""
    return frozenset(text.name for text in _texts(views.text.decode("utf-8")))


def _texts(script: str) -> Iterator[_Text]:
    for statement in statements(script):
        made = _MADE.search(statement)
        if made:
            yield _Text(
                name=_plain(made["name"]),
                kind=made["kind"].lower(),
                quoted=made["name"],
                statement=statement[made.start() :],
            )


def _indexes(script: str) -> Iterator[tuple[str, str]]:
    for made in _INDEXED.finditer(script):
        yield _plain(made["name"]), _plain(made["index"])


def _plain(name: str) -> str:
    return ".".join(
        part[1:-1].replace('""', '"') if part[0] == '"' else part for part in re.findall(_PART, name)
    )


def _differs(connection: Connection, text: _Text) -> bool:
    """Say whether a view is another than its text makes, or can no longer be made of it."""
    query = _FUNCTION if text.kind == "function" else _VIEW
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(_temporary(text).encode())
            pair = [
                connection.execute(query, (name,)).fetchone() for name in (text.quoted, f"pg_temp.{_NEW}")
            ]
    except psycopg.errors.ProgrammingError:
        return True
    return pair[0] != pair[1]


def _temporary(text: _Text) -> str:
    head = f"CREATE FUNCTION pg_temp.{_NEW}" if text.kind == "function" else f"CREATE TEMPORARY VIEW {_NEW}"
    return head + text.statement.partition(text.quoted)[2]
