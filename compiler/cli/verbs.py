"""The verbs of `mlbc` and their help pages."""

import click

from compiler import driver
from compiler.cli.options import Verb, Verbs, global_options
from compiler.cli.run import execute, show
from compiler.cli.settings import settings_of
from compiler.cli.watch import watched
from compiler.driver import Mode

_TARGETS = "jsonschema, avro, pydantic, postgres, local, pyspark, docs"
_SELECT = click.argument("select", nargs=-1, metavar="[SELECT]...")
_FILES = click.argument("files", nargs=-1, required=True, metavar="FILE...")


@click.group(
    cls=Verbs,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    examples=("mlbc generate", "mlbc explain game.live_game_plays.inning"),
)
@click.version_option(package_name="mlb-stats-compiler", message="%(version)s")
@global_options
def command(**_options: object) -> None:
    """Compile schemas and mappings of the MLB Stats API.

    Reads the upstream Swagger documents, mappings/ and schemas/observed/, and writes generated/. Results go to
    stdout, everything else to stderr. Exit codes: 0 clean, 1 findings, 2 cannot work, 130 interrupted.
    """


@command.command(cls=Verb, examples=("mlbc check", "mlbc check --watch", "mlbc check --format github"))
@_SELECT
@click.option("--watch", "is_watching", is_flag=True, help="Check again whenever an input changes.")
@global_options
@click.pass_context
def check(context: click.Context, select: tuple[str, ...], is_watching: bool, **_options: object) -> int:
    """Parse, bind and lint; write nothing.

    Reads all inputs and reports what is wrong with them. With --json or --format github the findings go to stdout.
    """

    def once() -> int:
        return execute(context, lambda session: driver.check(session, select), findings_on="out")

    return watched(context, once) if is_watching else once()


@command.command(
    cls=Verb,
    examples=(
        "mlbc generate",
        "mlbc generate --check",
        "mlbc generate 'game.*' --only avro,pydantic --diff",
        "mlbc generate --diff --against origin/main --format markdown",
    ),
)
@_SELECT
@click.option("--check", "is_check", is_flag=True, help="Write nothing; exit 1 if generated/ differs.")
@click.option(
    "--diff", "is_diff", is_flag=True, help="Write nothing; print what would change, table by table."
)
@click.option(
    "--patch", "is_patch", is_flag=True, help="Write nothing; print it line by line, for `patch -p1`."
)
@click.option(
    "--against",
    metavar="REF|DIR",
    default="",
    help="What --diff and --patch compare with: a git ref or a folder.",
)
@click.option("--only", metavar="TARGET,...", help=f"Only these targets: {_TARGETS}.")
@click.option("--squash", is_flag=True, help="Begin the migrations anew: one that makes the whole schema.")
@click.option(
    "--drop", "dropped", multiple=True, metavar="NAME", help="Drop a TABLE or TABLE.COLUMN that was given up."
)
@global_options
@click.pass_context
def generate(
    context: click.Context,
    select: tuple[str, ...],
    is_check: bool,
    is_diff: bool,
    is_patch: bool,
    against: str,
    only: str | None,
    squash: bool,
    dropped: tuple[str, ...],
    **_options: object,
) -> int:
    """Write generated/ from schemas and mappings.

    Reads all inputs, writes generated/ and removes what it no longer makes; nothing is written if anything fails.
    What changes the schema becomes the next migration: what left the mappings is given up and stays in databases until
    --drop. SELECT (operations, tables as table:NAME, globs) and --only leave all other files alone. --diff shows what
    changes in tables, schemas, models and jobs; with --format markdown for a comment. Exit 1 if something does.
    """
    if (squash or dropped) and (select or only):
        option = "--squash" if squash else "--drop"
        raise click.UsageError(f"{option} is about the whole database: leave out SELECT and --only", context)
    asked = ((Mode.CHECK, is_check), (Mode.DIFF, is_diff), (Mode.PATCH, is_patch))
    modes = [mode for mode, is_asked in asked if is_asked]
    if len(modes) > 1:
        raise click.UsageError("choose one of --check, --diff and --patch", context)
    mode = modes[0] if modes else Mode.WRITE
    if against and mode not in (Mode.DIFF, Mode.PATCH):
        raise click.UsageError("--against goes with --diff or --patch", context)
    targets = tuple(filter(None, (only or "").split(",")))
    return execute(
        context,
        lambda session: driver.generate(
            session, select, targets, mode, squash=squash, dropped=dropped, against=against
        ),
    )


