"""The loop of an upstream update: what is told, compiled, judged, migrated and filled, on a populated database."""

import gzip
import re
import shutil
from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import psycopg
from psycopg import sql

from runtime import captures, database
from runtime.progress import Quiet
from runtime.project import Project
from tests.support.project import ROOT
from tests.upstream.edits import Edit, Envelope
from tests.upstream.rehearsal import Rehearsal
from tests.upstream.releases import INSIDE, installed
from tests.upstream.tables import Rows, rows

ENDPOINTS = ("division", "season")
MAPPINGS = ("defaults.yaml", *ENDPOINTS)
LATER = "2031-07-04T20:00:00+00:00"
EMPTY = "template1"
BEFORE = "before"
"""The folder that keeps what was generated from the documents before."""
_TITLE = re.compile(r"^-- \d+/\d+  (.*)$", re.MULTILINE)
_COUNT = re.compile(r" \([\d,]+ times?\)$")
_CODE = re.compile(r"^error\[(\w+)\]", re.MULTILINE)

NewDatabase = Callable[[str], str]
"""Makes a database out of another one, and returns its URL."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a rehearsal came to.

    `rescued` counts the rescued values before the update and after the backfill, `lost` the lost leaves after it.
    `kept` are the rows before anything happened, `migrated` and `filled` those after the migration and the backfill,
    `fresh` those of a new database that took in the same responses.
    """

    told: Sequence[str]
    refused: Sequence[str]
    changes: Sequence[str]
    breaks: Sequence[str]
    rescued: tuple[int, int]
    lost: int
    kept: Rows
    migrated: Rows
    filled: Rows
    fresh: Rows


