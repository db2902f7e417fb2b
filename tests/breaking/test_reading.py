"""Artefacts -> surfaces: what is read of each kind of file."""

from pathlib import Path

import pytest

from compiler.breaking import ArtefactError, Surfaces, compare, read
from compiler.breaking.surfaces import Column

GENERATED = Path(__file__).parents[2] / "generated"
GOLDEN = Path(__file__).parents[1] / "golden"


def _read(home: Path, **changed: str) -> Surfaces:
    files = {
        path.relative_to(home).as_posix(): path.read_text("utf-8")
        for path in home.rglob("*")
        if path.suffix in {".json", ".py", ".md", ".avsc"}
    }
    return read({**files, **changed}, "x")


@pytest.fixture(scope="module")
def present() -> Surfaces:
    return _read(GENERATED)


@pytest.mark.slow
def test_every_operation_has_its_surfaces(present: Surfaces) -> None:
    modules = {model.file for model in present.models}
    for operation in present.operations:
        slug = operation.raw_table.replace(".", "/")
        assert f"avro/{slug}.avsc" in present.schemas
        assert f"models/{slug}.py" in modules
    normalized = {table.name for table in present.tables if table.kind == "normalized"}
    assert present.spark_by_table.keys() == normalized
    assert all(f"avro/{name.replace('.', '/')}.avsc" in present.schemas for name in normalized)


@pytest.mark.slow
def test_spark_gives_what_the_catalog_has(present: Surfaces) -> None:
    for job in present.spark:
        names = [column.split(" ", 1)[0] for column in job.columns]
        assert names == [column.name for column in present.table_by_name[job.table].columns]


@pytest.mark.slow
def test_a_column_knows_where_it_comes_from_and_how_it_is_read(present: Surfaces) -> None:
    columns = [column for table in present.tables if table.kind == "normalized" for column in table.columns]
    without = {column.name for column in columns if not column.source}
    assert without == {"raw_id", "captured_at"}
    assert any(column.codec.startswith("decimal") and column.sentinels for column in columns)
    assert all(table.rows.startswith("$") for table in present.tables if table.kind == "normalized")


@pytest.mark.slow
def test_views_and_queries_are_relations(present: Surfaces) -> None:
    kinds = {table.kind for table in present.tables}
    assert kinds == {"raw", "normalized", "dimension", "view", "query"}
    assert all(table.columns for table in present.tables)
    query = present.table_by_name["bullpen_usage"]
    assert query.columns[0] == Column(name=":game_pk", type="bigint", nullable=True, default="NULL")


@pytest.mark.parametrize(
    ("line", "rules"),
    [
        ("| speed | double precision | Miles per hour. |  |\n", {"FIELD_NO_DELETE_UNLESS_RESERVED"}),
        ("| `:game_pk` | bigint | NULL | One game. |\n", {"FIELD_NO_DELETE_UNLESS_RESERVED"}),
    ],
)
def test_a_view_that_loses_a_column_or_a_parameter_is_found(line: str, rules: set[str]) -> None:
    home, page = GOLDEN / "views" / "expected", "docs/views/game/over.md"
    text = (home / page).read_text("utf-8")
    assert line in text
    changed = _read(home, **{page: text.replace(line, "")})
    assert {found.rule for found in compare(_read(home), changed)} == rules


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("catalog.json", "[]"),
        ("avro/game/x.avsc", "{"),
        ("avro/game/x.avsc", "[]"),
        ("models/game/x.py", "class X(:"),
        ("jobs/documents/game/x.py", "X = Table("),
    ],
)
def test_what_is_no_artefact_is_named(path: str, text: str) -> None:
    with pytest.raises(ArtefactError) as raised:
        read({path: text}, "x")
    assert raised.value.path == path


@pytest.mark.slow
def test_every_part_survives_a_release(present: Surfaces) -> None:
    assert Surfaces.from_json(present.to_json()) == present
