"""`mlb-etl transform` with both engines, from files to files."""

from collections import Counter
from pathlib import Path

import orjson
import pytest

from tests.e2e.conftest import Place
from tests.e2e.rows import counted

pytestmark = pytest.mark.spark

GAME = "'{folder}'/.mlb/captures/*/game/liveGameV1/liveGameV1_game_pk=747175_4*.json.gz"


def test_both_engines_write_the_same_rows(place: Place, tmp_path: Path) -> None:
    game = GAME.format(folder=place.root)
    for engine in ("local", "spark"):
        command = f"mlb-etl transform game.liveGameV1 {game} --engine {engine} --to '{tmp_path / engine}'"
        assert "game.live_game_plays" in place.sh(command).stdout
    names = sorted(file.stem for file in (tmp_path / "local").iterdir())
    assert names == sorted(folder.name for folder in (tmp_path / "spark").iterdir())
    for name in names:
        local = _rows(tmp_path / "local" / f"{name}.ndjson")
        assert _rows(*(tmp_path / "spark" / name).rglob("*.ndjson")) == local, name


def _rows(*files: Path) -> Counter[str]:
    return counted(orjson.loads(line) for file in files for line in file.read_bytes().splitlines())


def test_tables_are_the_same_whichever_engine_loads_them(place: Place) -> None:
    place.sh("mlb-etl run demo")
    said = place.sh("mlb-etl load --force --engine spark --json").stdout
    done = orjson.loads(said)
    assert done["failed"] == []
    assert (done["inserted"], done["updated"], done["deleted"]) == (0, 0, 0)
    assert done["unchanged"] > 1000
