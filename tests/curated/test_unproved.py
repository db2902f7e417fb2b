"""Operations that are mapped without a capture: a document of the declared shape fills every column that is named."""

import pytest

from compiler.backends.docs import operation_text
from compiler.ir.plan import Leaf
from runtime.job import REQUEST
from runtime.transform import transform
from tests.support import project
from tests.support.exemplar import exemplar

PARAMS = {
    REQUEST: "/any", "season": "2024", "personId": "660271", "gamePk": "511101", "sportId": "1", "date": "2024-07-12",
    "leagueId": "103", "awardId": "ALMVP", "highLowType": "player", "conferenceId": "1",
}  # fmt: skip


def unproved() -> list[str]:
    return [made.name for made in project.plan().operations if made.mapping_file and not made.is_observed]


@pytest.mark.parametrize("operation", unproved())
def test_every_named_column_is_filled(operation: str) -> None:
    plan = project.operation(operation)
    made = transform(project.job(operation), exemplar(plan), PARAMS)
    assert made.counts.lost == 0
    assert {reason for _, _, reason in made.counts.rescued_paths} <= {"no-column"}  # `only: observed` says so
    for table in plan.tables:
        rows = made.rows[table.name]
        assert rows, table.name
        for index, column in enumerate(table.columns):
            if isinstance(column.source, Leaf):
                assert any(row[index] is not None for row in rows), f"{table.name}.{column.name}"


def test_it_is_said_that_they_are_not_proved() -> None:
    for operation in unproved():
        assert operation_text(project.operation(operation)).proof.startswith("Not proved")
