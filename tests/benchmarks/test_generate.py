"""`mlbc generate` as a command, in a copy of the project."""

import shutil
import time

from tests.benchmarks.conftest import Sheet, timed
from tests.e2e.conftest import Place, new_place

MAPPING = "mappings/game/live_game_v1.yaml"
COMMAND = "mlbc generate"


def _cold(place: Place) -> None:
    shutil.rmtree(place.root / ".mlb" / "cache", ignore_errors=True)
    shutil.rmtree(place.root / "generated")


def _edit(place: Place) -> None:
    """Add a column: the least that changes every output of the operation."""
    mapping = place.root / MAPPING
    text = mapping.read_text("utf-8")
    name = f"edited_{time.monotonic_ns()}"
    first = text.index("    columns:\n") + len("    columns:\n")
    mapping.write_text(f"{text[:first]}      {name}: $.gamePk\n{text[first:]}", "utf-8")


def test_generate(sheet: Sheet) -> None:
    with new_place() as place:

        def generate(_: object) -> None:
            place.sh(COMMAND)

        cold = timed(generate, lambda: _cold(place), 2).best
        unchanged = timed(generate, lambda: None, 5).best
        edited = timed(generate, lambda: _edit(place), 3).best
    sheet.seconds("mlbc generate, cold", cold)
    sheet.ratio("  nothing changed", unchanged, "cold", cold)
    sheet.ratio("  after one mapping edit", edited, "cold", cold)
