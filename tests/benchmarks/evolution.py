"""`python -m tests.benchmarks.evolution [--games N]`: plan and apply schema changes, and write `EVOLUTION.md`."""

import os
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median

import click

from compiler.diagnostics import Sink
from compiler.ir.catalog import Catalog, Column, Index, Table
from compiler.ir.settle import Before, settled
from compiler.migrate import CATALOG, SUM, History, diff, extend
from runtime import database, migrations, migrator
from runtime.archive import Archive
from runtime.database import Connection
from runtime.documents import Documents
from runtime.ingest import Ingest
from runtime.load import load_pending
from runtime.progress import Quiet
from runtime.registry import generated
from tests.benchmarks.evolution_page import page
from tests.benchmarks.season import FEED
from tests.benchmarks.traffic import PITCHES, Seen, watched
from tests.season.files import write
from tests.season.responses import Season
from tests.support.project import ROOT

PAGE = Path(__file__).parent / "EVOLUTION.md"
MANY = (1, 10, 100)
ROUNDS = 5
QUIET = 5.0
"""Seconds for which readers and writers are alone, to compare with."""

Edit = Callable[[Catalog], Catalog]


@dataclass(slots=True)
class Measured:
    """CPU seconds of planning by number of changes, and what applying each change took."""

    games: int
    tables: int = 0
    reading: float = 0.0
    diffing: dict[int, float] = field(default_factory=dict[int, float])
    planning: dict[int, float] = field(default_factory=dict[int, float])
    rows: int = 0
    megabytes: float = 0.0
    quiet: Seen | None = None
    applied: list["Applied"] = field(default_factory=list["Applied"])
    server: str = ""


@dataclass(frozen=True, slots=True)
class Applied:
    """A change, how many migrations it took, seconds on the clock, and what others saw."""

    what: str
    migrations: int
    seconds: float
    seen: Seen


# ------------------------------------------------------------------------------------------------- planning


def committed() -> History:
    """Return the history of the project."""
    folder = ROOT / "generated"
    files = sorted((folder / "postgres/migrations").glob("*.sql"))
    return History(
        catalog=(folder / CATALOG).read_text("utf-8"),
        migrations={path.name: path.read_text("utf-8") for path in files},
        chain=(folder / SUM).read_text("utf-8"),
    )


def grown(history: History, planned: Catalog) -> History:
    """Return the history that goes on to a plan, as `generate` makes it."""
    catalog = settled(Before(catalog=history.state, number=history.next_number), planned)
    sink = Sink()
    found = extend(history, {CATALOG: catalog.to_json()}, sink)
    assert not sink.failed, [(one.message, one.notes) for one in sink.diagnostics]
    return replace(found, chain=found.files[SUM])


def in_use(catalog: Catalog) -> Catalog:
    """Return a catalog as a plan has it: without what was given up."""
    tables = (
        replace(table, columns=tuple(one for one in table.columns if not one.given_up))
        for table in catalog.tables
        if not table.given_up
    )
    return Catalog(tables=tuple(tables))


