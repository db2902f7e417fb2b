"""`mlb-etl transform --stream`: follow the raw tier."""

import functools
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar, cast

import click
from click.core import ParameterSource

from runtime import migrations
from runtime.cli.options import App, database_option, print_json
from runtime.database import opened
from runtime.engines import SPARK, Chosen
from runtime.errors import DataError, TerminalError
from runtime.job import Json
from runtime.ledger import Run, recorded
from runtime.migrator import require_current
from runtime.registry import Catalog, find

if TYPE_CHECKING:
    from runtime.spark.stream import Streamed
    from runtime.spark.streaming import Followed

P = ParamSpec("P")
T = TypeVar("T")

DOCUMENTS = 128
"""Documents in a batch at most. What a batch costs beyond its documents is that of about 64 games."""

_OPTIONS = (
    click.option(
        "--stream", is_flag=True, help="follow raw responses in the database: name operations, no files"
    ),
    click.option("--once", is_flag=True, help="of a stream: end with what is there"),
    click.option(
        "--checkpoint",
        metavar="DIR",
        help="of a stream: where it keeps how far it is  [default: .mlb/spark/checkpoints]",
    ),
    database_option,
)

_OF_FILES = {"form": "--format", "tables": "--table", "processes": "--processes"}


@dataclass(frozen=True, slots=True)
class Streaming:
    """What the options of a stream say. Below `checkpoint` each operation has a folder."""

    once: bool
    checkpoint: str | None
    database_url: str | None


def stream_options(verb: Callable[P, T]) -> Callable[..., T]:
    """Add the options, and pass what they say as `streaming`: None if there is to be no stream."""

    @functools.wraps(verb)
    def decorated(*arguments: P.args, **parameters: P.kwargs) -> T:
        said = [parameters.pop(name) for name in ("stream", "once", "checkpoint", "database_url")]
        is_stream, once, checkpoint, url = cast("tuple[bool, bool, str | None, str | None]", said)
        if not is_stream and (once or checkpoint or url):
            raise click.UsageError(
                "`--once`, `--checkpoint` and `--database-url` are for streams: add `--stream`"
            )
        if is_stream:
            _refuse_options_of_files()
        parameters["streaming"] = Streaming(once, checkpoint, url) if is_stream else None
        return verb(*arguments, **parameters)

    return functools.reduce(lambda made, option: option(made), reversed(_OPTIONS), decorated)


def _refuse_options_of_files() -> None:
    context = click.get_current_context()
    for name, option in _OF_FILES.items():
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            raise click.UsageError(
                f"`{option}` is for files: a stream writes all tables, files of it are Parquet"
            )


def engine_of_streams(parameters: object) -> Chosen:
    """Return what runs where no engine is named: Spark, for a stream."""
    is_stream = cast("dict[str, object]", parameters).get("stream")
    return Chosen(SPARK) if is_stream else Chosen()


def stream(
    app: App, operations: Sequence[str], given: Streaming, engine: Chosen, to: str | None, *, as_json: bool
) -> int:
    """Follow operations; return the exit code."""
    if not engine.is_spark:
        raise click.UsageError("only Spark follows a stream: leave `--engine local` out")
    work = app.work(given.database_url, engine)
    _check(work.catalog, operations)
    with opened(work.url) as connection:
        require_current(connection, migrations.read(app.project.migrations))
    try:
        from runtime.spark.checkpoints import held
        from runtime.spark.session import running
        from runtime.spark.streaming import Report, follow
    except ModuleNotFoundError as error:
        raise TerminalError(f"streams need `{error.name}`", hint="install the extra `spark`") from error
    base = given.checkpoint or str(app.project.state / "spark" / "checkpoints")
    arguments: dict[str, Json] = {"stream": True, "operations": [*operations], "to": to, "once": given.once}
    with ExitStack() as stack:
        places = [stack.enter_context(held(f"{base}/{name}")) for name in operations]
        run = stack.enter_context(recorded(work.url, "transform", arguments=arguments))
        spark = stack.enter_context(running(engine.settings, say=app.progress.note))
        followed = [
            _followed(_streamed(app, work.url, engine, name, to), place, once=given.once)
            for name, place in zip(operations, places, strict=True)
        ]
        follow(spark, followed, Report(work.url, work.catalog, app.progress, run))
    _say(run, as_json=as_json)
    return 1 if run.findings else 0


def _check(catalog: Catalog, operations: Sequence[str]) -> None:
    for name in operations:
        if find(catalog, name).local is None:
            raise DataError(f"operation `{name}` has no tables", hint="it is kept raw only")
    if len(set(operations)) < len(operations):
        raise click.UsageError("an operation is named twice")


def _streamed(app: App, url: str, engine: Chosen, name: str, to: str | None) -> "Streamed":
    from runtime.spark.stream import TABLES, Streamed

    into = TABLES if to is None else to if "://" in to else str(Path(to).absolute())
    settings = engine.settings
    batch, tasks = settings.batch or DOCUMENTS, settings.parallelism
    return Streamed(url=url, operation=name, into=into, root=str(app.project.root), batch=batch, tasks=tasks)


def _followed(streamed: "Streamed", checkpoint: str, *, once: bool) -> "Followed":
    from runtime.spark.sinks import sink
    from runtime.spark.streaming import Followed

    return Followed(streamed=streamed, sink=sink(streamed), checkpoint=checkpoint, once=once)


def _say(run: Run, *, as_json: bool) -> None:
    done = run.loaded
    if as_json:
        print_json({**asdict(done), "failed": run.findings})
    else:
        click.echo(
            f"{done.documents} documents: {done.inserted:,} rows inserted, {done.updated:,} updated,"
            f" {done.deleted:,} deleted, {done.unchanged:,} unchanged, {done.rescued:,} values rescued"
        )
