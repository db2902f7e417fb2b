"""Spark and Postgres at once: the server and the databases of tests/postgres, the session of tests/spark."""

from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from runtime import captures, database, migrations, migrator
from runtime.archive import Archive
from runtime.database import opened
from runtime.documents import Documents
from runtime.ingest import Ingest
from runtime.progress import Quiet
from runtime.project import Project
from runtime.registry import generated
from tests.postgres.conftest import new_database, open_folder, server, template, url
from tests.spark.conftest import spark

__all__ = ["new_database", "open_folder", "server", "spark", "template", "url"]

PROJECT = Project(Path(__file__).parents[2])


@pytest.fixture(scope="session")
def ingested(server: database.Status, open_folder: Path) -> str:
    """The name of a database with the project's tables, and the captures in its raw tables."""
    files = captures.files(PROJECT)
    if not files:
        pytest.skip("no captures here: run `mlb-etl captures pull`")
    assert server.settings is not None
    with opened(server.settings.url("postgres")) as admin:
        admin.execute("CREATE DATABASE ingested")
    with opened(server.settings.url("ingested")) as connection:
        migrator.migrate(connection, migrations.read(PROJECT.migrations))
        Ingest(connection, generated(PROJECT.root), Archive(open_folder / "archive"), Quiet()).files(files)
    return "ingested"


@pytest.fixture(scope="session")
def of_project(open_folder: Path) -> Callable[[str], AbstractContextManager[Documents]]:
    """Opens the documents of a database with the project's tables."""

    @contextmanager
    def documents(url: str) -> Generator[Documents]:
        with opened(url) as connection:
            yield Documents(connection, generated(PROJECT.root), Archive(open_folder / "archive"))

    return documents


@pytest.fixture(scope="module")
def two_databases(
    new_database: Callable[..., AbstractContextManager[str]], ingested: str
) -> Iterator[tuple[str, str]]:
    """Two copies of the database with the captures: for the local engine, and for Spark."""
    with new_database(ingested) as one, new_database(ingested) as other:
        yield one, other


@pytest.fixture(scope="session")
def project_template(server: database.Status) -> str:
    """The name of a database with the project's tables and nothing in them."""
    assert server.settings is not None
    with opened(server.settings.url("postgres")) as admin:
        admin.execute("CREATE DATABASE project")
    with opened(server.settings.url("project")) as connection:
        migrator.migrate(connection, migrations.read(PROJECT.migrations))
    return "project"
