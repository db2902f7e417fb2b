"""The same responses, through the transforms of both versions."""

from pathlib import Path

import pytest

from compiler.breaking import Surfaces, compare, read
from compiler.breaking.outputs import failure, output_changes
from compiler.breaking.reading.exemplars import ShapeError, exemplars
from compiler.driver import Session
from compiler.driver.outputs import Outputs, outputs
from compiler.project import Project

GOLDEN = Path(__file__).parents[1] / "golden"
LOCAL = "jobs/local"


def _files(case: str) -> dict[str, str]:
    home = GOLDEN / case / "expected"
    return {
        path.relative_to(home).as_posix(): path.read_text("utf-8")
        for path in home.rglob("*")
        if path.is_file()
    }


def _run(tmp_path: Path, before: dict[str, str], after: dict[str, str]) -> tuple[Surfaces, Surfaces, Outputs]:
    old, new = read(before, "old"), read(after, "new")
    return old, new, outputs(Session(project=Project(root=tmp_path)), old, before, new, after)


def _only(files: dict[str, str], folder: str) -> str:
    (found,) = (path for path in files if path.startswith(folder))
    return found


def _edited(files: dict[str, str], folder: str, *edits: tuple[str, str]) -> dict[str, str]:
    path = _only(files, folder)
    text = files[path]
    for before, after in edits:
        assert before in text
        text = text.replace(before, after)
    return {**files, path: text}


CASES = sorted(path.parent.name for path in GOLDEN.glob("*/mapping.yaml"))
WITH_TABLES = [case for case in CASES if any((GOLDEN / case / "expected" / LOCAL).rglob("*.py"))]


@pytest.mark.parametrize("case", WITH_TABLES)
def test_a_transform_that_reads_the_same_gives_the_same(case: str, tmp_path: Path) -> None:
    files = _files(case)
    edited = _edited(files, LOCAL, ("rows: list[Row] = []", "rows: list[Row] = list()"))
    old, new, made = _run(tmp_path, files, edited)
    assert (made.failures, made.broken) == ((), ())
    assert len(made.pairs) == 3, "full, with two of each, empty"
    assert compare(old, new, output_changes(old, new, made.pairs)) == ()


def test_another_cell_is_a_finding(tmp_path: Path) -> None:
    files = _files("columns")
    edited = _edited(files, LOCAL, ('document.get("name")', 'document.get("name", "") + "!"'))
    old, new, made = _run(tmp_path, files, edited)
    (found,) = compare(old, new, output_changes(old, new, made.pairs))
    assert (found.rule, found.subject) == ("TRANSFORM_SAME_OUTPUT", "venue.details.name")
    assert "for the same response" in found.message


def test_other_cells_are_explained_by_another_path(tmp_path: Path) -> None:
    files = _files("columns")
    edited = _edited(files, LOCAL, ('document.get("name")', 'document.get("updatedAt")'))
    edited["catalog.json"] = files["catalog.json"].replace('"$.name"', '"$.updatedAt"')
    old, new, made = _run(tmp_path, files, edited)
    (found,) = compare(old, new, output_changes(old, new, made.pairs))
    assert (found.rule, found.subject) == ("FIELD_SAME_PATH", "venue.details.name")
    assert len(found.effects) == 2, "the path, and the cells that follow from it"


def test_other_rows_are_a_finding(tmp_path: Path) -> None:
    files = _files("columns")
    old, new, made = _run(tmp_path, files, _edited(files, LOCAL, ("return rows", "return rows[1:]")))
    (found,) = compare(old, new, output_changes(old, new, made.pairs))
    assert (found.rule, found.subject) == ("TRANSFORM_SAME_OUTPUT", "venue.details")


def test_a_transform_that_fails_is_a_finding_and_an_old_one_is_not_run(tmp_path: Path) -> None:
    files = _files("columns")
    broken = _edited(files, LOCAL, ("return rows", "return rows.nothing"))
    _, _, made = _run(tmp_path, files, broken)
    assert [name for name, _ in made.broken] == ["venue.venue"]
    assert failure(*made.broken[0]).rule == "TRANSFORM_SAME_OUTPUT"
    _, _, made = _run(tmp_path, broken, files)
    assert not made.broken
    assert "venue.venue: AttributeError" in made.failures[0]


def test_unchanged_transforms_are_not_run(tmp_path: Path) -> None:
    files = _files("columns")
    _, _, made = _run(tmp_path, files, files)
    assert not made.pairs


def test_a_shape_of_another_form_is_refused() -> None:
    with pytest.raises(ShapeError, match="Pyramid"):
        next(exemplars("SHAPE = Pyramid(TEXT)\n"))
    with pytest.raises(ShapeError, match="SHAPE"):
        next(exemplars("A = 1\n"))
