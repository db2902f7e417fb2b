"""Rows of documents as a reader of the tables sees them: a dictionary for each row, by table."""

from collections.abc import Mapping
from typing import Any

import orjson

from runtime.job import REQUEST, Conformed
from runtime.transform import Counts, account, transform
from tests.support import project

Rows = dict[str, list[dict[str, Any]]]
Asked = Mapping[str, str]


def rows(operation: str, document: Conformed, params: Asked | None = None) -> Rows:
    """Return the rows of a document, by the names of tables and columns; every leaf is accounted for."""
    assert counts(operation, document, params).lost == 0
    job = project.job(operation)
    transformed = transform(job, _parsed(document), _params(operation, params))
    return {
        table.name: [
            dict(zip((column.name for column in table.columns), row, strict=False))
            for row in transformed.rows[table.name]
        ]
        for table in job.tables
    }


def counts(operation: str, document: Conformed, params: Asked | None = None) -> Counts:
    """Return where the leaves of a document go."""
    return account(project.job(operation), _parsed(document), _params(operation, params))


def captured(operation: str) -> list[Rows]:
    """Return the rows of each capture of an operation: nothing is rescued, every key is filled and unique."""
    found: list[Rows] = []
    for response in project.responses(operation):
        assert counts(operation, response.document, response.params).rescued == 0
        found.append(rows(operation, response.document, response.params))
        _assert_keyed(operation, found[-1])
    assert found
    return found


def asking(operation: str, **params: str) -> Rows:
    """Return the rows of the capture whose request had all of these parameters."""
    found = [item for item in project.responses(operation) if params.items() <= item.params.items()]
    return rows(operation, found[0].document, found[0].params)


def _parsed(document: Conformed) -> Conformed:
    """Return a document as it comes: no object stands at two places."""
    return orjson.loads(orjson.dumps(document))


def _assert_keyed(operation: str, found: Rows) -> None:
    for table in project.job(operation).tables:
        keys = [tuple(row[name] for name in table.key) for row in found[table.name]]
        assert len(keys) == len(set(keys)), table.name
        assert all(None not in key for key in keys), table.name


def _params(operation: str, params: Asked | None) -> dict[str, str]:
    asked = params or {}
    request = "&".join(f"{name}={value}" for name, value in sorted(asked.items()))
    return {REQUEST: f"{operation}?{request}", **asked}
