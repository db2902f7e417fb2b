"""Names that tables had, and that others have then: databases follow from wherever they are."""

import shutil
from itertools import combinations
from pathlib import Path

import pytest

from runtime import migrations, migrator, views
from runtime.database import Connection, opened
from runtime.schema_drift import schema_drift
from tests.postgres.evolution import EMPTY, NewDatabase, dump
from tests.unit.cli.conftest import Mlbc, begun, mlbc, project

__all__ = ["begun", "mlbc", "project"]

Plan = dict[str, list[str]]
"""Table -> the names that it had."""

LONG = f"season.{'x' * 62}"

STEPS: dict[str, list[Plan | str]] = {
    "another takes the name": [{"a": []}, {"b": ["a"]}, {"b": ["a"], "a": []}],
    "another takes the name, of which nothing is said any more": [
        {"a": []},
        {"b": ["a"]},
        {"b": []},
        {"b": [], "a": []},
    ],
    "another takes the name, by a name of its own": [
        {"a": [], "c": []},
        {"b": ["a"], "c": []},
        {"b": [], "a": ["c"]},
    ],
    "back": [{"a": []}, {"b": ["a"]}, {"a": ["b"]}],
    "to another schema and back": [{"a": [], "z": []}, {"old.a": ["a"], "z": []}, {"a": ["old.a"], "z": []}],
    "names after names": [{"a": []}, {"b": ["a"]}, {"c": ["b", "a"]}, {"d": ["c"]}],
    "nothing is said of it any more": [{"a": []}, {"b": ["a"]}, {"b": []}],
    "given up, and dropped": [{"a": [], "z": []}, {"b": ["a"], "z": []}, {"z": []}, "season.b"],
    "a schema that only a view has": [{"old.a": []}, {"a": ["old.a"]}, {"a": ["old.a"], "old.z": []}],
    "names that are cut to one": [{f"{LONG}a": []}, {f"{LONG}b": [f"{LONG}a"]}],
}


def mapping(plan: Plan) -> str:
    tables = "".join(
        f"  {full(name)}:\n    rows: $.seasons[*]\n    doc: One row per season.\n    key: [season_id]\n"
        f"    was: [{', '.join(map(full, was))}]\n    columns: {{season_id: .seasonId}}\n"
        for name, was in plan.items()
    )
    return f"operation: season.seasons\ntables:\n{tables}"


def full(name: str) -> str:
    return name if "." in name else f"season.{name}"


@pytest.mark.parametrize("name", STEPS)
def test_a_database_follows(
    name: str, mlbc: Mlbc, project: Path, new_database: NewDatabase, tmp_path: Path
) -> None:
    generated = list[Path]()
    for number, step in enumerate(STEPS[name]):
        dropped = ["--drop", step] if isinstance(step, str) else []
        if not isinstance(step, str):
            (project / "mappings" / "seasons.yaml").write_text(mapping(step), "utf-8")
        assert mlbc("generate", *dropped).code == 0
        generated.append(tmp_path / f"{number}")
        shutil.copytree(project / "generated", generated[-1])
    first, *between, last = generated
    expected = end(new_database, last)
    for size in range(len(between) + 1):
        for stops in combinations(between, size):
            assert end(new_database, first, *stops, last) == expected


def end(new_database: NewDatabase, *states: Path) -> str:
    """The dump of a database that had these states, one after the other, and differed from none."""
    with new_database(template=EMPTY) as url, opened(url) as connection:
        for state in states:
            migrate(connection, state)
            assert schema_drift(connection, state) == ()
        connection.execute(views.BOOTSTRAP)  # the list of views stays where there was one
        return dump(url)


def migrate(connection: Connection, state: Path) -> None:
    migrator.migrate(connection, migrations.read(state / "postgres"), views=views.read(state))
