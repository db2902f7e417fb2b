"""Comparing catalogs and writing migrations, against reading `catalog.json`."""

from tests.benchmarks.conftest import Sheet
from tests.benchmarks.evolution import Measured, plan


def test_planning(sheet: Sheet) -> None:
    measured = Measured(0)
    plan(measured)
    for number, seconds in measured.diffing.items():
        sheet.ratio(f"compare catalogs, {number} changes", seconds, "reading catalog.json", measured.reading)
    for number, seconds in measured.planning.items():
        sheet.ratio(f"write migrations, {number} changes", seconds, "reading catalog.json", measured.reading)