@command.command(
    cls=Verb,
    examples=(
        "mlbc observe captures/",
        "mlbc observe body.json --operation season.seasons",
        "mlbc observe --from-rescued",
    ),
)
@click.argument("files", nargs=-1, metavar="FILE...")
@click.option(
    "--from-rescued",
    "is_rescued",
    is_flag=True,
    help=f"Fold what `mlb-etl drift --export` wrote: FILE..., or {driver.RESCUED}.",
)
@click.option("--operation", metavar="OPERATION", default="", help="The operation of bare bodies.")
@click.option("--check", "is_check", is_flag=True, help="Write nothing; exit 1 if a capture holds new facts.")
@global_options
@click.pass_context
def observe(
    context: click.Context,
    files: tuple[str, ...],
    is_rescued: bool,
    operation: str,
    is_check: bool,
    **_options: object,
) -> int:
    """Fold captured responses into schemas/observed.

    Reads envelopes {endpoint, method, response} or bare bodies, .json or .json.gz, - for stdin, or folders of them.
    Writes facts, never values. A capture that was folded before changes nothing.
    """
    if is_rescued:
        return execute(context, lambda session: driver.observe_rescued(session, files, check=is_check))
    if not files:
        raise click.UsageError("Missing argument 'FILE...'.", context)
    return execute(context, lambda session: driver.observe(session, files, operation, check=is_check))


@command.command(
    cls=Verb,
    examples=(
        "mlbc account game.liveGameV1 captures/game/liveGameV1/",
        "mlbc account season.seasons body.json --json",
    ),
)
@click.argument("operation")
@_FILES
@global_options
@click.pass_context
def account(context: click.Context, operation: str, files: tuple[str, ...], **_options: object) -> int:
    """Account for every leaf of responses.

    Compiles the operation in memory, transforms each file, and counts its leaves by what became of them. Exit 1 if
    one is lost.
    """
    return execute(context, lambda session: driver.account(session, operation, files))


@command.command(
    cls=Verb,
    examples=(
        "mlbc explain M103",
        "mlbc explain game.live_game_plays.inning",
        "mlbc explain 'game.liveGameV1:$.gameData.venue.id'",
    ),
)
@click.argument("subject")
@global_options
@click.pass_context
def explain(context: click.Context, subject: str, **_options: object) -> int:
    r"""Explain a rule, a table, a column or a path.

    SUBJECT is a rule's CODE, a TABLE, a TABLE.COLUMN (where do its values come from?) or OPERATION:$.path (where
    do they go? Indexes and keys of a response will do: `$.players.ID660271.link`, `$.plays[3]`).

    \b
    With --json one object; `kind` says which, `operation` is always {name, http_method, path, paths}:
      column      column, type, in_key, doc, rows, where, source, source_kind, path, format, sentinels,
                  copy_of, declared, observed, mapping, was, decisions, names
      raw_column  column, type, in_key, source, source_kind, path, declared, observed, roles, names
      table       table, doc, rows, where, filter, key, parent, children, lookups, omitted, rules, mapping,
                  decisions, columns
      raw_table   table, document_key, version, raw_keys, tables, columns
      path        path, asked, shape, declared, observed, keys, alike, decisions, columns, below, ignored,
                  why_no_column, names
      rule        code, name, severity, explanation
    """
    if page := driver.explain_rule(subject):
        show(settings_of(context), page)
        return 0
    return execute(context, lambda session: driver.explain(session, subject))


