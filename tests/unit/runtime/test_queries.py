"""Names and parameters of queries: what is wrong with them is said before a database is asked."""

from datetime import UTC, date, datetime
from pathlib import Path

import orjson
import pytest

from runtime import queries
from runtime.errors import DataError, TerminalError
from runtime.queries import Entry, Param, Queries


def param(name: str, kind: str, default: str | None = None, *, required: bool = True) -> Param:
    return Param(name=name, type=kind, doc="", default=default, required=required and default is None)


def entry(*params: Param, name: str = "mart.pitches") -> Entry:
    return Entry(
        name=name, kind="query", doc="", question="", params=[*params], columns=[], statement="SELECT 1"
    )


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("mart.pitchs", "did you mean `mart.pitches`?"),
        ("pitches", "did you mean `mart.pitches`?"),
        ("zzz", "`mlb-etl query` lists them"),
    ],
)
def test_an_unknown_name_says_what_is_near(name: str, hint: str) -> None:
    with pytest.raises(DataError, match=f"no query or view `{name}`") as caught:
        queries.find(Queries(views=(entry(),)), name)
    assert caught.value.hint == hint


def test_values_are_read_by_type() -> None:
    asked = entry(
        param("pk", "bigint"),
        param("on", "date"),
        param("at", "timestamptz"),
        param("fast", "double precision", "95.5"),
        param("hand", "text", required=False),
        param("is_home", "boolean", "true"),
    )
    given = {"pk": "747175", "on": "2024-07-12", "at": "2024-07-12T18:40:00Z", "is_home": "no"}
    assert queries.bound(asked, given) == {
        "pk": 747175,
        "on": date(2024, 7, 12),
        "at": datetime(2024, 7, 12, 18, 40, tzinfo=UTC),
        "fast": 95.5,
        "hand": None,
        "is_home": False,
    }


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("bigint", "x"),
        ("bigint", "1.0"),
        ("bigint", "9223372036854775808"),
        ("bigint", ""),
        ("integer", "2147483648"),
        ("date", "12.07.2024"),
        ("timestamptz", "2024-07-12T18:40:00"),
        ("boolean", "maybe"),
        ("double precision", "fast"),
        ("jsonb", "{"),
        ("text", "a\0b"),
    ],
)
def test_a_value_of_another_type_is_refused(kind: str, text: str) -> None:
    with pytest.raises(DataError, match=f"parameter `p` must be {kind}") as caught:
        queries.bound(entry(param("p", kind)), {"p": text})
    assert "for example `p=" in (caught.value.hint or "")


def test_a_parameter_that_is_needed() -> None:
    with pytest.raises(DataError, match=r"`mart.pitches` needs the parameter `game_pk` \(bigint\)") as caught:
        queries.bound(entry(param("game_pk", "bigint")), {})
    assert caught.value.hint == "add `--param game_pk=...`"


@pytest.mark.parametrize(
    ("name", "hint"),
    [("game_pkk", "did you mean `game_pk`?"), ("zzz", "parameters of `mart.pitches`: `game_pk`")],
)
def test_a_parameter_that_there_is_not(name: str, hint: str) -> None:
    with pytest.raises(DataError, match=f"has no parameter `{name}`") as caught:
        queries.bound(entry(param("game_pk", "bigint")), {"game_pk": "1", name: "2"})
    assert caught.value.hint == hint


def test_without_an_index_there_is_nothing_to_ask(tmp_path: Path) -> None:
    assert queries.read(tmp_path) == Queries()
    (tmp_path / "index.json").write_text("{}")
    with pytest.raises(TerminalError, match="the list of queries cannot be read"):
        queries.read(tmp_path)


def test_the_index_is_read(tmp_path: Path) -> None:
    index = {"schemas": [], "views": [entry()], "queries": [entry(name="b")]}
    (tmp_path / "index.json").write_bytes(orjson.dumps(index))
    assert [*queries.read(tmp_path).entries] == ["b", "mart.pitches"]
