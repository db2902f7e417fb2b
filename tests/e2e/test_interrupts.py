"""Ctrl-C at the moments that hurt: while the server is made, while the schema is, between raw and rows."""

import signal
import subprocess
import time
from collections.abc import Callable

import pytest

from tests.e2e.conftest import Place

RUN = ("mlb-etl", "run", "demo")
MOMENTS = {
    "the data folder is being made": lambda place, _: any(place.root.glob(".mlb/postgres/data*")),
    "the schema is being made": lambda _, said: "applying" in said,
    "responses are in, rows are not": lambda _, said: "ingest:" in said,
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_what_is_interrupted_can_be_run_again(place: Place, moment: str) -> None:
    code, said = _interrupted(place, MOMENTS[moment])
    assert code in {0, 130}, said
    assert "Traceback" not in said
    if code:
        assert "interrupted; what was committed stays" in said


def test_after_all_of_it_a_run_succeeds(place: Place) -> None:
    place.sh(" ".join(RUN))
    ended = dict(place.rows("SELECT status, count(*) FROM metadata.job_executions GROUP BY 1"))
    assert ended["succeeded"]
    assert not ended.keys() - {"succeeded", "interrupted"}
    assert place.rows("SELECT count(*) FROM game.live_game_plays WHERE game_pk = 747175") == [(75,)]


def _interrupted(place: Place, is_time: Callable[[Place, str], bool]) -> tuple[int, str]:
    """Run until it is time, then press Ctrl-C; return the exit code and what was said."""
    log = place.root / "said"
    with log.open("w") as stream:
        running = subprocess.Popen(
            RUN, cwd=place.root, env=place.environment, stdout=subprocess.DEVNULL, stderr=stream
        )
    while running.poll() is None and not is_time(place, log.read_text()):
        time.sleep(0.005)
    running.send_signal(signal.SIGINT)
    return running.wait(120), log.read_text()
