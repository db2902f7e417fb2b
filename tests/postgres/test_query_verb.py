"""`mlb-etl query` from the command line: what it lists, what it answers, and what it says of a mistake."""

from pathlib import Path

import orjson
import pyarrow.parquet as pq
import pytest

from runtime.cli.main import run_cli
from runtime.queries import Entry, Param


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with one query."""
    param = Param(name="until", type="integer", doc="The last number.", default="3", required=False)
    query = Entry(
        name="count_up",
        kind="query",
        doc="Numbers from one.",
        question="0 How many?",
        params=[param],
        columns=[],
        statement="SELECT n, n * 1.5 AS more, n > 1 AS is_many FROM generate_series(1, %(until)s::integer) AS n",
    )
    index = {"schemas": [], "views": [], "queries": [query]}
    (tmp_path / "generated" / "queries").mkdir(parents=True)
    (tmp_path / "generated" / "queries" / "index.json").write_bytes(orjson.dumps(index))
    return tmp_path


@pytest.fixture
def ask(folder: Path, url: str, capsysbinary: pytest.CaptureFixture[bytes]):
    """Run the verb; return exit code, standard output and standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = run_cli(["-C", str(folder), "query", *arguments, "--database-url", url])
        printed = capsysbinary.readouterr()
        return code, printed.out.decode(), printed.err.decode()

    return run


def test_without_a_name_it_lists(ask) -> None:
    code, text, _ = ask()
    assert code == 0
    assert text.split() == ["count_up", "[until]", "0", "How", "many?"]
    (listed,) = map(orjson.loads, ask("--json")[1].splitlines())
    assert (listed["name"], listed["params"][0]["default"]) == ("count_up", "3")
    assert "statement" not in listed


def test_a_table(ask) -> None:
    _, text, _ = ask("count_up")
    assert [line.split() for line in text.splitlines()] == [
        ["n", "more", "is_many"],
        ["1", "1.5", "false"],
        ["2", "3.0", "true"],
        ["3", "4.5", "true"],
    ]


def test_csv_and_json(ask) -> None:
    assert ask("count_up", "--format", "csv", "--limit", "1")[1] == "n,more,is_many\n1,1.5,false\n"
    assert ask("count_up", "--param", "until=1", "--json")[1] == '{"n":1,"more":1.5,"is_many":false}\n'
    assert ask("count_up", "--param", "until=0", "--format", "csv")[1] == "n,more,is_many\n"


@pytest.mark.parametrize("form", ["table", "csv", "json", "parquet"])
def test_into_a_file(ask, folder: Path, form: str) -> None:
    file = folder / "answer"
    code, text, _ = ask("count_up", "--format", form, "--to", str(file))
    assert (code, text) == (0, "")
    if form == "parquet":
        assert pq.read_table(file).to_pylist()[2] == {"n": 3, "more": 4.5, "is_many": True}
    else:
        assert b"4.5" in file.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("cout_up",), 1, "did you mean `count_up`?"),
        (("count_up", "--param", "til=3"), 1, "`count_up` has no parameter `til`"),
        (("count_up", "--param", "until=many"), 1, "parameter `until` must be integer, found `many`"),
        (("count_up", "--param", "until"), 2, "`until` is not NAME=VALUE"),
        (("count_up", "--format", "parquet"), 2, "name a file with `--to`"),
        (("count_up", "--format", "xml"), 2, "'xml' is not one of"),
    ],
)
def test_a_mistake_is_said(ask, arguments: tuple[str, ...], code: int, said: str) -> None:
    found, text, error = ask(*arguments)
    assert (found, text) == (code, "")
    assert said in error
