"""`mlbc observe` on many states of a game, in a project that knows no facts."""

import shutil
from pathlib import Path

import orjson
import pytest

from tests.benchmarks.conftest import Sheet, timed_in_turn
from tests.benchmarks.memory import peak
from tests.e2e.conftest import Place
from tests.support.project import ROOT, live_game

STATES = 200
COMMAND = "mlbc observe {} --operation game.liveGameV1"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    for name in ("mappings", "schemas", "captures"):
        (tmp_path / name).mkdir()
    shutil.copy(ROOT / "schemas" / "upstream.lock", tmp_path / "schemas")
    document = live_game().document
    assert isinstance(document, dict)
    for number in range(STATES):
        state = document | {"metaData": {"timeStamp": f"20241027_{number:06d}"}}
        (tmp_path / "captures" / f"{number:03d}.json").write_bytes(orjson.dumps(state))
    return Place(tmp_path)


def test_observe(sheet: Sheet, place: Place) -> None:
    files = sorted((place.root / "captures").iterdir())

    def forget() -> None:
        shutil.rmtree(place.root / "schemas" / "observed", ignore_errors=True)

    def parse(_: None) -> None:
        for file in files:
            orjson.loads(file.read_bytes())

    def observe(_: None) -> None:
        said = place.sh(COMMAND.format("captures")).stdout
        assert f"{STATES} captures: {STATES} new" in said

    spent = timed_in_turn({"parse": (parse, forget), "observe": (observe, forget)}, 3)
    forget()
    many = peak(COMMAND.format("captures"), place)
    forget()
    one = peak(COMMAND.format("captures/000.json"), place)
    size = sum(file.stat().st_size for file in files) / 1e6
    what = f"mlbc observe, {STATES} captures, {size:.0f} MB"
    sheet.ratio(what, spent["observe"].best, "orjson.loads", spent["parse"].best, aim=6)
    sheet.memory("  its memory", many, "one capture", one)