@contextmanager
def databases() -> Generator[NewDatabase]:
    """Run a server, without durability, that ends with the block."""
    with TemporaryDirectory(prefix="mlb-upstream-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        home.chmod(0o755)  # the user of the server has to enter it
        status = database.start(home / "server", database.Options(durable=False, dies_with_us=True))
        numbers = count(1)
        assert status.settings is not None
        settings = status.settings

        def new(template: str) -> str:
            name = f"upstream_{next(numbers)}"
            made = {"name": sql.Identifier(name), "template": sql.Identifier(template.rpartition("/")[2])}
            with psycopg.connect(settings.url("postgres"), autocommit=True) as admin:
                admin.execute(sql.SQL("CREATE DATABASE {name} TEMPLATE {template}").format(**made))
            return settings.url(name)

        yield new
        database.stop(home / "server")


def populated(root: Path, new: NewDatabase) -> Rehearsal:
    """Make a project of two documents, as the last release has them, and load the captures that there are."""
    for name in MAPPINGS:
        copied(ROOT / "mappings" / name, root / "mappings" / name)
    for endpoint in ENDPOINTS:
        copied(ROOT / "schemas/observed" / endpoint, root / "schemas/observed" / endpoint)
        copied(installed("1.4.3") / INSIDE / f"{endpoint}.json", root / "documents" / f"{endpoint}.json")
    captures.pull(Project(ROOT), Quiet())
    for folder in (ROOT / ".mlb/captures").glob("*/*"):
        if folder.name in ENDPOINTS:
            copied(folder, root / folder.relative_to(ROOT))
    home = Rehearsal(root, database=new(EMPTY))
    home.mlbc("upstream", "update")
    home.mlbc("generate")
    home.etl("db", "migrate")
    home.load(*responses(home))
    return home


def responses(home: Rehearsal, operations: Collection[str] = ()) -> Sequence[str]:
    """Return the captures and what came later, of some operations or of all."""
    files = sorted(path for path in (home.root / ".mlb/captures").rglob("*.json.gz"))
    news = sorted((home.root / "news").glob("*.gz"))
    found = ((path, _read(path)) for path in (*files, *news))
    return [
        path.relative_to(home.root).as_posix()
        for path, envelope in found
        if not operations or _operation(envelope) in operations
    ]


def rehearse(home: Rehearsal, edit: Edit, new: NewDatabase) -> Outcome:
    """Let upstream change: responses first, then the documents; then follow, as the messages say."""
    news = _later(home, edit)
    home.etl("ingest", *news, code=None)
    home.etl("load")
    before = home.catalog()
    kept, waiting = rows(home.database, before), rescued(home)
    shutil.copytree(home.generated, home.root / BEFORE)
    told, refused = _accept(home, edit)
    home.mlbc("migrate", "verify")
    judged = breaks(home)
    home.etl("db", "migrate")
    after = home.catalog()
    migrated = rows(home.database, after)
    home.etl("ingest", *news, code=None)
    home.etl("backfill")
    known = {found["operation"] for found in home.objects_of("ls")}
    files = responses(home, known)
    return Outcome(
        told=told,
        refused=refused,
        changes=_changes(home),
        breaks=judged,
        rescued=(waiting, rescued(home)),
        lost=lost(home, known, files),
        kept=kept,
        migrated=migrated,
        filled=rows(home.database, after),
        fresh=fresh(home, files, new),
    )


def _accept(home: Rehearsal, edit: Edit) -> tuple[Sequence[str], Sequence[str]]:
    """Change the documents and accept them; return what was told, and what the mappings were refused for."""
    files = {path.stem: path for path in home.documents.glob("*.json")}
    documents = {name: orjson.loads(path.read_bytes()) for name, path in files.items()}
    before = deepcopy(documents)
    edit.documents(documents)
    for name, content in documents.items():
        if content != before[name]:
            files[name].write_bytes(orjson.dumps(content))
    home.mlbc("upstream", "status", code=1)
    assert _CODE.findall(home.mlbc("generate", code=1).said) == ["S110"]
    *told, document, accepted = home.mlbc("upstream", "update").out.splitlines()
    assert document.startswith("document `")
    assert accepted.startswith("accepted 2 documents")
    refused = home.mlbc("generate", code=1).said if edit.refused else ""
    edit.author(home)
    home.mlbc("generate", "--diff", code=None)
    home.mlbc("generate")
    return [_COUNT.sub("", line) for line in told], _CODE.findall(refused)


def _later(home: Rehearsal, edit: Edit) -> Sequence[str]:
    """Write what upstream answers from now on to the request of a capture; to others nobody asks it again."""
    path = home.root / responses(home, {edit.operation})[0]
    envelope = _read(path)
    edit.answer(envelope)
    envelope["captured_at"] = LATER
    file = home.root / "news" / path.name
    file.parent.mkdir()
    file.write_bytes(gzip.compress(orjson.dumps(envelope), mtime=0))
    return [file.relative_to(home.root).as_posix()]


def breaks(home: Rehearsal) -> Sequence[str]:
    """Return what the gate finds against what was generated before: the rule and its subject."""
    *_, report = home.objects_of("breaking", "--against", str(home.root / BEFORE), code=None)
    return sorted(f"{one['rule']} {one['subject']}" for one in report["findings"])


def _changes(home: Rehearsal) -> Sequence[str]:
    """Return what the migrations do that were added."""
    known = {path.name for path in (home.root / BEFORE / "postgres/migrations").iterdir()}
    added = sorted(
        path for path in (home.generated / "postgres/migrations").iterdir() if path.name not in known
    )
    return [title for path in added for title in _TITLE.findall(path.read_text("utf-8"))]


def lost(home: Rehearsal, operations: Collection[str], files: Collection[str]) -> int:
    """Return how many leaves of responses are lost; an exit code of 0 says none."""
    total = 0
    for name in sorted(operations):
        own = [str(home.root / file) for file in files if _operation(_read(home.root / file)) == name]
        if own:
            total += sum(found["lost"] for found in home.objects_of("account", name, *own))
    return total


def fresh(home: Rehearsal, files: Collection[str], new: NewDatabase) -> Rows:
    """Return the rows of a new database that took in the same responses."""
    other = Rehearsal(home.root, database=new(EMPTY))
    other.etl("db", "migrate")
    other.load(*files)
    return rows(other.database, home.catalog())


def rescued(home: Rehearsal) -> int:
    """Count the rescued values."""
    with psycopg.connect(home.database) as connection:
        found = connection.execute("SELECT count(*) FROM metadata.rescued_values").fetchone()
    assert found is not None
    return found[0]


def _read(path: Path) -> Envelope:
    return orjson.loads(gzip.decompress(path.read_bytes()))


def _operation(envelope: Envelope) -> str:
    return f"{envelope['endpoint']}.{envelope['method']}"


def copied(source: Path, to: Path) -> None:
    """Copy a file or a folder."""
    to.parent.mkdir(parents=True, exist_ok=True)
    copy: Any = shutil.copytree if source.is_dir() else shutil.copy
    copy(source, to)
