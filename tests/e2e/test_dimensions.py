"""Dimensions after the main job: whoever any table mentions is there."""

import psycopg
import pytest
from psycopg import sql

from compiler.ir.plan import Dimension
from tests.e2e.conftest import Place
from tests.support.project import plan

DIMENSIONS = {dimension.name: dimension for dimension in plan().dimensions}


@pytest.fixture(scope="module")
def connection(place: Place) -> psycopg.Connection:
    place.sh("mlb-etl run demo")
    return psycopg.connect(place.url, autocommit=True)


def table(name: str) -> sql.Identifier:
    return sql.Identifier(*name.split("."))


@pytest.mark.parametrize("dimension", DIMENSIONS.values(), ids=DIMENSIONS)
def test_no_table_holds_an_id_that_is_not_there(connection: psycopg.Connection, dimension: Dimension) -> None:
    arms = [
        sql.SQL("SELECT {place}, {id} FROM {table}").format(
            place=sql.Literal(f"{found.name}.{column.name}"),
            id=sql.Identifier(column.name),
            table=table(found.name),
        )
        for found in plan().tables.values()
        for column in found.columns
        if column.references == dimension.name
    ]
    assert arms
    query = sql.SQL(
        "SELECT DISTINCT m.place FROM ({arms}) m (place, id) LEFT JOIN {d} d ON d.{key} = m.id"
        " WHERE m.id IS NOT NULL AND d.{key} IS NULL"
    )
    missing = connection.execute(
        query.format(
            arms=sql.SQL(" UNION ALL ").join(arms), d=table(dimension.name), key=sql.Identifier(dimension.key)
        )
    )
    assert missing.fetchall() == []


def test_a_person_is_put_together_from_several_tables(connection: psycopg.Connection) -> None:
    found = connection.execute(
        "SELECT full_name, birth_date::text, bat_side_code, sources ->> 'birth_date' FROM person.person"
        " WHERE person_id = 660271"
    ).fetchone()
    assert found == ("Shohei Ohtani", "1994-07-05", "L", "person.people_normalized")
    [(venues,)] = connection.execute(
        "SELECT array_agg(name ORDER BY name) FROM venue.venue WHERE capacity > 0"
    )
    assert "Chase Field" in venues
