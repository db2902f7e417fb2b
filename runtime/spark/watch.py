"""Say how far Spark is with what runs: tasks that are done, of those that are known."""

from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

EVERY = 10.0
"""Seconds."""


@contextmanager
def watched(spark: "SparkSession", say: Callable[[str], None], every: float = EVERY) -> Generator[None]:
    """Report now and then while the block runs. Jobs of seconds are not reported."""
    ended = Event()

    def watch() -> None:
        while not ended.wait(every):
            with suppress(Exception):  # Java may be on its way out; it is only a report
                if said := _shown(spark):
                    say(said)

    thread = Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(every)


def _shown(spark: "SparkSession") -> str:
    tracker = spark.sparkContext.statusTracker()
    stages = [
        stage for one in tracker.getActiveStageIds() if (stage := tracker.getStageInfo(one)) is not None
    ]
    tasks, done = sum(one.numTasks for one in stages), sum(one.numCompletedTasks for one in stages)
    return (
        f"spark: {done} of {tasks} tasks of stage {', '.join(str(one.stageId) for one in stages)}"
        if stages
        else ""
    )
