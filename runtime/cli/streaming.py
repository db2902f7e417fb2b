"""`mlb-etl transform --stream`: follow the raw tier."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import click

from runtime.cli.options import App, print_json
from runtime.errors import DataError, TerminalError
from runtime.ledger import Run, recorded
from runtime.registry import find

if TYPE_CHECKING:
    from runtime.spark.streaming import Followed


@dataclass(frozen=True, slots=True, kw_only=True)
class Streaming:
    """What the options of a stream say. `checkpoint` and `folder` hold a folder per operation if there are several."""

    operations: Sequence[str]
    checkpoint: str | None
    folder: str | None
    once: bool
    batch: int | None


def stream(app: App, given: Streaming, database_url: str | None, *, as_json: bool) -> int:
    """Follow operations; return the exit code."""
    try:
        from runtime.spark.checkpoints import held
        from runtime.spark.session import Settings, session
        from runtime.spark.streaming import Report, follow
    except ModuleNotFoundError as error:
        raise TerminalError(f"streams need `{error.name}`", hint="install the extra `spark`") from error
    work = app.work(database_url)
    for name in given.operations:
        if find(work.catalog, name).local is None:
            raise DataError(f"operation `{name}` has no tables", hint="it is kept raw only")
    arguments = {**asdict(given), "stream": True, "operations": list(given.operations)}
    with recorded(work.url, "transform", arguments=arguments) as run, ExitStack() as stack:
        spark = session(Settings(state=app.project.state))
        streams = [...]
        follow(spark, streams, Report(work.url, work.catalog, app.progress, run))
    _say(run, as_json=as_json)
    return 1 if run.findings else 0
