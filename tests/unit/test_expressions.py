"""What expressions mean, type by type, and what they become in each target."""

from datetime import UTC, date, datetime

import pytest

from compiler.backends.expressions import postgres_sql, python_source, spark_sql
from compiler.ir.types import Type
from tests.support.expressions import COLUMNS, evaluated, typed

NULLS = dict.fromkeys(COLUMNS)
LEAST, BIGGEST = -(2**63), 2**63 - 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("null and false", False),
        ("null or true", True),
        ("not null", None),
        ("null = null", None),
        ("null is not distinct from null", True),
        ("1 in (2, null)", None),
        ("1 not in (2, null)", None),
        ("1 in (1, null)", True),
        ("null between 1 and 2", None),
        ("7 / 2", 3),
        ("-7 / 2", -3),
        ("-7 % 2", -1),
        ("7 % -2", 1),
        ("7 / 0", None),
        ("7 % 0", None),
        ("7 / 2.0", 3.5),
        ("7.0 / 0", None),
        (f"{BIGGEST} + 1", None),
        (f"{LEAST} - 1", None),
        (f"{LEAST} / -1", None),
        (f"abs({LEAST})", None),
        (f"- ({LEAST})", None),
        (f"{BIGGEST} * {BIGGEST}", None),
        ("1e150 * 1e150", 1e150 * 1e150),
        ("1e150 * 1e150 * 2", None),
        ("round(2.5)", 2),
        ("round(-3.5)", -4),
        ("floor(-0.5)", -1),
        ("ceil(0.5)", 1),
        ("round(1e20)", None),
        ("'301'::bigint", 301),
        ("'007'::bigint", 7),
        ("'+7'::bigint", None),
        ("' 7'::bigint", None),
        ("'x'::bigint", None),
        ("'٣'::bigint", None),
        ("'7\n'::bigint", None),
        ("'.250'::double precision", 0.25),
        ("'1e3'::double precision", None),
        ("'-.--'::double precision", None),
        ("true::text", "true"),
        ("7::text || 'th'", "7th"),
        ("'a' || null", None),
        ("length('\U0001f9e2b')", 2),
        ("left('\U0001f9e2b', 1)", "\U0001f9e2"),
        ("right('abc', 0)", ""),
        ("right('abc', 9)", "abc"),
        ("substring('301' from 1 for 1)", "3"),
        ("substring('abc', 9)", ""),
        ("split_part('a,b', ',', 3)", ""),
        ("strpos('abc', 'c')", 3),
        ("upper('äß')", "äß"),
        ("lower('IX')", "ix"),
        ("'\uffff' < '\U0001f9e2'", True),
        ("'Z' < 'a'", True),
        ("'a\nb' like 'a_b'", True),
        ("'a%b' like 'a\\%b'", True),
        ("'axb' like 'a\\%b'", False),
        ("greatest(1, null, 3)", 3),
        ("least(null, 'b', 'a')", "a"),
        ("coalesce(null, 2.5, 1)", 2.5),
        ("nullif(1, 1)", None),
        ("nullif(1, null)", 1),
        ("case 2 when 1 then 'a' when 2 then 'b' end", "b"),
        ("case when null then 1 else 2 end", 2),
        ("DATE '2024-03-01' - DATE '2024-02-28'", 2),
        ("(TIMESTAMPTZ '2024-07-13T01:40:00Z' at time zone 'America/New_York')::date", date(2024, 7, 12)),
        ("extract(hour from TIMESTAMPTZ '2024-07-13T01:40:00Z' at time zone 'America/New_York')", 21),
        ("extract(isodow from DATE '2024-07-14')", 7),
        (
            "extract(epoch from TIMESTAMPTZ '2024-07-13T01:40:00Z' - TIMESTAMPTZ '2024-07-13T01:39:59.500Z')",
            0.5,
        ),
        ("TIMESTAMPTZ '2024-07-13T01:40:00Z'", datetime(2024, 7, 13, 1, 40, tzinfo=UTC)),
    ],
)
def test_a_value(text: str, expected: object) -> None:
    found = evaluated(typed(text), NULLS)
    assert (type(found), found) == (type(expected), expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("inning", Type.INTEGER),
        ("inning + 1", Type.BIGINT),
        ("inning / 2", Type.BIGINT),
        ("inning / 2.0", Type.DOUBLE),
        ("speed + inning", Type.DOUBLE),
        ("coalesce(speed, 0)", Type.DOUBLE),
        ("case when is_home then 1 else 2.5 end", Type.DOUBLE),
        ("speed >= 95", Type.BOOLEAN),
        ("name || 'x'", Type.TEXT),
        ("day - birth", Type.BIGINT),
        ("at", Type.TIMESTAMP),
        ("null", Type.TEXT),
    ],
)
def test_a_type(text: str, expected: Type) -> None:
    assert typed(text).type is expected


@pytest.mark.parametrize(
    ("text", "postgres", "spark", "python"),
    [
        (
            "speed >= 95 and not is_home",
            "speed >= 95.0 AND NOT is_home",
            "speed >= 95.0D AND NOT is_home",
            "sql.and_(sql.ge(speed, 95.0), sql.not_(is_home))",
        ),
        (
            "substring(name, 1, 1)::bigint",
            "substring(substring(name FROM 1 FOR 1) FROM '^-?[0-9]{1,18}$')::bigint",
            "try_cast(regexp_extract(substring(name, 1, 1), '^-?[0-9]{1,18}\\\\z', 0) AS BIGINT)",
            "sql.bigint(sql.substring(name, 1, 1))",
        ),
        ("inning / 100", "inning::bigint / 100", "CAST(inning AS BIGINT) div 100", "sql.divide(inning, 100)"),
        ("name < 'b'", "name COLLATE \"C\" < 'b'", "name < 'b'", "sql.lt(name, 'b')"),
        ("\"order\" in ('a\\b')", "\"order\" IN ('a\\b')", "order IN ('a\\\\b')", "sql.in_(order, 'a\\\\b')"),
        ("name is not null", "name IS NOT NULL", "name IS NOT NULL", "name is not None"),
    ],
)
def test_a_lowering(text: str, postgres: str, spark: str, python: str) -> None:
    found = typed(text)
    assert postgres_sql(found) == postgres
    assert spark_sql(found) == spark
    assert python_source(found) == python


def test_names_are_lower_case_unless_quoted() -> None:
    assert typed("SPEED >= Angle").reads == ("speed", "angle")


def test_the_text_is_on_one_line() -> None:
    assert typed("speed\n  >= 95").text == "speed >= 95"
