"""From files of every kind to files of tables, by the local engine; what goes wrong on the way."""

import errno
import gzip
from datetime import date
from pathlib import Path

import orjson
import pytest

from runtime import output
from runtime.errors import DataError, TerminalError
from runtime.export import Exported, transform_files, wanted
from runtime.registry import generated
from runtime.responses import files
from tests.postgres.catalog import CATALOG, game, play

ROOT = Path(__file__).parents[3]
GAME = game(7, "Final", [play(0, speed=95), play(1)], weather={"temp": "78"}, tags=["a"])
ENVELOPE = {"endpoint": "demo", "method": "game", "captured_at": "2024-07-12T18:40:00Z"}
HIDDEN = ".mlb-etl"


def line(number: int) -> bytes:
    return orjson.dumps(ENVELOPE | {"response": game(number, "Final", [play(0)])}) + b"\n"


def run(given: Path | str, to: Path, form: str = "ndjson", tables: tuple[str, ...] = ()) -> Exported:
    return transform_files(wanted(CATALOG, "demo.game", tables, form), files(str(given)), str(to))


def read(folder: Path, name: str) -> list:
    return [orjson.loads(one) for one in (folder / f"{name}.ndjson").read_bytes().splitlines()]


@pytest.fixture
def body(tmp_path: Path) -> Path:
    path = tmp_path / "game.json"
    path.write_bytes(orjson.dumps(GAME))
    return path


def test_tables_in_ndjson(tmp_path: Path, body: Path) -> None:
    done = run(body, tmp_path / "out")
    assert (done.tables["demo.games"], done.tables["demo.plays"], done.documents) == (1, 2, 1)
    assert read(tmp_path / "out", "demo.games") == [
        {
            "game_pk": 7,
            "state": "Final",
            "played": "2024-07-12",
            "weather": {"temp": "78"},
            "tags": ["a"],
        }
    ]
    [document] = read(tmp_path / "out", "metadata.documents")
    assert document["tables"] == {"demo.games": 1, "demo.plays": 2}
    assert document["leaves"] == done.leaves["leaves"] == sum(done.leaves.values()) - done.leaves["leaves"]
    assert not list(tmp_path.rglob(f"{HIDDEN}*"))


