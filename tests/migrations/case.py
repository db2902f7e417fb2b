"""Written cases of migrations: catalogs one after the other, and what the migrations between them say.

A case is `cases/<name>.txt`: a sentence that says why it is there, then after `---` each: the first catalog as it is
planned, what is planned next, and so on; last what the migrations say of themselves: name, statements, locks, hazards.

A catalog is YAML: `schema.table` -> `columns` (`name type [not null] [default X]`, or an object with `name`, `type`,
`was`, `comment`), `key`, `indexes` and `unique` (name -> columns), `partition` (column -> `month` or `year`), `kind`,
`operation`, `comment`, `was`, `key_name`. `drop` names what is given up and goes now.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Required, TypedDict

import yaml

from compiler.diagnostics import Sink
from compiler.ir.catalog import Catalog, Column, Index, Partitioning, Table
from compiler.ir.names import bounded
from compiler.migrate.history import History
from tests.postgres.evolution import follow, grown

CASES = Path(__file__).parent / "cases"
NAMES = sorted(path.stem for path in CASES.glob("*.txt"))

_COLUMN = re.compile(r"(?P<type>.+?)(?P<required> not null)?(?: default (?P<default>.+))?")
_SAID = re.compile(
    r"^-- +(?:(?:\d+/\d+|also)  (?P<title>.+)|lock +(?P<lock>[^:,\n]+).*|hazard (?P<hazard>[^:\n]+).*)$",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The catalogs that databases get, one after the other, and what the migrations say or why there are none."""

    name: str
    parts: tuple[str, ...]
    planned: tuple[Catalog, ...]
    steps: tuple[Catalog, ...]
    history: History
    refused: tuple[str, ...]

    @property
    def said(self) -> str:
        """What the migrations after the first say of themselves, or what is refused."""
        if self.refused:
            return "".join(f"refused: {title}\n" for title in self.refused)
        return "".join(map(summary, [*self.history.migrations.items()][1:]))

    def accept(self) -> None:
        """Write what is said as expected."""
        text = "---\n".join((*self.parts[:-1], self.said))
        (CASES / f"{self.name}.txt").write_text(text, "utf-8")


def summary(migration: tuple[str, str]) -> str:
    """Return what a migration says of itself: its name, its statements, and below each its lock and hazards."""
    name, text = migration
    lines = [name.removesuffix(".sql")]
    for found in _SAID.finditer(text):
        said = {key: value for key, value in found.groupdict().items() if value}
        lines += [f"  {value}" if key == "title" else f"    {key} {value}" for key, value in said.items()]
    return "\n".join(lines) + "\n"


def read(name: str) -> Case:
    """Read a case; the last part is what it expects."""
    parts = tuple((CASES / f"{name}.txt").read_text("utf-8").split("---\n"))
    return case(name, parts, [_catalog(part) for part in parts[1:-1]])


def case(name: str, parts: tuple[str, ...], plans: list[tuple[Catalog, frozenset[str]]]) -> Case:
    """Settle what is planned, plan by plan, as `generate` would."""
    steps: list[Catalog] = []
    for planned, dropped in plans:
        steps.append(follow(steps, planned, dropped))
    sink = Sink()
    history = grown(steps, sink)
    return Case(
        name=name,
        parts=parts,
        planned=tuple(planned for planned, _ in plans),
        steps=tuple(steps),
        history=history,
        refused=tuple(note for found in sink.diagnostics for note in found.notes),
    )


class Members(TypedDict, total=False):
    """A table as a case writes it."""

    columns: list["str | Named"]
    key: list[str]
    indexes: dict[str, list[str]]
    unique: dict[str, list[str]]
    partition: dict[str, str]
    kind: str
    operation: str
    comment: str
    was: list[str]
    key_name: str


class Named(TypedDict, total=False):
    """A column of which more is to be said than name and type."""

    name: Required[str]
    type: Required[str]
    was: list[str]
    comment: str


def _catalog(text: str) -> tuple[Catalog, frozenset[str]]:
    said = yaml.safe_load(text) or {}
    dropped = frozenset[str](said.pop("drop", []))
    return Catalog(tables=tuple(_table(name, members) for name, members in said.items())), dropped


def _table(name: str, said: Members) -> Table:
    assert said.keys() <= Members.__annotations__.keys(), said.keys()
    indexes = [Index(name=index, columns=tuple(of)) for index, of in said.get("indexes", {}).items()]
    unique = [Index(name=one, columns=tuple(of), unique=True) for one, of in said.get("unique", {}).items()]
    partitions = [Partitioning(column=by, every=every) for by, every in said.get("partition", {}).items()]
    return Table(
        name=name,
        kind=said.get("kind", "normalized"),
        operation=said.get("operation", "game.a"),
        columns=tuple(map(_column, said.get("columns", []))),
        key=tuple(said.get("key", [])),
        key_name=said.get("key_name", bounded(f"{name.partition('.')[2]}_pkey")),
        indexes=(*indexes, *unique),
        partitioning=next(iter(partitions), None),
        comment=said.get("comment", ""),
        was=tuple(said.get("was", [])),
    )


def _column(said: str | Named) -> Column:
    if isinstance(said, str):
        name, _, type_ = said.partition(" ")
        said = Named(name=name, type=type_)
    found = _COLUMN.fullmatch(said["type"])
    assert found, said
    return Column(
        name=said["name"],
        type=found["type"],
        nullable=not found["required"],
        default=found["default"] or "",
        comment=said.get("comment", ""),
        was=tuple(said.get("was", [])),
    )