@command.command(cls=Verb, examples=("mlbc ls", "mlbc ls 'game.*'", "mlbc ls --views --json"))
@_SELECT
@click.option("--tables", is_flag=True, help="Show the tables, as if operations were selected.")
@click.option("--views", is_flag=True, help="List the views and named queries instead.")
@global_options
@click.pass_context
def ls(context: click.Context, select: tuple[str, ...], tables: bool, views: bool, **_options: object) -> int:
    r"""List operations, what is known and what is typed.

    \b
    declared  leaves that upstream declares
    observed  leaves that captures had
    typed     share of the observed values that go to columns other than jsonb
    tables    tables, with --tables or SELECT each with its columns and key
    """
    if views:
        return execute(context, lambda session: driver.list_views(session, select))
    return execute(context, lambda session: driver.list_operations(session, select, tables=tables))


@command.command(
    cls=Verb,
    examples=("mlbc alike", "mlbc alike 'game.*'", "mlbc alike person.person --json"),
)
@_SELECT
@global_options
@click.pass_context
def alike(context: click.Context, select: tuple[str, ...], **_options: object) -> int:
    """Show places that look like the same thing.

    Prints entities for mappings/entities.yaml: records of observed responses that nearly have the same keys, and that
    neither upstream's models nor an entity say to be one thing. Nothing is pooled until it stands there. Two places
    look alike if each has every key that the other always had, five keys or more stand at both, these are four fifths
    of all their keys, and their values are of the same kinds. What lies below such places is not listed again.
    """
    return execute(context, lambda session: driver.propose(session, select))


@command.command(
    cls=Verb,
    examples=(
        "mlbc scaffold broadcast.getBroadcasts",
        "mlbc scaffold team.roster --table team.roster_normalized --stdout",
    ),
)
@click.argument("operation")
@click.option("--table", metavar="NAME", default="", help="Only this table, with those around and below it.")
@click.option("--stdout", "is_printed", is_flag=True, help="Print the mapping, write nothing.")
@global_options
@click.pass_context
def scaffold(context: click.Context, operation: str, table: str, is_printed: bool, **_options: object) -> int:
    """Write a mapping to begin with.

    It says what the compiler does without one, table by table and column by column, with types and how often each was
    seen. Compiling it changes nothing; editing it does. A mapping that exists is never written over.
    """
    return execute(context, lambda session: driver.scaffold(session, operation, table, printed=is_printed))


@command.command(cls=Verb, examples=("mlbc schema", "mlbc schema > schemas/mapping.schema.json"))
@global_options
@click.pass_context
def schema(context: click.Context, **_options: object) -> int:
    """Print the grammar of mappings as a JSON Schema.

    Editors that know it (yaml-language-server) complete keys, explain them and underline mistakes. Nothing is read.
    """
    show(settings_of(context), driver.print_schema())
    return 0


@command.command(
    cls=Verb,
    examples=("mlbc breaking", "mlbc breaking --against origin/main --category SQL --format github"),
)
@click.option(
    "--against", multiple=True, metavar="REF|DIR", help="A git ref or a folder; without it every release."
)
@click.option(
    "--category",
    type=click.Choice(driver.CATEGORIES, case_sensitive=False),
    default=driver.CATEGORIES[0],
    show_default=True,
    help="Whom nothing may break.",
)
@click.option("--rule", "rules", multiple=True, metavar="ID", help="Check a rule that is off too.")
@global_options
@click.pass_context
def breaking(
    context: click.Context,
    against: tuple[str, ...],
    category: str,
    rules: tuple[str, ...],
    **_options: object,
) -> int:
    r"""Refuse what breaks users of released versions.

    Compares generated/ with every release of schemas/releases (or with --against): Avro schemas, tables, models, and
    what Spark gives. A change passes if it is proved compatible, or if schemas/accepted.yaml names it. `mlbc explain
    RULE` has an example of each rule. Nothing compared is exit 2.

    \b
    CODE  users of the models and Spark jobs, and all below: for a release
    SQL   readers of tables and views, and all below: for a hotfix
    WIRE  readers and writers of Avro of any version, and all below
    DATA  what stored rows mean
    """
    return execute(
        context,
        lambda session: driver.breaking(session, against, category.upper(), rules),
        findings_on="out",
    )


