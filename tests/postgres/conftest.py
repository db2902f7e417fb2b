"""One server for the run, without durability, that ends with it; one database per test, copied from a template."""

import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from psycopg import sql

from runtime import database, migrations, migrator
from runtime.archive import Archive
from runtime.database import Connection
from runtime.documents import Documents
from runtime.ingest import Ingest
from runtime.progress import Quiet
from tests.postgres import catalog as demo

if TYPE_CHECKING:
    from tests.support.questions import Analyst

_FAST = database.Options(durable=False, dies_with_us=True)
_numbers = count()


@pytest.fixture(scope="session")
def open_folder() -> Generator[Path]:
    """A temporary folder that the server's user can enter; pytest's own are private."""
    folder = Path(tempfile.mkdtemp(prefix="mlb-pg-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server(open_folder: Path) -> Generator[database.Status]:
    """A running server."""
    folder = open_folder / "server"
    yield database.start(folder, _FAST)
    database.stop(folder)


@pytest.fixture(scope="session")
def template(server: database.Status, open_folder: Path) -> str:
    """A database with the tables of the demonstration catalog."""
    name = f"template_{os.getpid()}"
    with database.opened(_url(server, "postgres")) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    demo.write_migrations(open_folder / "generated")
    with database.opened(_url(server, name)) as connection:
        migrator.migrate(connection, migrations.read(open_folder / "generated"))
    return name


@pytest.fixture(scope="session")
def new_database(server: database.Status, template: str) -> Callable[..., AbstractContextManager[str]]:
    """Makes databases that last for a block, for tests that need several."""

    @contextmanager
    def make(template: str = template) -> Generator[str]:
        name = f"test_{os.getpid()}_{next(_numbers)}"
        names = {"name": sql.Identifier(name), "template": sql.Identifier(template)}
        with database.opened(_url(server, "postgres")) as admin:
            admin.execute(sql.SQL("CREATE DATABASE {name} TEMPLATE {template}").format(**names))
            try:
                yield _url(server, name)
            finally:
                admin.execute(sql.SQL("DROP DATABASE {name} WITH (FORCE)").format(**names))

    return make


@pytest.fixture
def url(new_database: Callable[..., AbstractContextManager[str]]) -> Iterator[str]:
    """The URL of a fresh database."""
    with new_database() as made:
        yield made


@pytest.fixture
def connection(url: str) -> Iterator[Connection]:
    """A connection to a fresh database."""
    with database.opened(url) as opened:
        yield opened


@pytest.fixture
def ingest(connection: Connection, tmp_path: Path) -> Ingest:
    """Takes responses in."""
    return Ingest(connection, demo.CATALOG, Archive(tmp_path / "archive"), Quiet())


@pytest.fixture
def documents(ingest: Ingest) -> Documents:
    """Finds documents of the same database."""
    return Documents(ingest.connection, ingest.catalog, ingest.archive)


@pytest.fixture(scope="session")
def ask(server: database.Status, open_folder: Path) -> Iterator["Analyst"]:
    """Named queries over captured and generated responses; tests take back what they change."""
    from tests.support.questions import analyst  # compiles the project: only where it is wanted

    with analyst(server, open_folder) as made:
        yield made


def _url(server: database.Status, name: str) -> str:
    assert server.settings is not None
    return server.settings.url(name)
