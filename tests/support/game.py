"""Rows of a game as records: of captures, and of documents that a test has edited."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from runtime.job import Conformed, Job
from runtime.transform import Transformed, transform
from tests.support import project

LIVE = "game.liveGameV1"
Records = tuple[Conformed, ...]
Tables = Mapping[str, Records]


def tables(operation: str, document: Conformed, params: Mapping[str, str]) -> Tables:
    """Return the rows of every table as records; nothing may be lost, rescued or in quarantine."""
    job = project.job(operation)
    return records(job, transform(job, document, params))


def records(job: Job, made: Transformed) -> Tables:
    """Return the rows that a job has made as records; nothing may be lost, rescued or in quarantine."""
    assert made.counts.lost == 0
    assert [(item.pointer, item.reason) for item in made.rescued] == []
    assert made.quarantined == ()
    return {
        table.name: tuple(
            dict(zip((column.name for column in table.columns), row, strict=True))
            for row in made.rows[table.name]
        )
        for table in job.tables
    }


@cache
def captured(operation: str) -> Tables:
    """Return the rows of the capture of game 747175 (in its final state, of a live feed)."""
    return next(rows for params, rows in every(operation) if "747175" in params.values())


@cache
def _every(operation: str) -> tuple[tuple[Mapping[str, str], Tables], ...]:
    found = sorted(project.responses(operation), key=lambda response: len(response.body), reverse=True)
    return tuple(
        (response.params, tables(operation, response.document, response.params)) for response in found
    )


def every(operation: str) -> Iterator[tuple[Mapping[str, str], Tables]]:
    """Yield the parameters and the rows of each capture of an operation."""
    yield from _every(operation)


def edited() -> dict[str, Any]:
    """Return a copy of the live feed of game 747175 in its final state, for a test to change."""
    return json.loads(project.live_game().body)


def live(noun: str) -> Records:
    """Return the rows of `game.live_game_<noun>` of game 747175."""
    return captured(LIVE)[f"game.live_game_{noun}"]


def column_names(table: str) -> tuple[str, ...]:
    """Return the columns of a table of the live feed."""
    return next(
        tuple(column.name for column in found.columns)
        for found in project.operation(LIVE).tables
        if found.name == table
    )
