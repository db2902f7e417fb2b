"""Carry out a recipe, step by step, on one database."""

from dataclasses import dataclass, field

from runtime import captures, database, definitions, dimensions, migrations, migrator, views
from runtime.archive import Archive
from runtime.database import opened
from runtime.documents import Documents
from runtime.engines import Chosen
from runtime.errors import TerminalError
from runtime.ingest import Ingest, from_archive
from runtime.jobs import Recipe, Step
from runtime.ledger import Run, recorded
from runtime.load import Outcome, load_pending, pending
from runtime.progress import Progress
from runtime.project import Project
from runtime.registry import Catalog, generated
from runtime.report import Report, build


@dataclass(slots=True)
class Work:
    """What steps share: the project, the database, and where progress goes."""

    project: Project
    progress: Progress
    database_url: str | None = None
    engine: Chosen = field(default_factory=Chosen)
    catalog: Catalog = field(init=False)

    def __post_init__(self) -> None:
        self.catalog = generated(self.project.root)

    @property
    def url(self) -> str:
        """The database in use; starts the embedded server if that is the one and it is down."""
        return database.url_in_use(self.project, self.database_url)

    @property
    def archive(self) -> Archive:
        """Where bodies are kept."""
        return Archive(self.project.archive)

    def migrate(self) -> tuple[str, ...]:
        """Bring the schema up to date."""
        with opened(self.url) as connection:
            files, folder = migrations.read(self.project.migrations), self.project.generated
            made, said = views.read(folder), definitions.read(folder)
            return migrator.migrate(connection, files, self.progress.note, made, said)

    def ingest(self, files: tuple[str, ...], run: Run) -> None:
        """Take files in."""
        with opened(self.url) as connection:
            Ingest(connection, self.catalog, self.archive, self.progress, tally=run.tally).files(files)

    def rebuild(self, run: Run) -> None:
        """Take the archive in and load it."""
        with opened(self.url) as connection:
            from_archive(Ingest(connection, self.catalog, self.archive, self.progress, tally=run.tally))
        self.load((), run)

    def load(self, operations: tuple[str, ...], run: Run, *, force: bool = False) -> Outcome:
        """Load what is pending."""
        with opened(self.url) as connection:
            documents = Documents(connection, self.catalog, self.archive)
            if self.engine.is_spark:
                migrator.require_current(connection, migrations.read(self.project.migrations))
                outcome = self._by_spark(documents, operations, run, force=force)
            else:
                outcome = load_pending(documents, operations, self.progress, force=force, loaded=run.loaded)
            if run.loaded.changed:
                dimensions.refresh(connection, self.project.dimensions)
                views.refresh(connection)
        run.findings += outcome.failed
        return outcome

    def _by_spark(
        self, documents: Documents, operations: tuple[str, ...], run: Run, *, force: bool
    ) -> Outcome:
        """Start Spark, which is large and optional, if there is something to load."""
        waiting = pending(documents, operations, force=force)
        if not waiting:
            return Outcome(run.loaded)
        try:
            from runtime.spark.load import Loading, load_by_spark
            from runtime.spark.session import running
        except ModuleNotFoundError as error:
            hint = "install the extra `spark`"
            raise TerminalError(f"the Spark engine needs `{error.name}`", hint=hint) from error
        settings = self.engine.settings.sized(len(waiting))
        with running(settings, say=self.progress.note) as session:
            loading = Loading(
                session=session,
                url=self.url,
                raw=documents,
                progress=self.progress,
                batch=settings.documents_per_batch,
                partitions=settings.parallelism if settings.is_local else 0,
                force=force,
            )
            return load_by_spark(loading, waiting, run.loaded)

    def report(self) -> Report:
        """Say what is in the database."""
        with opened(self.url) as connection:
            return build(connection, self.catalog, self.url)


def carry_out(recipe: Recipe, work: Work) -> tuple[Run | None, Report | None]:
    """Do every step. What comes after the migration is recorded as one run."""
    before = [step for step in recipe.steps if step in {Step.PULL, Step.START, Step.MIGRATE}]
    for step in before:
        _prepare(step, work)
    rest = [step for step in recipe.steps if step not in before]
    if not rest:
        return None, None
    report: Report | None = None
    with recorded(work.url, "run", job=recipe.name) as run:
        for step in rest:
            report = _do(step, work, run) or report
    return run, report


def _prepare(step: Step, work: Work) -> None:
    match step:
        case Step.PULL:
            captures.pull(work.project, work.progress)
        case Step.START:
            work.progress.note(f"database: {database.shown(work.url)}")
        case _:
            work.migrate()


def _do(step: Step, work: Work, run: Run) -> Report | None:
    match step:
        case Step.INGEST:
            files = captures.files(work.project)
            if not files:
                raise TerminalError("there are no captures", hint="run `mlb-etl captures pull`")
            work.ingest(files, run)
        case Step.LOAD:
            work.load((), run)
        case _:
            return work.report()
    return None
