"""Operations that are mapped without a capture: a document of the declared shape fills every column that is named."""

import pytest

from compiler.backends.docs import operation_text
from compiler.ir.plan import Leaf, OperationPlan
from runtime.job import REQUEST
from runtime.transform import transform
from tests.support import project
from tests.support.exemplar import exemplar


def params(plan: OperationPlan) -> dict[str, str]:
    """Return a request that names every parameter; a season and an id are both a number."""
    asked = (parameter for variant in plan.operation.variants for parameter in variant.parameters)
    return {parameter.name: "2024" for parameter in asked} | {REQUEST: "/any"}


def unproved() -> list[str]:
    return [
        made.name
        for made in project.plan().operations
        if made.mapping_file and made.tables and not made.is_observed
    ]


def test_every_named_column_is_filled(subtests: pytest.Subtests) -> None:
    for operation in unproved():
        with subtests.test(operation):
            check(operation)


def check(operation: str) -> None:
    plan = project.operation(operation)
    made = transform(project.job(operation), exemplar(plan), params(plan))
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
