"""The raw tier: one row per response, whatever it was; what is no document goes to the dead letters too."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias, cast

from psycopg import sql
from psycopg.types.json import Jsonb

from runtime.capture import Capture, digest
from runtime.codecs import DATE_TEXT, INSTANT_TEXT, Codec
from runtime.database import Connection
from runtime.document import Document, Parsed
from runtime.job import Json, Operation, Params, RawKey, integer_param, text_param

_LONGEST_KEY = 500
_INTEGERS = {"smallint": 15, "integer": 31, "bigint": 63}

Cell: TypeAlias = bool | int | float | str | date | datetime | None


@dataclass(frozen=True, slots=True)
class RawRow:
    """The row that a response has in its raw table. `new`: it was not there before."""

    raw_id: int
    document_key: str
    keys: Mapping[str, Cell]
    new: bool


def insert(connection: Connection, operation: Operation, capture: Capture, parsed: Parsed) -> RawRow:
    """Store a response unless it is there: same operation, request, instant and bytes."""
    usable = isinstance(parsed, Document) and capture.request.status_code == 200
    params = capture.request.params
    keys = extract(operation, parsed.value, params) if isinstance(parsed, Document) and usable else {}
    row = _columns(operation, capture, keys)
    row["data"] = capture.body.decode("utf-8") if usable else None
    connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 2))", (capture.sha256,))
    found = connection.execute(_find(operation), row).fetchone()
    new = found is None
    if found is None:
        found = connection.execute(_insert(operation, tuple(row)), row).fetchone()
    if found is None:
        raise AssertionError("INSERT ... RETURNING gave no row")
    return RawRow(raw_id=found[0], document_key=str(row["document_key"]), keys=keys, new=new)


def bury(
    connection: Connection, *, reason: str, content: bytes, source: str, capture: Capture | None = None
) -> bool:
    """Keep bytes that are no document, with the reason; say whether they are new here."""
    made = connection.execute(
        "INSERT INTO metadata.dead_letters (source_name, operation, reason, sha256, bytes, request)"
        " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT ON CONSTRAINT dead_letters_content_key DO NOTHING",
        (
            source,
            None if capture is None else capture.request.operation,
            reason,
            digest(content),
            content,
            None if capture is None else Jsonb(capture.request.as_json()),
        ),
    )
    return made.rowcount == 1


def extract(operation: Operation, document: Json, params: Params) -> dict[str, Cell]:
    """Read the extracted keys; a value of the wrong type is None."""
    return {key.name: key_of(key, _at(document, key.path), params) for key in operation.raw_keys}


def key_of(key: RawKey, value: Json, params: Params) -> Cell:
    """Return a key: the request's parameter, or the value at its path if it is of its type."""
    return _asked(key, params) if key.param else _typed(key, value)


def document_key(operation: Operation, capture: Capture, keys: Mapping[str, Cell]) -> str:
    """Name the document: by its own keys if the operation has such, else by the request."""
    values = [keys.get(name) for name in operation.document_key]
    if values and None not in values:
        return "/".join(map(str, values))
    return capture.request.name


def _columns(operation: Operation, capture: Capture, keys: Mapping[str, Cell]) -> dict[str, object]:
    request = capture.request
    return {
        "captured_at": request.captured_at,
        "endpoint": request.endpoint,
        "method": request.method,
        "path_params": Jsonb(dict(request.path_params)),
        "query_params": Jsonb(dict(request.query_params)),
        "url": request.url,
        "status_code": request.status_code,
        "sha256": capture.sha256,
        "document_key": document_key(operation, capture, keys),
        **keys,
    }


def _find(operation: Operation) -> sql.Composed:
    return sql.SQL(
        "SELECT raw_id FROM {} WHERE captured_at = %(captured_at)s AND document_key = %(document_key)s"
        " AND sha256 = %(sha256)s AND path_params = %(path_params)s AND query_params = %(query_params)s"
    ).format(table_of(operation))


def _insert(operation: Operation, columns: tuple[str, ...]) -> sql.Composed:
    return sql.SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING raw_id").format(
        table_of(operation),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.SQL(", ").join(map(sql.Placeholder, columns)),
    )


def table_of(operation: Operation) -> sql.Identifier:
    """Return the raw table of an operation."""
    return sql.Identifier(*operation.raw_table.split("."))


def _at(document: Json, path: tuple[str, ...]) -> Json:
    for step in path:
        if not isinstance(document, dict):
            return None
        document = document.get(step)
    return document


def _asked(key: RawKey, params: Params) -> Cell:
    text = text_param(params, key.param, key.default)
    return _typed(key, text if key.type == "text" else integer_param(params, key.param, key.default))


def _typed(key: RawKey, value: Json) -> Cell:
    match key.type, value:
        case (("smallint" | "integer" | "bigint"), int()) if not isinstance(value, bool):
            return value if abs(value) < 2 ** _INTEGERS[key.type] else None
        case "double precision", int() | float() if not isinstance(value, bool):
            return float(value)
        case "boolean", bool():
            return value
        case "text", str():
            return value if len(value) <= _LONGEST_KEY else None
        case "date", str():
            return _moment(DATE_TEXT, value)
        case "timestamptz", str():
            return _moment(INSTANT_TEXT, value)
        case _:
            return None


def _moment(codec: Codec, text: str) -> Cell:
    try:
        return cast(Cell, codec.decode(text))
    except ValueError:
        return None
