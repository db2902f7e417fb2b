"""Read the generated migrations: files in order, and the hash chain that shows an edit."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from runtime.errors import TerminalError

_NO_TRANSACTION = re.compile(rb"^-- mlbc: no-transaction\s*$", re.MULTILINE)
_REMAKE_VIEWS = re.compile(rb"^-- mlbc: remake-views\s*$", re.MULTILINE)
_STEP = re.compile(r"^(?=-- \d+/\d+  )", re.MULTILINE)
_TITLE = re.compile(r"-- (\d+/\d+  .*)")
EACH_PARTITION = "-- mlbc: then each partition, concurrently"
"""Before the statement that makes an index of a partitioned table, without one of any partition."""

# What may hold a semicolon that ends nothing: comments, strings, quoted names, dollar quotes.
_TOKEN = re.compile(
    r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\"[^\"]*\"|(?P<tag>\$\w*\$).*?(?P=tag)|(?P<end>;)", re.DOTALL
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What is done at one go, and again from its beginning: the SQL, and its title as in `1/2  add column a.b.c`."""

    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One file: its bytes, their digest, and the digest of the history that ends with it."""

    name: str
    text: bytes
    checksum: str
    chain: str

    @property
    def transactional(self) -> bool:
        """Say whether the file runs in one transaction."""
        return not _NO_TRANSACTION.search(self.text)

    @property
    def steps(self) -> tuple[Step, ...]:
        """What the file does, step by step; what stands above the first, or a whole file, has no title."""
        parts = filter(str.strip, _STEP.split(self.text.decode("utf-8")))
        titles = ((_TITLE.match(part), part) for part in parts)
        return tuple(Step(title=title[1] if title else "", text=part) for title, part in titles)

    @property
    def remakes_views(self) -> bool:
        """Say whether views would read something else than what they name."""
        return bool(_REMAKE_VIEWS.search(self.text))


def link(previous: str, text: bytes) -> str:
    """Return the next digest of the chain.

    >>> link("", b"")[:12]
    '01ba4719c80b'
    """
    return hashlib.sha256(previous.encode("ascii") + b"\n" + text).hexdigest()


def read(folder: Path) -> tuple[Migration, ...]:
    """Read `migrations/*.sql` below a folder and check them against `migrations.sum`."""
    files = sorted((folder / "migrations").glob("*.sql"))
    if not files:
        raise TerminalError(
            "there are no migrations", where=str(folder / "migrations"), hint="run `make generate`"
        )
    migrations = tuple(_chained(files))
    _check(folder / "migrations.sum", migrations)
    return migrations


def statements(text: str) -> Iterator[str]:
    """Split SQL into statements, for files that cannot run in one transaction.

    >>> list(statements("SELECT ';'; SELECT $$;$$ -- a;b"))
    ["SELECT ';'"]
    """
    start = 0
    for token in _TOKEN.finditer(text):
        if token["end"]:
            yield text[start : token.start()].strip()
            start = token.end()


def _chained(files: list[Path]) -> Iterator[Migration]:
    chain = ""
    for path in files:
        text = path.read_bytes()
        chain = link(chain, text)
        yield Migration(name=path.name, text=text, checksum=hashlib.sha256(text).hexdigest(), chain=chain)


def _check(listing: Path, migrations: tuple[Migration, ...]) -> None:
    try:
        lines = listing.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise TerminalError(
            "the migrations have no hash chain", where=str(listing), hint="run `make generate`"
        ) from None
    if any(line.startswith(("<<<<<<<", ">>>>>>>")) for line in lines):
        raise _unlike("a merge was not finished", listing)
    listed = [(line[:64], line[66:]) for line in lines if line.strip()]
    actual = [(migration.chain, migration.name) for migration in migrations]
    if listed != actual:
        raise _unlike(_difference(listed, actual), listing)


def _difference(listed: list[tuple[str, str]], actual: list[tuple[str, str]]) -> str:
    """Return the first thing that is wrong with the files, as the chain tells it."""
    names, found = [name for _, name in listed], [name for _, name in actual]
    heads: dict[str, str] = {}
    for name in found:
        number = name.partition("_")[0]
        if heads.setdefault(number, name) != name:
            return f"two migrations have the number {number}: {heads[number]} and {name}"
    missing = next((name for name in names if name not in found), None)
    if missing:
        return f"{missing} is missing"
    changed = next((name for chain, name in actual if (chain, name) not in listed), "the order of the list")
    return f"the migrations do not match their hash chain, first at {changed}"


def _unlike(what: str, listing: Path) -> TerminalError:
    hint = (
        "history is append-only: restore the file from git; after a merge, keep the files of the main branch and run "
        "`mlbc generate` again"
    )
    return TerminalError(what, where=str(listing), hint=hint)
