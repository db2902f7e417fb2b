"""`mlb-etl ingest`, `transform`, `load`: from files to tables."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from runtime import accounts, formats, responses
from runtime.capture import instant
from runtime.cli.engine import engine_options
from runtime.cli.options import App, as_json_option, database_option, print_json
from runtime.cli.streaming import Streaming, engine_of_streams, stream, stream_options
from runtime.cli.verbs import Verb
from runtime.database import opened
from runtime.engines import Chosen
from runtime.envelope import STDIN, Defaults
from runtime.errors import DataError, TerminalError
from runtime.export import Export, Exported, transform_files, wanted
from runtime.ingest import Ingest
from runtime.ledger import recorded
from runtime.registry import find, generated
from runtime.responses import File
from runtime.snapshot import Loaded


@click.command(cls=Verb)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--operation", metavar="NAME", help="of bodies without an envelope, such as game.liveGameV1")
@click.option("--param", "params", multiple=True, metavar="NAME=VALUE", help="of bodies without an envelope")
@click.option(
    "--captured-at", metavar="INSTANT", help="of responses that do not say it; else the file's time"
)
@database_option
@as_json_option
@click.pass_obj
def ingest(
    app: App,
    files: tuple[str, ...],
    operation: str | None,
    params: tuple[str, ...],
    captured_at: str | None,
    database_url: str | None,
    as_json: bool,
) -> int:
    """Keep responses raw, in the archive and the database.

    Reads envelopes or bare bodies, `.json` or `.json.gz`, folders of them, `-` for standard input. What is no document
    goes to metadata.dead_letters with the reason, the others go on; then the exit code is 1.

    Examples:
      mlb-etl ingest .mlb/captures
      curl ... | mlb-etl ingest --operation game.liveGameV1 --param game_pk=747175 -
    """
    work = app.work(database_url)
    if operation is not None:
        find(work.catalog, operation)
    defaults = Defaults(operation=operation, params=_params(params), captured_at=_instant(captured_at))
    sources = [file for given in files for file in _expanded(given)]
    with (
        recorded(work.url, "ingest", operation=operation, arguments={"files": list(files)}) as run,
        opened(work.url) as connection,
    ):
        Ingest(connection, work.catalog, work.archive, app.progress, defaults, run.tally).files(sources)
    tally = run.tally
    if as_json:
        print_json(asdict(tally))
    else:
        click.echo(
            f"{tally.responses} responses: {tally.stored} stored, {tally.known} known,"
            f" {tally.without_data} without data, {tally.dead_letters} dead letters, {tally.unreadable} unreadable"
        )
        if tally.detached:
            click.echo(f"{tally.detached} responses of detached months are in the archive only", err=True)
    return 0 if tally.clean else 1


@click.command(cls=Verb)
@click.argument("operation")
@click.argument("files", nargs=-1, metavar="FILE...")
@engine_options(engine_of_streams)
@stream_options
@click.option("--to", "folder", metavar="DIR", help="write here, one file or folder per table")
@click.option("--format", "form", type=click.Choice(formats.NAMES), default="ndjson", show_default=True)
@click.option(
    "--table", "tables", multiple=True, metavar="NAME", help="write only this table; may be repeated"
)
@click.option("--processes", type=click.IntRange(1), default=1, show_default=True, help="of the local engine")
@as_json_option
@click.pass_obj
def transform(
    app: App,
    operation: str,
    files: tuple[str, ...],
    streaming: Streaming | None,
    engine: Chosen,
    folder: str | None,
    form: str,
    tables: tuple[str, ...],
    processes: int,
    as_json: bool,
) -> int:
    """Turn responses into tables in files, without a database.

    Reads envelopes or bare bodies (`.json`), a response per line (`.ndjson`, `.jsonl`), each also with `.gz`, Avro
    archives (`.avro`), folders of them, `-` for standard input. FILE and DIR may be `s3://bucket/prefix`, with the
    settings of the environment (AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL and so on). Writes one file or folder per table,
    with the columns of the catalog, and beside them metadata.documents, rescued_values, quarantine and dead_letters:
    what is no document goes there with the reason, the others go on; then the exit code is 1. Tables of an earlier run
    are replaced once all is written. Both engines write the same rows.

    With --stream it follows the raw responses of operations in the database, as they are ingested, into their tables
    or, with --to, into Parquet. It goes on until it is interrupted, and after a restart where it was.

    Examples:
      mlb-etl transform schedule.schedule s3://raw/2024 --to s3://tables/2024 --format parquet --processes 4
      mlb-etl transform game.liveGameV1 schedule.schedule --stream
    """
    if streaming is not None:
        return stream(app, (operation, *files), streaming, engine, folder, as_json=as_json)
    if not files or folder is None:
        raise click.UsageError("name files, and a folder with --to; or follow a database with --stream")
    export = wanted(generated(app.project.root), operation, tables, form)
    sources = [file for given in files for file in responses.files(given)]
    done = _transformed(app, export, sources, folder, engine, processes)
    if as_json:
        _print_exported(done, {"operation": operation, "to": folder, "format": form})
    else:
        for table, rows in done.tables.items():
            click.echo(f"{rows:>9,}  {table}")
    return 1 if done.dead_letters else 0


@click.command(cls=Verb)
@click.argument("operations", nargs=-1, metavar="[OPERATION...]")
@click.option("--force", is_flag=True, help="compare every row, even of documents that are loaded")
@engine_options()
@database_option
@as_json_option
@click.pass_obj
def load(
    app: App,
    operations: tuple[str, ...],
    force: bool,
    engine: Chosen,
    database_url: str | None,
    as_json: bool,
) -> int:
    """Load raw responses into their tables.

    Takes the newest response of each document that is not loaded yet, and changes only the rows that differ.

    Examples:
      mlb-etl load
      mlb-etl load game.liveGameV1 --force --engine spark
    """
    work = app.work(database_url, engine)
    for name in operations:
        if find(work.catalog, name).local is None:
            raise DataError(f"operation `{name}` has no tables", hint="it is kept raw only")
    with recorded(
        work.url, "load", arguments={"operations": list(operations), "force": force, "engine": engine.name}
    ) as run:
        outcome = work.load(operations, run, force=force)
    if as_json:
        print_json({**asdict(outcome.loaded), "failed": outcome.failed})
    else:
        done = outcome.loaded
        click.echo(
            f"{done.documents} documents: {done.inserted:,} rows inserted, {done.updated:,} updated,"
            f" {done.deleted:,} deleted, {done.unchanged:,} unchanged, {done.rescued:,} values rescued{_judged(done)}"
        )
        if done.detached:
            click.echo(f"{done.detached} documents of detached partitions are left alone", err=True)
    return 1 if outcome.failed else 0


def _transformed(
    app: App, export: Export, files: Sequence[File], to: str, engine: Chosen, processes: int
) -> Exported:
    """Run the engine that was chosen."""
    if not engine.is_spark:
        return transform_files(export, files, to, processes=processes, progress=app.progress)
    if processes > 1:
        raise click.UsageError("`--processes` is for the local engine; Spark has `--master local[N]`")
    if any(file.is_standard_input for file in files):
        raise click.UsageError("standard input is for the local engine; give Spark files")
    try:
        from runtime.spark import export as by_spark
    except ModuleNotFoundError as error:
        hint = "install the extra `spark`"
        raise TerminalError(f"the Spark engine needs `{error.name}`", hint=hint) from error
    return by_spark.transform_files(export, files, to, engine.settings, app.progress)


def _print_exported(done: Exported, given: Mapping[str, str]) -> None:
    beside = {table.name for table in accounts.TABLES}
    print_json(
        {
            **given,
            "tables": {name: rows for name, rows in done.tables.items() if name not in beside},
            "metadata": {name: rows for name, rows in done.tables.items() if name in beside},
            "documents": done.documents,
            "leaves": done.leaves,
            "dead_letters": done.dead_letters,
        }
    )


def _judged(done: Loaded) -> str:
    """Say what the quality rules found, if anything."""
    found = ((done.quarantined, "rows in quarantine"), (done.findings, "warnings of quality rules"))
    return "".join(f", {count:,} {what}" for count, what in found if count)


def _expanded(given: str) -> list[str]:
    """Return the files of a folder, or what was given."""
    if given == STDIN or not Path(given).is_dir():
        return [given]
    return sorted(str(path) for path in Path(given).rglob("*") if path.name.endswith((".json", ".json.gz")))


def _params(params: tuple[str, ...]) -> dict[str, str]:
    pairs = [param.partition("=") for param in params]
    for name, equals, _ in pairs:
        if not name or not equals:
            raise click.BadParameter(f"`{name}` is not NAME=VALUE", param_hint="--param")
    return {name: value for name, _, value in pairs}


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return instant(text)
    except ValueError as error:
        raise click.BadParameter(
            f"`{text}` is not an instant such as 2024-07-12T18:40:00Z", param_hint="--captured-at"
        ) from error
