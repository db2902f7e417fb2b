"""Rows and rescued values, assembled, are the response."""

import copy
from functools import cache

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from compiler.ir.plan import OperationPlan
from runtime.assemble import assemble
from runtime.job import EACH, ENTRIES, Branches, Conformed, Job, Loop, Table
from runtime.transform import Transformed, transform
from tests.property.strategies import Target, any_json, documents, plan_of, shapes, some
from tests.support import project
from tests.support.comparison import canonical, without_filtered


@cache
def target(name: str) -> Target:
    return Target(project.operation(name))


def check(plan: OperationPlan, job: Job, document: Conformed) -> None:
    made = transform(project.unruled(job), copy.deepcopy(document), {"sportId": "1"})
    assume(not any(has_gaps(job, table, made, document) for table in job.tables))
    assembled = assemble(job, made.rows, made.rescued)
    assert canonical(plan, assembled) == canonical(plan, without_filtered(job, document))


def has_gaps(job: Job, table: Table, made: Transformed, document: Conformed) -> bool:
    """Whether an element of an array is no row and left no trace, so that no one can tell where the others stood.

    That takes an element of nulls alone (or one that lost everything else to `rescued`), in an array whose table has
    no column for the index.
    """
    if (
        not table.scan
        or table.scan[-1] != EACH
        or any(place.step == len(table.scan) - 1 for place in table.places)
    ):
        return False
    pointers = set(elements(table.scan, document, ""))
    holders = [other for other in job.tables if other.scan == table.scan and holds(other)]
    rows = sum(len(made.rows[other.name]) for other in holders)
    return len(pointers) != rows + len(pointers & {one.pointer for one in made.rescued})


def holds(table: Table) -> bool:
    """Whether rows of the table hold something of their own: two tables may have the same rows."""
    return any(column.leaf is not None for column in table.columns)


def elements(scan: tuple[str | Loop | Branches, ...], value: Conformed, pointer: str) -> list[str]:
    """Return the pointers of all values at a scan."""
    if not scan:
        return [pointer]
    step, rest = scan[0], scan[1:]
    if isinstance(value, list):
        return [
            one for number, item in enumerate(value) for one in elements(rest, item, f"{pointer}/{number}")
        ]
    if not isinstance(value, dict):
        return []
    names = step.names if isinstance(step, Branches) else value if step is ENTRIES else (step,)
    return [
        one
        for name in names
        if name in value
        for one in elements(rest, value[name], f"{pointer}/{escaped(str(name))}")
    ]


def escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


@pytest.mark.slow
@pytest.mark.parametrize("name", project.OPERATIONS)
def test_captures(name: str) -> None:
    for captured in project.responses(name):
        made = transform(project.job(name), captured.document, captured.params)
        assembled = assemble(project.job(name), made.rows, made.rescued)
        assert canonical(project.operation(name), assembled) == canonical(
            project.operation(name), without_filtered(project.job(name), captured.document)
        )


@pytest.mark.slow
def test_captures_of_operations_without_a_mapping() -> None:
    for name in project.others():
        made = project.operation(name)
        for captured in project.responses(name):
            found = transform(project.job(name), captured.document, captured.params)
            assembled = assemble(project.job(name), found.rows, found.rescued)
            assert canonical(made, assembled) == canonical(made, captured.document), name


@some
@given(data=st.data())
def test_documents_of_operations_without_a_mapping(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(project.others()))
    check(project.operation(name), project.job(name), data.draw(documents(target(name))))


@pytest.mark.parametrize("name", project.OPERATIONS)
@pytest.mark.parametrize("noise", [False, True])
@some
@given(data=st.data())
def test_documents_that_fit(name: str, noise: bool, data: st.DataObject) -> None:
    check(project.operation(name), project.job(name), data.draw(documents(target(name), noise=noise)))


@some
@given(data=st.data())
def test_default_lowering_of_any_shape(data: st.DataObject) -> None:
    plan, _ = plan_of(data.draw(shapes))
    check(plan, project.load_job(plan), data.draw(documents(Target(plan))))


@pytest.mark.parametrize("name", project.OPERATIONS)
@some
@given(data=st.data())
def test_any_json(name: str, data: st.DataObject) -> None:
    check(project.operation(name), project.job(name), data.draw(any_json))
