"""`mlb-etl schema`: which definitions this database has had, and how they differ."""

from collections import Counter
from collections.abc import Iterable, Iterator

import click
from rich import box
from rich.console import Console
from rich.table import Table as Grid

from runtime import database, definitions
from runtime import versions as kept
from runtime.cli.options import App, as_json_option, database_option, print_json, print_lines
from runtime.cli.verbs import Verbs
from runtime.definitions import Definition, Kind
from runtime.errors import TerminalError
from runtime.versions import Version

_MARKS = {Kind.ADDED: "+", Kind.CHANGED: "~", Kind.DEPRECATED: "-", Kind.BREAKING: "!"}
_DIGITS = 12
_KEEP = "KEEP"
_FULL_TRANSITIVE = "FULL_TRANSITIVE"  # what `mlbc breaking` proves of a change
_LEVELS = (
    "NONE",
    "BACKWARD",
    "BACKWARD_TRANSITIVE",
    "FORWARD",
    "FORWARD_TRANSITIVE",
    "FULL",
    _FULL_TRANSITIVE,
    _KEEP,
)


@click.group(cls=Verbs)
def schema() -> None:
    """Show what the responses of each operation become, version by version.

    `mlb-etl db migrate` records a version in metadata.schema_versions for each definition that differs from the newest
    one there.

    Examples:
      mlb-etl schema list
      mlb-etl schema diff game.liveGameV1
    """


@schema.command("list")
@database_option
@as_json_option
@click.pass_obj
def list_operations(app: App, database_url: str | None, as_json: bool) -> None:
    """List the newest version of each operation.

    `state` is `current`, `pending` (what is generated is another: migrate) or `retired` (it is no longer generated).

    Examples:
      mlb-etl schema list
      mlb-etl schema list --json | jq -r 'select(.version > 1).operation'
    """
    with database.opened(database.url_in_use(app.project, database_url)) as connection:
        known = kept.newest(connection)
    generated = definitions.read(app.project.generated)
    states = {name: _state(one, generated.get(name)) for name, one in known.items()}
    if as_json:
        print_lines({**one.as_json(), "state": states[name]} for name, one in known.items())
        return
    rows = (
        (name, one.version, one.tables, one.columns, _day(one), one.released_as, states[name])
        for name, one in known.items()
    )
    headings = ("operation", "version", "tables", "columns", "first seen", "released as", "state")
    _print(app.console(), headings, rows)


@schema.command()
@click.argument("operation", required=False)
@database_option
@as_json_option
@click.pass_obj
def versions(app: App, operation: str | None, database_url: str | None, as_json: bool) -> None:
    """List the versions of an operation, or of all.

    Of one operation it also counts the responses in the raw tier that were accounted under each version.

    Examples:
      mlb-etl schema versions
      mlb-etl schema versions game.liveGameV1 --json
    """
    work = app.work(database_url)
    with database.opened(work.url) as connection:
        found = kept.versions(connection, operation)
        counts = kept.responses(connection, work.catalog.operations.get(operation or ""), found)
    if as_json:
        counted = ({"responses": counts.get(one.version, 0)} if operation else {} for one in found)
        print_lines({**one.as_json(), **more} for one, more in zip(found, counted, strict=True))
        return
    rows = (
        (
            *(one.operation, one.version, one.digest[:_DIGITS], len(one.added), len(one.deprecated)),
            *(len(one.breaking), _day(one), one.released_as),
            *([f"{counts.get(one.version, 0):,}"] if operation else []),
        )
        for one in found
    )
    headings = (
        "operation",
        "version",
        "digest",
        "added",
        "deprecated",
        "breaking",
        "first seen",
        "released as",
    )
    _print(app.console(), (*headings, "responses") if operation else headings, rows)
    if kept.NONE in counts:
        click.echo(f"{counts[kept.NONE]:,} responses are not accounted under any of them", err=True)


@schema.command()
@click.argument("operation")
@click.option("--version", "number", type=click.IntRange(1), metavar="N", help="this version, not the newest")
@database_option
@as_json_option
@click.pass_obj
def show(app: App, operation: str, number: int | None, database_url: str | None, as_json: bool) -> None:
    """Print a definition: tables, columns, what each is made of.

    Examples:
      mlb-etl schema show game.linescore
      mlb-etl schema show game.linescore --version 1 --json
    """
    with database.opened(database.url_in_use(app.project, database_url)) as connection:
        found = _numbered(kept.versions(connection, operation), number)
    if as_json:
        print_json({**found.as_json(), "definition": found.definition})
        return
    click.echo(
        f"{found.operation} version {found.version}, {found.digest[:_DIGITS]}, first seen {_day(found)}"
    )
    for line in _lines(found.definition):
        click.echo(line)


