"""One live game in this process: parse, conform, rows, all of it, and the accounting."""

from collections.abc import Callable

import orjson

from runtime.conform import conform
from runtime.job import Conformed
from runtime.transform import account, transform
from tests.benchmarks.conftest import Sheet, job_of, timed
from tests.support.project import live_game

ROUNDS = 40


def test_one_game(sheet: Sheet) -> None:
    job = job_of("game.liveGameV1")
    game = live_game()

    def conformed() -> Conformed:
        document = game.document
        conform(job.shape, document)
        return document

    def rows(document: Conformed) -> object:
        return [extraction.rows(document, game.params) for extraction in job.extractions]

    def best(work: Callable[[Conformed], object], prepare: Callable[[], Conformed]) -> float:
        return timed(work, prepare, ROUNDS).best

    loads = best(orjson.loads, lambda: game.body)
    whole = best(lambda document: transform(job, document, game.params), lambda: game.document)
    walk = best(lambda document: conform(job.shape, document), lambda: game.document)
    counted = best(lambda document: account(job, document, game.params), lambda: game.document)
    sheet.ratio("local transform of a game", whole, "orjson.loads", loads, aim=3)
    sheet.ratio("  its walk (conform)", walk, "orjson.loads", loads)
    sheet.ratio("  its rows", best(rows, conformed), "orjson.loads", loads)
    sheet.ratio("account for a game", counted, "local transform", whole, aim=2)
