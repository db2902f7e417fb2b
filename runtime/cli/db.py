"""`mlb-etl db`: the database in use."""

import os
import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

import click

from runtime import database, definitions, migrations, migrator, rebuild, versions, views
from runtime.cli.db_drift import drift
from runtime.cli.options import App, as_json_option, database_option, print_json
from runtime.cli.partitions import partitions
from runtime.cli.verbs import Verbs
from runtime.database import binaries
from runtime.errors import TerminalError
from runtime.ledger import recorded


@click.group(cls=Verbs)
def db() -> None:
    """Start, stop, migrate and enter the database.

    Without `--database-url` or MLB_DATABASE_URL it is an embedded PostgreSQL below `.mlb/`.

    Examples:
      mlb-etl db start && mlb-etl db migrate
      psql "$(mlb-etl db url)"
    """


@db.command()
@click.option("--port", type=click.IntRange(1, 65535), help="listen here from now on")
@as_json_option
@click.pass_obj
def start(app: App, port: int | None, as_json: bool) -> None:
    """Start the embedded server.

    Creates `.mlb/postgres/` the first time. A server that runs already is left alone.

    Examples:
      mlb-etl db start
      mlb-etl db start --port 5433
    """
    found = database.start(app.project.postgres, database.Options(port=port))
    if as_json:
        print_json(_described(found))
    else:
        click.echo(f"running: {database.shown(found.url())} (data in {app.project.shown(found.base)})")


@db.command()
@as_json_option
@click.pass_obj
def stop(app: App, as_json: bool) -> None:
    """Stop the embedded server; its data stay.

    Examples:
      mlb-etl db stop
      mlb-etl db stop --json
    """
    stopped = database.stop(app.project.postgres)
    if as_json:
        print_json({"stopped": stopped})
    else:
        click.echo("stopped" if stopped else "was not running")


@db.command()
@database_option
@as_json_option
@click.pass_obj
def status(app: App, database_url: str | None, as_json: bool) -> None:
    """Say whether the database is up and migrated.

    Examples:
      mlb-etl db status
      mlb-etl db status --json | jq .pending
    """
    found = database.status(app.project.postgres)
    embedded = not (database_url or os.environ.get(database.ENVIRONMENT))
    facts = _described(found) if embedded else {"running": True}
    if facts["running"]:
        facts |= _migrated(app, database_url)
    if as_json:
        print_json(facts)
        return
    for name, value in facts.items():
        click.echo(f"{name:<10} {value}")


@db.command()
@database_option
@as_json_option
@click.pass_obj
def url(app: App, database_url: str | None, as_json: bool) -> None:
    """Print the connection URL, password included.

    Examples:
      psql "$(mlb-etl db url)"
      mlb-etl db url --json
    """
    found = database.url_in_use(app.project, database_url, start=False)
    if as_json:
        print_json({"url": found})
    else:
        click.echo(found)


@db.command()
@click.option("--reset", is_flag=True, help="drop the generated schemas and rebuild them from the archive")
@click.option("--dry-run", is_flag=True, help="say what would be done, do nothing")
@database_option
@as_json_option
@click.pass_obj
def migrate(app: App, reset: bool, dry_run: bool, database_url: str | None, as_json: bool) -> None:
    """Bring the schema up to date.

    Applies `generated/postgres/migrations/` under a lock, each file in one transaction, or step by step if it says
    `no-transaction`; then makes the views again if their text changed, and records a version of each definition that
    changed (`mlb-etl schema`). A step that does not get its lock within the timeout is tried again; what fails or is
    killed goes on where it was with the next run. A file that was edited after it was applied is refused: restore it
    from git; where the history was begun anew, `--reset` is the way out.

    Examples:
      mlb-etl db migrate --dry-run
      mlb-etl db migrate --reset
    """
    files, wanted = migrations.read(app.project.migrations), views.read(app.project.generated)
    defined = definitions.read(app.project.generated)
    work = app.work(database_url)
    with database.opened(work.url) as connection:
        if dry_run:
            planned = rebuild.plan(connection, files) if reset else _planned(app, connection)
            _say(planned, as_json, "nothing to do")
            return
        if reset:
            rebuild.reset(connection, files, work.archive, app.progress.note, wanted, defined)
        else:
            applied = migrator.migrate(connection, files, app.progress.note, wanted, defined)
            _say([f"applied {name}" for name in applied], as_json, "up to date")
    if reset:
        with recorded(work.url, "db migrate", arguments={"reset": True}) as run:
            work.rebuild(run)
        _say([f"rebuilt from {run.tally.responses} archived responses"], as_json, "")


@db.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[-- PSQL ARGUMENTS]")
@database_option
@click.option("--json", "as_json", is_flag=True, help="print the command instead of running it")
@click.pass_obj
def shell(app: App, arguments: tuple[str, ...], database_url: str | None, as_json: bool) -> None:
    r"""Open a psql prompt on the database.

    Examples:
      mlb-etl db shell
      mlb-etl db shell -- -c '\dt game.*'
    """
    address, secret = _without_password(database.url_in_use(app.project, database_url))
    program, environment = _psql()
    command = [program, address, *arguments]
    if as_json:
        print_json({"command": command})
        return
    os.execve(program, command, environment | ({"PGPASSWORD": secret} if secret else {}))  # nosec B606


db.add_command(drift)
db.add_command(partitions)


def _described(found: database.Status) -> dict[str, object]:
    url = database.shown(found.url()) if found.settings else None
    return {"running": found.running, "pid": found.pid, "url": url, "folder": str(found.base)}


def _migrated(app: App, database_url: str | None) -> dict[str, object]:
    with database.opened(database.url_in_use(app.project, database_url)) as connection:
        version = connection.info.parameter_status("server_version")
        applied = len(migrator.applied(connection))
        try:
            waiting: object = _planned(app, connection)
        except TerminalError as error:
            waiting = error.what
        made = views.installed(connection)[1]
    return {"version": version, "applied": applied, "views": made, "pending": waiting}


def _planned(app: App, connection: database.Connection) -> list[str]:
    files, folder = migrations.read(app.project.migrations), app.project.generated
    steps = [f"apply {migration.name}" for migration in migrator.pending(connection, files)]
    if views.differs(connection, views.read(folder)):
        steps.append("make the views")
    changed = versions.pending(connection, definitions.read(folder))
    return [*steps, f"record {len(changed)} {versions.STEP}"] if changed else steps


def _say(lines: list[str] | tuple[str, ...], as_json: bool, otherwise: str) -> None:
    if as_json:
        print_json({"steps": list(lines)})
        return
    for line in lines or [otherwise]:
        click.echo(line)


def _without_password(url: str) -> tuple[str, str | None]:
    """Take the password out of a URL: what is on a command line, everybody can read."""
    try:
        parts = urlsplit(url)
        password = parts.password
    except ValueError:
        return url, None
    if password is None:
        return url, None
    user = parts.netloc.rpartition("@")[0].partition(":")[0]
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}@{host}")), unquote(password)


def _psql() -> tuple[str, dict[str, str]]:
    found = binaries.find()
    if Path(found.program("psql")).exists():
        return found.program("psql"), found.environment
    on_path = shutil.which("psql")
    if on_path:
        return on_path, dict(os.environ)
    raise TerminalError("there is no psql here", hint="use any client with the URL of `mlb-etl db url`")