def test_tables_in_parquet(tmp_path: Path, body: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    run(body, tmp_path, "parquet")
    [row] = parquet.read_table(tmp_path / "demo.games.parquet").to_pylist()
    assert (row["played"], row["weather"], row["tags"]) == (date(2024, 7, 12), '{"temp":"78"}', ["a"])
    assert parquet.read_table(tmp_path / "demo.plays.parquet").num_rows == 2
    assert parquet.read_table(tmp_path / "metadata.dead_letters.parquet").num_rows == 0


def test_some_tables(tmp_path: Path, body: Path) -> None:
    done = run(body, tmp_path / "out", tables=("demo.plays",))
    assert [name for name in done.tables if name.startswith("demo.")] == ["demo.plays"]
    assert not (tmp_path / "out/demo.games.ndjson").exists()
    with pytest.raises(TerminalError, match="no table") as raised:
        run(body, tmp_path / "out", tables=("demo.play",))
    assert raised.value.hint == "did you mean `demo.plays`?"


@pytest.mark.parametrize("packed", [bytes, gzip.compress])
def test_a_response_per_line(tmp_path: Path, packed) -> None:
    name = "games.ndjson" if packed is bytes else "games.jsonl.gz"
    (tmp_path / name).write_bytes(packed(line(1) + b"\n" + line(2).rstrip()))
    run(tmp_path / name, tmp_path / "out")
    assert [row["game_pk"] for row in read(tmp_path / "out", "demo.games")] == [1, 2]
    places = [(row["raw_id"], row["line"]) for row in read(tmp_path / "out", "metadata.documents")]
    assert places == [(1, 1), (2, 3)]


def test_a_gzip_of_many_members(tmp_path: Path) -> None:
    members = b"".join(gzip.compress(line(number)) for number in range(50))
    (tmp_path / "games.ndjson.gz").write_bytes(members)
    assert run(tmp_path / "games.ndjson.gz", tmp_path / "out").documents == 50


@pytest.mark.slow
def test_a_line_that_is_no_json_is_a_dead_letter_with_its_place(tmp_path: Path) -> None:
    lines = [line(number) for number in range(10_000)]
    lines[7_654] = b'{"endpoint": "demo", "method": "game", "response": {"gamePk": \n'
    file = tmp_path / "games.ndjson"
    file.write_bytes(b"".join(lines))
    done = run(file, tmp_path / "out")
    assert done.documents == 9_999
    assert [said.partition(": ")[0] for said in done.dead_letters] == [f"{file}:7655"]
    [letter] = read(tmp_path / "out", "metadata.dead_letters")
    assert (letter["raw_id"], letter["source_name"], letter["line"]) == (7_655, str(file), 7_655)
    assert "truncated" in letter["reason"]


def test_a_truncated_gzip_keeps_what_is_before_its_end(tmp_path: Path) -> None:
    whole = gzip.compress(
        b"".join(orjson.dumps(game(number, str(number) * 50, [])) + b"\n" for number in range(5000))
    )
    (tmp_path / "games.ndjson.gz").write_bytes(whole[: len(whole) // 2])
    done = run(tmp_path, tmp_path / "out")
    assert 0 < done.documents < 5000
    assert "damaged gzip" in done.dead_letters[-1]
    (tmp_path / "game.json.gz").write_bytes(gzip.compress(orjson.dumps(GAME))[:-9])
    done = run(tmp_path / "game.json.gz", tmp_path / "out2")
    assert (done.documents, len(done.dead_letters)) == (0, 1)
    assert "damaged gzip" in done.dead_letters[0]


def test_a_response_of_another_operation_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"endpoint": "demo", "method": "schedule", "response": {}}')
    (tmp_path / "b.json").write_bytes(orjson.dumps(GAME))
    done = run(tmp_path, tmp_path / "out")
    assert done.documents == 1
    assert done.dead_letters == [f"{tmp_path / 'a.json'}: a response of demo.schedule, not of demo.game"]
    assert [row["raw_id"] for row in read(tmp_path / "out", "metadata.documents")] == [2]


def test_what_cannot_be_transformed(tmp_path: Path, body: Path) -> None:
    with pytest.raises(DataError, match="has no tables"):
        wanted(CATALOG, "demo.other", (), "ndjson")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="there are no responses"):
        run(tmp_path / "empty", tmp_path / "out")
    with pytest.raises(DataError, match="cannot read the file"):
        run(tmp_path / "none.json", tmp_path / "out")
    with pytest.raises(TerminalError, match="it is a file"):
        run(body, body)
    with pytest.raises(TerminalError, match="cannot write"):
        run(body, body / "below")
    assert not (tmp_path / "out").exists()


def test_an_earlier_output_stays_until_the_new_one_is_complete(
    tmp_path: Path, body: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(body, tmp_path / "out")
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    (tmp_path / "other.json").write_bytes(orjson.dumps(game(8, "Final", [])))

    class Full:
        def __init__(self, stream) -> None:
            self.stream = stream

        def __getattr__(self, name: str):
            return getattr(self.stream, name)

        def write(self, data: bytes) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    create = output.Staging.create
    monkeypatch.setattr(output.Staging, "create", lambda self, name: Full(create(self, name)))
    for form in ("ndjson", "parquet"):
        with pytest.raises(TerminalError, match="No space left") as raised:
            run(tmp_path / "other.json", tmp_path / "out", form)
        assert "nothing was published" in str(raised.value)
        assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


@pytest.mark.slow
def test_several_processes_write_the_same(tmp_path: Path) -> None:
    lines = [
        orjson.dumps(
            {"endpoint": "season", "method": "seasons", "response": {"seasons": [{"seasonId": f"{year}"}]}}
        )
        for year in range(1900, 2024)
    ]
    (tmp_path / "seasons.ndjson").write_bytes(b"\n".join([*lines, b"{"]))
    found = files(str(tmp_path / "seasons.ndjson"))
    for form in ("ndjson", "parquet"):
        export = wanted(generated(ROOT), "season.seasons", (), form)
        for processes in (1, 2):
            done = transform_files(export, found, str(tmp_path / f"{form}{processes}"), processes=processes)
            assert (done.documents, len(done.dead_letters)) == (124, 1)
        for file in (tmp_path / f"{form}1").iterdir():
            assert file.read_bytes() == (tmp_path / f"{form}2" / file.name).read_bytes()
