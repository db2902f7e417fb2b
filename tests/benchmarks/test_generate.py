"""`mlbc generate` as a command, in a copy of the project."""

import shutil
import time
from shlex import quote

from tests.benchmarks.conftest import Sheet, timed, timed_in_turn
from tests.e2e.conftest import Place, new_place

MAPPING = "mappings/game/live_game_v1.yaml"
COMMAND = "mlbc generate"
ALONE = """
from pathlib import Path
from datamodel_code_generator import generate
from datamodel_code_generator.enums import DataModelType, InputFileType

for schema in sorted(Path("generated/jsonschema").rglob("*.json")):
    generate(
        schema.read_text("utf-8"),
        input_file_type=InputFileType.JsonSchema,
        output_model_type=DataModelType.PydanticV2BaseModel,
        formatters=[],
    )
"""
"""One pass of the generator over the same schemas, in one process, without a formatter: its quickest way."""

MORE = 3.0
"""Seconds that all the rest of a cold run may take on top of that pass."""


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

        def alone(_: object) -> None:
            place.sh(f"python -c {quote(ALONE)}")

        works = {"alone": (alone, lambda: None), "cold": (generate, lambda: _cold(place))}
        times = timed_in_turn(works, 3)
        cold = times["cold"].best
        unchanged = timed(generate, lambda: None, 5).best
        edited = timed(generate, lambda: _edit(place), 3).best
    allowed = [seconds + MORE for seconds in times["alone"].rounds]
    sheet.rounds("mlbc generate, cold", times["cold"].rounds, f"generator alone + {MORE:g} s", allowed, 1)
    sheet.seconds("  generator alone", times["alone"].best)
    sheet.ratio("  nothing changed", unchanged, "cold", cold)
    sheet.ratio("  after one mapping edit", edited, "cold", cold)
