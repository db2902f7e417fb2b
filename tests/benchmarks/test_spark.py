"""One live game in Spark, warm, against the local engine; and what the start of Spark costs."""

import time
from functools import partial
from pathlib import Path

from runtime import registry
from runtime.engines import Source
from runtime.spark.captures import frame
from runtime.spark.documents import transformed
from runtime.spark.engine import rows_of
from runtime.spark.session import Settings, session
from runtime.transform import transform
from tests.benchmarks.conftest import Sheet, job_of, timed
from tests.spark.conftest import CAPTURED_AT
from tests.support.project import ROOT, live_game


def test_one_game(sheet: Sheet, tmp_path: Path) -> None:
    local, game = job_of("game.liveGameV1"), live_game()
    operation = registry.find(registry.generated(ROOT), "game.liveGameV1")
    job = registry.spark_job(operation)
    source = Source(raw_id=1, captured_at=CAPTURED_AT, params=game.params, body=game.body)
    begun = time.perf_counter()
    running = session(Settings(state=tmp_path))
    running.range(1).collect()
    started = time.perf_counter() - begun

    def once() -> None:
        with transformed(frame(running, [source]), partial(registry.job_of, operation), job) as documents:
            rows_of(documents)

    try:
        cold = timed(lambda _: once(), lambda: None, 1).best
        warm = timed(lambda _: once(), lambda: None, 3).best
    finally:
        running.stop()
    here = timed(lambda document: transform(local, document, game.params), lambda: game.document, 20).best
    sheet.seconds("start of Spark", started)
    sheet.ratio("Spark, first game", cold, "local transform", here)
    sheet.ratio("Spark, warm", warm, "local transform", here)
