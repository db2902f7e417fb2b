"""What a statement does to people who work, and whether its step says so."""

import pytest

from compiler.migrate.lint import named_at, risks, steps

NONE = ""
BY_NAME = "readers of the old name find nothing"


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("ALTER TABLE a.b ADD COLUMN c integer", NONE),
        ("ALTER TABLE a.b RENAME COLUMN c TO d", BY_NAME),
        ("ALTER TABLE a.b RENAME TO c", BY_NAME),
        ("ALTER TABLE a.b SET SCHEMA c", BY_NAME),
        ("ALTER INDEX a.b RENAME TO c", NONE),
        ("ALTER TABLE a.b DROP COLUMN c", "values go with the column"),
        ("DROP TABLE a.b", "rows go"),
        ("TRUNCATE a.b", "rows go"),
        ("DROP INDEX CONCURRENTLY a.i", NONE),
        ("CREATE INDEX i ON a.b (c)", "an index that is not made concurrently"),
        ("CREATE INDEX CONCURRENTLY i ON a.b (c)", NONE),
        ("CREATE INDEX i ON ONLY a.b (c)", NONE),
        ("CREATE TABLE a.b (c integer); CREATE INDEX i ON a.b (c)", NONE),
        ("CREATE TABLE a.b (c integer); ALTER TABLE a.b ADD PRIMARY KEY (c)", NONE),
        ("CREATE TABLE x.b (c integer); ALTER TABLE a.b ADD PRIMARY KEY (c)", "a key that has no index"),
        ("ALTER TABLE a.b ADD CONSTRAINT k PRIMARY KEY USING INDEX i", NONE),
        ("ALTER TABLE a.b ALTER COLUMN c TYPE text", "another type rewrites the table"),
        ("ALTER TABLE a.b ADD CHECK (c IS NOT NULL)", "a constraint that is not NOT VALID"),
        ("ALTER TABLE a.b ADD CHECK (c IS NOT NULL) NOT VALID", NONE),
        ("ALTER TABLE", "this is no SQL"),
    ],
)
def test_a_statement(sql: str, found: str) -> None:
    assert [one.text[: len(found)] for one in risks(sql)] == [found] * bool(found)


STORY = """\
-- 1/2  rename column a.b.c to d
--      lock   ACCESS EXCLUSIVE, for a moment: only the catalog changes
--      hazard breaks-readers: a query by the old name finds nothing, or other values
ALTER TABLE a.b RENAME COLUMN c TO d;

-- 2/2  drop column a.b.e
-- José wrote it
ALTER TABLE a.b DROP COLUMN e;
"""


def test_a_hazard_counts_for_its_own_step() -> None:
    (found,) = risks(STORY)
    assert STORY[found.start : found.end] == "ALTER TABLE a.b DROP COLUMN e"
    assert not list(risks(STORY.replace("-- José", "--      hazard deletes-data: José")))


def test_what_a_step_names() -> None:
    known = steps(STORY)
    assert [one.title for one in known] == ["rename column a.b.c to d", "drop column a.b.e"]
    assert named_at(known, STORY.index("RENAME")) == {"breaks-readers", "locks"}
    assert named_at(known, STORY.index("DROP COLUMN")) == set()
    assert named_at((), 3) == set()


def test_a_hazard_that_nobody_knows_is_a_finding() -> None:
    found = [one.text for one in risks(STORY.replace("breaks-readers:", "breaks-reader:"))]
    assert found[:2] == ["`breaks-reader` is no hazard that is known", BY_NAME]
