"""Edits of a mapping, compiled, and what the gate says of them: everything real from end to end."""

import shutil
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import fastavro
import pytest

from compiler.breaking import Category, Finding, Surfaces, compare, read
from compiler.breaking.avro.exemplars import exemplars
from compiler.breaking.avro.nodes import parse
from compiler.breaking.avro.reading import unread
from compiler.breaking.findings import Surface
from tests.golden.test_golden import HERE as GOLDEN
from tests.golden.test_golden import compile_case

CAPACITY = "capacity: {path: .capacity, type: integer}"
DETAILS = "  venue.details:\n"

pytestmark = pytest.mark.slow

Edits = tuple[tuple[str, str], ...]


def surfaces(case: str, folder: Path, edits: Edits = ()) -> Surfaces:
    """Return the surfaces of a golden case whose mapping is edited."""
    home = folder / "case"
    shutil.copytree(GOLDEN / case, home, ignore=shutil.ignore_patterns("expected"))
    text = (home / "mapping.yaml").read_text("utf-8")
    for before, after in edits:
        assert before in text
        text = text.replace(before, after)
    (home / "mapping.yaml").write_text(text, "utf-8")
    return read(compile_case(home, folder / "project").files, "edited" if edits else "0.1.0")


@cache
def _unedited(case: str) -> Surfaces:
    with TemporaryDirectory() as folder:
        return surfaces(case, Path(folder))


def judged(case: str, folder: Path, edits: Edits) -> list[Finding]:
    old, new = _unedited(case), surfaces(case, folder, edits)
    return [found for found in compare(old, new) if found.rule != "COLUMN_SAME_ORDER"]


CASES: dict[str, tuple[str, Edits, list[tuple[str, str, Category]]]] = {
    "a sentence": ("columns", (("The first game", "The day of the first game"),), []),
    "another type that holds all": (
        "columns",
        ((CAPACITY, CAPACITY.replace("integer", "bigint")),),
        [("FIELD_SAME_TYPE", "venue.details.capacity", Category.WIRE)],
    ),
    "a column with a former name": (
        "columns",
        ((CAPACITY, "seats: {path: .capacity, type: integer, was: capacity}"),),
        [("FIELD_SAME_NAME", "venue.details.capacity", Category.SQL)],
    ),
    "a column with another name": (
        "columns",
        ((CAPACITY, CAPACITY.replace("capacity: ", "seats: ")),),
        [("FIELD_NO_DELETE_UNLESS_RESERVED", "venue.details.capacity", Category.WIRE)],
    ),
    "a table with a former name": (
        "columns",
        ((DETAILS, "  venue.facts:\n    was: venue.details\n"),),
        [("FIELD_SAME_NAME", "venue.details", Category.WIRE)],
    ),
    "a table with another name": (
        "columns",
        ((DETAILS, "  venue.facts:\n"),),
        [("TABLE_NO_DELETE", "venue.details", Category.DATA)],
    ),
    "another set of placeholders": (
        "sentinels",
        (("format: .000", 'format: .000, sentinels: ["-.--", "*.**"]'),),
        [("FIELD_SAME_SENTINELS", "stats.rate.avg", Category.DATA)],
    ),
    "text instead of a number": (
        "sentinels",
        (("{path: .avg, type: double precision, format: .000}", ".avg"),),
        [("FIELD_PROMOTABLE_TYPE", "stats.rate.avg", Category.DATA)],
    ),
    "a former name of a key": (
        "columns",
        (
            ("key: [venue_id]", "key: [venue_pk]"),
            ("venue_id: {path: $.id, type: bigint}", "venue_pk: {path: $.id, type: bigint, was: venue_id}"),
        ),
        [("FIELD_SAME_NAME", "venue.details.venue_id", Category.WIRE)],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_an_edit(name: str, tmp_path: Path) -> None:
    case, edits, expected = CASES[name]
    found = judged(case, tmp_path, edits)
    assert [(one.rule, one.subject, one.category) for one in found] == expected


def test_what_was_written_under_the_former_name_is_read(tmp_path: Path) -> None:
    file = "avro/venue/details.avsc"
    edits = ((CAPACITY, "seats: {path: .capacity, type: integer, was: [capacity]}"),)
    old, new = _unedited("columns"), surfaces("columns", tmp_path, edits)
    schemas = old.schemas[file], new.schemas[file]
    assert unread(*schemas, exemplars(parse(schemas[0]))) == ""
    (renamed,) = [
        one for one in parse(schemas[1]).records["mlb.venue.DetailsRow"].fields if one.name == "seats"
    ]
    assert renamed.aliases == ("capacity",)
    (column,) = [one for one in new.table_by_name["venue.details"].columns if one.name == "seats"]
    assert column.was == ("capacity",)


def test_a_view_under_the_former_name_keeps_readers_of_tables_going(tmp_path: Path) -> None:
    edits = ((DETAILS, "  venue.facts:\n    was: venue.details\n"), *CASES["a column with a former name"][1])
    found = judged("columns", tmp_path, edits)
    assert {one.rule for one in found} == {"FIELD_SAME_NAME"}
    assert not [str(effect) for one in found for effect in one.effects if effect.surface is Surface.SQL]


def test_rows_that_were_written_under_the_former_name_are_read(tmp_path: Path) -> None:
    edits = ((DETAILS, "  venue.facts:\n    was: venue.details\n"), *CASES["a column with a former name"][1])
    old, new = _unedited("columns"), surfaces("columns", tmp_path, edits)
    written, reader = old.schemas["avro/venue/details.avsc"], new.schemas["avro/venue/facts.avsc"]
    nothing = dict.fromkeys((one["name"] for one in cast("list[dict[str, str]]", written["fields"])), None)
    row = {**nothing, "venue_id": 1, "capacity": 41_000, "raw_id": 1, "captured_at": 0}
    file = BytesIO()
    fastavro.schemaless_writer(file, dict(written), row)
    read = fastavro.schemaless_reader(BytesIO(file.getvalue()), dict(written), dict(reader))
    assert isinstance(read, dict)
    assert read["seats"] == 41_000
    assert "capacity" not in read