def changed(catalog: Catalog, number: int) -> Catalog:
    """Return a catalog with so many changes: columns, indexes and comments more, and types, in turn."""
    tables = list(catalog.tables)
    places = [place for place, table in enumerate(tables) if table.kind != "raw"]
    for count in range(number):
        place = places[count * len(places) // number]
        tables[place] = KINDS[count % len(KINDS)](tables[place], count)
    return Catalog(tables=tuple(tables))


def _more(table: Table, number: int) -> Table:
    more = Column(name=f"more_{number}", type="text", nullable=True)
    return replace(table, columns=(*table.columns, more))


def _indexed(table: Table, number: int) -> Table:
    more = Index(name=f"{table.short_name}_more_{number}_idx"[:63], columns=(table.columns[0].name,))
    return replace(table, indexes=(*table.indexes, more))


def _said(table: Table, number: int) -> Table:
    return replace(table, comment=f"{table.comment} ({number})")


def _retyped(table: Table, number: int) -> Table:
    found = next((one for one in reversed(table.columns) if one.nullable and one.type != "jsonb"), None)
    if found is None:
        return _more(table, number)
    columns = (replace(one, type="jsonb") if one is found else one for one in table.columns)
    return replace(table, columns=tuple(columns))


KINDS = (_more, _retyped, _indexed, _said)


def plan(measured: Measured) -> None:
    """Time what it takes to compare catalogs and to write the migrations, in CPU seconds."""
    history = committed()
    text = history.catalog or ""
    old = Catalog.from_json(text)
    measured.tables = len(old.tables)
    measured.reading = _cpu(lambda: Catalog.from_json(text))
    grown(history, changed(old, 1))  # what is imported when it is first wanted
    for number in MANY:
        new = changed(in_use(old), number)
        following = settled(Before(catalog=old, number=history.next_number), new)
        measured.diffing[number] = _cpu(lambda following=following: diff(old, following))
        measured.planning[number] = _cpu(lambda new=new: grown(history, new))


def _cpu(work: Callable[[], object]) -> float:
    return median(_once(work) for _ in range(ROUNDS))


def _once(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


# ------------------------------------------------------------------------------------------------- applying


def altered(name: str, change: Callable[[Table], Table]) -> Edit:
    """Return what changes a table of a catalog."""

    def edit(catalog: Catalog) -> Catalog:
        return Catalog(tables=tuple(change(one) if one.name == name else one for one in catalog.tables))

    return edit


def _column(name: str, /, **changes: object) -> Callable[[Table], Table]:
    def change(table: Table) -> Table:
        columns = (replace(one, **changes) if one.name == name else one for one in table.columns)
        return replace(table, columns=tuple(columns))

    return change


def _without(name: str) -> Callable[[Table], Table]:
    return lambda table: replace(table, columns=tuple(one for one in table.columns if one.name != name))


def _hundred(table: Table) -> Table:
    for number in range(100):
        table = _more(table, number)
    return table


def _another_key(table: Table) -> Table:
    return _column("play_id", nullable=False)(replace(table, key=(*table.key, "play_id")))


CHANGES: dict[str, Edit] = {
    "a column more": altered(PITCHES, lambda table: _more(table, 100)),
    "100 columns more": altered(PITCHES, _hundred),
    "an index more": altered(PITCHES, lambda table: _indexed(table, 0)),
    "another type of a column": altered(PITCHES, _column("pfx_id", type="jsonb")),
    "another name of a column": altered(PITCHES, _column("zone", name="zone_number", was=("zone",))),
    "a column given up": altered(PITCHES, _without("injury_type")),
    "another comment": altered(PITCHES, lambda table: _said(table, 0)),
    "another key: the table made anew": altered(PITCHES, _another_key),
}


def apply(measured: Measured, folder: Path, season: Path | None) -> None:
    """Load games into a server of our own, and change the table of their pitches while it is read and written."""
    home = committed()
    home = grown(home, in_use(home.state))  # with what waits to be written of `metadata`
    _write(home, folder / "postgres")
    with _loaded(folder, _responses(season, measured.games, folder)) as (connection, url):
        _weigh(connection, measured)
        pid = connection.info.backend_pid
        with watched(url, pid) as measured.quiet:
            time.sleep(QUIET)
        for what, edit in CHANGES.items():
            following = grown(home, edit(in_use(home.state)))
            _write(following, folder / "postgres")
            count = len(following.migrations) - len(home.migrations)
            with watched(url, pid) as seen:
                begun = time.perf_counter()
                migrator.migrate(connection, migrations.read(folder / "postgres"))
                seconds = time.perf_counter() - begun
            measured.applied.append(Applied(what, count, seconds, seen))
            home = following


def _write(history: History, folder: Path) -> None:
    for path, text in history.files.items():
        file = folder / path.removeprefix("postgres/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")


def _responses(season: Path | None, games: int, folder: Path) -> list[str]:
    if season is None:
        season = folder / "season"
        write((item for item in Season(2024, 0, games).answers() if item.operation == FEED), season)
    return sorted(str(file) for file in season.rglob("liveGameV1/*.gz"))[:games]


@contextmanager
def _loaded(folder: Path, files: Sequence[str]) -> Generator[tuple[Connection, str]]:
    server = database.start(folder / "server", database.Options(dies_with_us=True))
    try:
        with database.opened(server.url()) as connection:
            migrator.migrate(connection, migrations.read(folder / "postgres"))
            ingest = Ingest(connection, generated(ROOT), Archive(folder / "archive"), Quiet())
            ingest.files(files)
            documents = Documents(connection, ingest.catalog, ingest.archive)
            assert not load_pending(documents, (FEED,), Quiet()).failed
            connection.execute("VACUUM ANALYZE")
            yield connection, server.url()
    finally:
        database.stop(folder / "server")


def _weigh(connection: Connection, measured: Measured) -> None:
    query = f"SELECT count(*), pg_database_size(current_database()) FROM {PITCHES}"
    found = connection.execute(query.encode()).fetchone()
    assert found is not None
    measured.rows, measured.megabytes = found[0], found[1] / 1e6
    measured.server = connection.info.parameter_status("server_version") or ""


@click.command()
@click.option("--games", type=click.IntRange(1), default=300, show_default=True, help="the first so many")
@click.option(
    "--to", "file", type=click.Path(path_type=Path), default=PAGE, metavar="FILE", help="write here"
)
@click.option("--season", type=click.Path(path_type=Path), help="live feeds that are there already")
def main(games: int, file: Path, season: Path | None) -> None:
    """Measure planning on the catalog of the project, and applying on games of a season that was never played."""
    before = os.getloadavg()[0]
    measured = Measured(games)
    plan(measured)
    with tempfile.TemporaryDirectory(prefix="mlb-evolution-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        apply(measured, folder, season)
    text = page(measured, (before, os.getloadavg()[0]))
    file.write_text(text, "utf-8")
    click.echo(text)


if __name__ == "__main__":
    main()
