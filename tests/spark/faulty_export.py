"""Transform files by Spark while workers die: `python -m tests.spark.faulty_export FROM TO MARKER`.

The first worker that has written rows of a table is killed; Spark tries its task again. Two attempts of every slow task
run (speculation), and both write.
"""

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

from runtime.export import wanted
from runtime.formats import Batch
from runtime.job import Table
from runtime.parquet import Parquet
from runtime.progress import Quiet
from runtime.registry import generated
from runtime.responses import files
from runtime.spark.export import transform_files
from runtime.spark.settings import Settings


class Deadly(Parquet):
    """Parquet that costs the first worker its life."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def recode(self, table: Table, batch: Batch) -> Batch:
        try:
            self.marker.touch(exist_ok=False)
        except FileExistsError:
            return super().recode(table, batch)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError


def main(source: str, to: str, marker: str) -> None:
    root = Path(__file__).parents[2]
    export = replace(wanted(generated(root), "season.seasons", (), "parquet"), form=Deadly(Path(marker)))
    settings = Settings(state=Path(marker).parent, master="local[2,4]", cores=2, batch=20)
    transform_files(export, files(source), to, settings, Quiet())


if __name__ == "__main__":
    main(*sys.argv[1:])
