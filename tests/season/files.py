"""Responses as files that `mlb-etl ingest` takes."""

import gzip
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import orjson

from tests.season.responses import Answer

FORMATS = ("files", "ndjson.gz")
_LEVEL = 4
"""Of compression: twice as fast as the usual one, a tenth larger."""


@dataclass(slots=True)
class Written:
    """How much was written."""

    responses: int = 0
    games: int = 0
    plain: int = 0
    packed: int = 0


def write(answers: Iterable[Answer], folder: Path, form: str = "files") -> Written:
    """Write envelopes, one gzipped file each or one line each of a file per operation."""
    tally = Written()
    for answer in answers:
        text = orjson.dumps(answer.envelope | {"response": answer.document})
        packed = gzip.compress(text if form == "files" else text + b"\n", _LEVEL, mtime=0)
        place = folder / answer.endpoint / _name(answer, form)
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("wb" if form == "files" else "ab") as file:
            file.write(packed)
        tally.responses += 1
        tally.games += answer.operation == "game.liveGameV1"
        tally.plain += len(text)
        tally.packed += len(packed)
    return tally


def _name(answer: Answer, form: str) -> str:
    if form != "files":
        return f"{answer.method}.{form}"
    params = {**answer.path_params, **answer.query_params}
    values = "_".join(value.replace("/", "-")[:12] for value in params.values())
    return f"{answer.method}/{values}.json.gz"