@schema.command()
@click.argument("operation")
@click.argument("a", type=click.IntRange(1), required=False)
@click.argument("b", type=click.IntRange(1), required=False)
@database_option
@as_json_option
@click.pass_obj
def diff(
    app: App, operation: str, a: int | None, b: int | None, database_url: str | None, as_json: bool
) -> None:
    """Show how version B of an operation differs from version A.

    Without B it is the newest, without A the one before. `+` added, `~` made otherwise, `-` deprecated (still there,
    nothing fills it), `!` breaking (gone, or another type or key).

    Examples:
      mlb-etl schema diff game.liveGameV1
      mlb-etl schema diff game.liveGameV1 1 4 --json
    """
    with database.opened(database.url_in_use(app.project, database_url)) as connection:
        known = kept.versions(connection, operation)
    new = _numbered(known, b)
    if a is None and new.version == 1:
        raise TerminalError(f"`{operation}` has version 1 and none before it to compare with")
    old = _numbered(known, a or new.version - 1)
    found = definitions.differences(old.definition, new.definition)
    if as_json:
        print_lines({"kind": one.kind.value, "field": one.field, "said": one.said} for one in found)
        return
    for one in found:
        click.echo(f"{_MARKS[one.kind]} {one}")
    if not found:
        click.echo(f"versions {old.version} and {new.version} are the same", err=True)


@schema.command("publish")
@click.option(
    "--registry", "url", required=True, metavar="URL", envvar="MLB_REGISTRY_URL", help="also MLB_REGISTRY_URL"
)
@click.option("--subject-prefix", "prefix", default="", metavar="TEXT", help="put this before each subject")
@click.option(
    "--compatibility",
    type=click.Choice(_LEVELS, case_sensitive=False),
    default=_FULL_TRANSITIVE,
    show_default=True,
    help=f"level of the subjects; {_KEEP}: leave what the registry has",
)
@click.option("--dry-run", is_flag=True, help="say what would be published, change nothing")
@as_json_option
@click.pass_obj
def publish_schemas(app: App, url: str, prefix: str, compatibility: str, dry_run: bool, as_json: bool) -> int:
    """Publish the Avro schemas to a Confluent-compatible registry.

    Each schema of `generated/avro/` is a subject, named after its record. What is there is left alone. Exit code 1 if
    the registry holds one to be incompatible; the others are published all the same. The URL may name a user and a
    password.

    Examples:
      mlb-etl schema publish --registry http://localhost:8081 --dry-run
      mlb-etl schema publish --registry http://localhost:8081 --subject-prefix prod. --compatibility KEEP
    """
    from runtime.confluent import connected  # slow to import
    from runtime.publish import State, publish, subjects

    level = None if compatibility == _KEEP else compatibility
    found = subjects(app.project.generated, prefix)
    counts: Counter[State] = Counter()
    with connected(url) as registry:
        for subject in app.progress.track("publish", found):
            one = publish(registry, subject, level, dry_run=dry_run)
            counts[one.state] += 1
            if as_json:
                print_json(one.as_json())
            elif one.state is not State.UNCHANGED:
                click.echo(f"{one.state:<12} {one.subject}{one.said and ': '}{one.said}")
    click.echo(f"{len(found)} subjects: {', '.join(f'{n} {state}' for state, n in counts.items())}", err=True)
    return 1 if counts[State.INCOMPATIBLE] else 0


def _state(one: Version, generated: Definition | None) -> str:
    if generated is None:
        return "retired"
    return "current" if generated.get("digest") == one.digest else "pending"


def _numbered(known: list[Version], number: int | None) -> Version:
    """Return a version by its number, or the newest."""
    for one in reversed(known):
        if number in {None, one.version}:
            return one
    raise TerminalError(
        f"`{known[0].operation}` has no version {number} in this database",
        hint=f"it has 1 to {known[-1].version}",
    )


def _lines(definition: Definition) -> Iterator[str]:
    yield from (f"url {url}" for url in definition["urls"])
    for table in (definition["raw"], *definition["tables"]):
        key = f"  key: {', '.join(table['key'])}" if "key" in table else ""
        yield f"\n{table['name']}{key}{_past(table.get('given_up'))}"
        if "rows" in table:
            yield f"  rows: {table['rows']}"
        for column in table["columns"]:
            made_of = f"  <- {column['from']}" if "from" in column else ""
            yield f"    {column['name']} {column['type']}{made_of}{_past(column.get('given_up'))}"
    yield from (f"\nignored {path}" for path in definition["ignored"])


def _past(given_up: str | None) -> str:
    return f"  (given up with migration {given_up})" if given_up else ""


def _day(one: Version) -> str:
    return f"{one.first_seen_at:%Y-%m-%d}"


def _print(console: Console, headings: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    texts = {"operation", "digest", "first seen", "released as", "state"}
    grid = Grid(box=box.SIMPLE_HEAD, header_style="dim", show_edge=False)
    for name in headings:
        grid.add_column(name, justify="left" if name in texts else "right")
    for row in rows:
        grid.add_row(*map(str, row))
    console.print(grid)