@command.command(cls=Verb, examples=("mlbc release 0.1.0", "mlbc release 0.2.0 --json"))
@click.argument("version")
@global_options
@click.pass_context
def release(context: click.Context, version: str, **_options: object) -> int:
    """Keep the surfaces of a version, for ever.

    Reads generated/ and schemas/reserved.yaml, and writes schemas/releases/VERSION: what every later version is
    compared with. A release is written once; commit it together with the tag.
    """
    return execute(context, lambda session: driver.release(session, version))


@command.group(cls=Verbs, examples=("mlbc migrate diff", "mlbc migrate lint", "mlbc migrate verify"))
def migrate() -> None:
    """Show, lint and verify the migrations."""


@migrate.command("diff", cls=Verb, examples=("mlbc migrate diff", "mlbc migrate diff plays_speed > next.sql"))
@click.argument("name", required=False, default="")
@global_options
@click.pass_context
def migrate_diff(context: click.Context, name: str, **_options: object) -> int:
    """Print the migration that generate would append.

    Compiles the tables and compares them with generated/catalog.json; writes nothing. NAME is for the migration;
    without it the migration is named after what it does. Exit 1 if there is one.
    """
    return execute(context, lambda session: driver.migrate_diff(session, name))


@migrate.command("lint", cls=Verb, examples=("mlbc migrate lint", "mlbc migrate lint --format github"))
@global_options
@click.pass_context
def migrate_lint(context: click.Context, **_options: object) -> int:
    """Look for risks that migrations do not name.

    Reads generated/postgres/migrations: what each statement locks, rewrites, renames or deletes must be a hazard that
    its step names. Asks squawk too, if it is installed. The first migration makes a database anew, and is left out.
    """
    return execute(context, driver.migrate_lint, findings_on="out")


@migrate.command("verify", cls=Verb, examples=("mlbc migrate verify", "mlbc migrate verify --json"))
@global_options
@click.pass_context
def migrate_verify(context: click.Context, **_options: object) -> int:
    """Verify that the committed migrations are whole.

    Reads generated/postgres/: each file against the hash chain, each migration against the one before it, and the
    last one against generated/catalog.json.
    """
    return execute(context, driver.migrate_verify)


@command.group(cls=Verbs, examples=("mlbc upstream status", "mlbc upstream update"))
def upstream() -> None:
    """Compare and accept the upstream documents."""


@upstream.command(cls=Verb, examples=("mlbc upstream status", "mlbc upstream status --json"))
@global_options
@click.pass_context
def status(context: click.Context, **_options: object) -> int:
    """Tell whether the upstream documents are accepted.

    Reads the installed package (or --schemas DIR) and schemas/upstream.lock. Exit 1 if they differ.
    """
    return execute(context, lambda session: driver.upstream(session, gaps=settings_of(context).verbose > 0))


@upstream.command(cls=Verb, examples=("mlbc upstream update", "mlbc upstream update --schemas documents/"))
@global_options
@click.pass_context
def update(context: click.Context, **_options: object) -> int:
    """Accept the present upstream documents.

    Prints which operations, models and properties were added, removed or retyped; writes schemas/upstream.lock.
    """
    return execute(context, lambda session: driver.upstream(session, update=True))


@command.command(
    cls=Verb,
    examples=("mlbc dump --stage plan season.seasons --after unnest", "mlbc dump --stage catalog"),
)
@_SELECT
@click.option(
    "--stage", type=click.Choice(driver.REPRESENTATIONS), required=True, help="Which representation."
)
@click.option("--after", type=click.Choice(driver.STAGES), help="The plan as this pass left it.")
@global_options
@click.pass_context
def dump(
    context: click.Context, select: tuple[str, ...], stage: str, after: str | None, **_options: object
) -> int:
    """Print what the compiler thinks.

    The mappings as they were read (ast), the plan after the last pass or another one, or the catalog of tables. The
    text is for people and for diff: it has no place in a program, and changes with the compiler.
    """
    if after and stage != "plan":
        raise click.UsageError(f"--after goes with --stage plan, not with --stage {stage}", context)
    return execute(context, lambda session: driver.dump(session, stage, select, after or ""))
