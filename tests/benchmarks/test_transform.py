"""One live game in this process: parse, conform, rows, all of it, and the accounting."""

from dataclasses import replace

import orjson

from runtime.conform import conform
from runtime.job import Conformed
from runtime.transform import account, transform
from tests.benchmarks.conftest import Sheet, job_of, timed_in_turn
from tests.support.project import live_game

ROUNDS = 40


def test_one_game(sheet: Sheet) -> None:
    job = job_of("game.liveGameV1")
    captured = live_game()
    game = replace(captured, body=orjson.dumps(captured.document))  # as the API sends it: without indentation

    def conformed() -> Conformed:
        document = game.document
        conform(job.shape, document)
        return document

    def rows(document: Conformed) -> object:
        return [extraction.rows(document, game.params) for extraction in job.extractions]

    spent = timed_in_turn(
        {
            "parse": (orjson.loads, lambda: game.body),
            "whole": (lambda document: transform(job, document, game.params), lambda: game.document),
            "walk": (lambda document: conform(job.shape, document), lambda: game.document),
            "rows": (rows, conformed),
            "account": (lambda document: account(job, document, game.params), lambda: game.document),
        },
        ROUNDS,
    )
    parse, whole = spent["parse"].best, spent["whole"].best
    sheet.ratio("local transform of a game", whole, "orjson.loads", parse, aim=3)
    sheet.ratio("  its walk (conform)", spent["walk"].best, "orjson.loads", parse)
    sheet.ratio("  its rows", spent["rows"].best, "orjson.loads", parse)
    sheet.ratio("account for a game", spent["account"].best, "local transform", whole, aim=2)
