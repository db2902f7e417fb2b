"""Documents drawn by number, and how one that shows a mistake is made smaller."""

import subprocess
import sys

import pytest

from runtime.document import Document, Unusable, parse
from runtime.job import REQUEST
from runtime.transform import transform
from tests.support import project
from tests.support.documents import Documents, written
from tests.support.shrinking import smallest

NAME = "schedule.schedule"
PRINT = "from tests.unit.test_drawn import NAME, bodies; print(bodies(NAME, 6))"


def bodies(name: str, count: int) -> list[bytes]:
    drawn = Documents(project.operation(name))
    return [drawn.body(number) for number in range(count)]


@pytest.mark.slow
def test_the_same_number_is_the_same_document() -> None:
    made = subprocess.run(
        [sys.executable, "-c", PRINT], capture_output=True, text=True, check=True, cwd=project.ROOT
    )
    assert made.stdout.strip() == str(bodies(NAME, 6))


def test_what_is_valid_has_columns_for_all_of_it() -> None:
    drawn, job = Documents(project.operation(NAME)), project.unruled(project.job(NAME))
    made = [transform(job, drawn.value(number), drawn.params(number)) for number in range(0, 300, 3)]
    assert sum(not one.counts.rescued for one in made) > 80
    assert all(any(one.rows[table.name] for one in made) for table in job.tables)


def test_some_are_no_documents_and_some_hold_what_no_column_does() -> None:
    parsed = [parse(body) for body in bodies(NAME, 300)]
    refused = [one.reason for one in parsed if isinstance(one, Unusable)]
    assert 0 < len(refused) < 30
    assert any("occurs twice" in reason for reason in refused)
    job = project.unruled(project.job(NAME))
    counts = [transform(job, one.value, {REQUEST: ""}).counts for one in parsed if isinstance(one, Document)]
    assert all(one.lost == 0 for one in counts)
    assert sum(one.rescued > 0 for one in counts) > 50


def test_a_body_is_spelled_as_the_document_says() -> None:
    assert (
        written({"a": "\ue0001e2", "b\ue001": 1, "b": "\\\ue000"})
        == '{"a":1e2,"b":1,"b":"\\\\\ue000"}'.encode()
    )


def test_what_does_not_matter_is_left_out() -> None:
    document = {"a": [1, {"b": 2, "c": [3]}], "d": {"e": 4}}
    assert smallest(document, lambda tried: ['"c": [3' in str(one).replace("'", '"') for one in tried]) == {
        "a": [{"c": [3]}]
    }
