"""Put the tables of fragments where operations use them: paths begin at the place of use, names with its prefix."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from compiler.diagnostics import Sink, did_you_mean
from compiler.ir.mapping import (
    ColumnSpec,
    FragmentSpec,
    IgnoreSpec,
    MappingTree,
    OperationSpec,
    PathText,
    ShapeSpec,
    TableSpec,
    UseSpec,
)
from compiler.ir.paths import Path, Reference, parse, show
from compiler.passes.anchors import absolute, table_path
from compiler.rules import UNKNOWN_FRAGMENT, UNUSED_FRAGMENT

_LAST = "[-1]"

Place = Callable[[PathText], PathText]
"""Puts a path of a fragment where the fragment is used."""


def with_fragments(spec: OperationSpec, fragments: Sequence[FragmentSpec], sink: Sink) -> OperationSpec:
    """Return the mapping with what it uses in place: the fragments' tables, then its own.

    before: `use: [{fragment: plays, at: $.liveData.plays, as: game.live_game_}]`, and `rows: $.allPlays[*]` in it
    after: a table `game.live_game_plays` with `rows: $.liveData.plays.allPlays[*]`
    """
    placing = _Placing({fragment.name: fragment for fragment in fragments}, sink)
    tables = placing.tables(spec.uses, spec.tables, ())
    return replace(
        spec,
        uses=(),
        tables=tables,
        ignore=(*spec.ignore, *placing.ignore),
        shapes=(*spec.shapes, *placing.shapes),
    )


def check_fragments(mapping: MappingTree, sink: Sink) -> None:
    """Report fragments that nobody uses: nothing else would ever look at their paths."""
    trees = (tree for item in (*mapping.operations, *mapping.fragments) for tree in item.tables)
    uses = (use for spec in mapping.operations for use in spec.uses)
    used = {use.fragment for use in (*uses, *(use for tree in trees for use in _uses(tree)))}
    for fragment in mapping.fragments:
        if fragment.name not in used:
            sink.report(UNUSED_FRAGMENT.at(fragment.origin, f"no operation uses fragment `{fragment.name}`"))


def _uses(table: TableSpec) -> Iterator[UseSpec]:
    yield from table.uses
    for below in table.tables:
        yield from _uses(below)


@dataclass(frozen=True, slots=True)
class _Placing:
    """Places the fragments of one operation, and collects what they say of shapes and ignored parts."""

    known: Mapping[str, FragmentSpec]
    sink: Sink
    ignore: list[IgnoreSpec] = field(default_factory=list[IgnoreSpec])
    shapes: list[ShapeSpec] = field(default_factory=list[ShapeSpec])
    around: list[str] = field(default_factory=list[str])

    def tables(
        self, uses: tuple[UseSpec, ...], own: tuple[TableSpec, ...], row: Path
    ) -> tuple[TableSpec, ...]:
        placed = (table for use in uses for table in self.used(use, row))
        return (*placed, *(self.inside(table, row) for table in own))

    def inside(self, table: TableSpec, row: Path) -> TableSpec:
        below = table_path(table, row)
        return replace(table, uses=(), tables=self.tables(table.uses, table.tables, below))

    def used(self, use: UseSpec, row: Path) -> tuple[TableSpec, ...]:
        fragment, base = self.known.get(use.fragment), absolute(use.at.reference, row, {})
        if fragment is None:
            self.unknown(use, f"no fragment `{use.fragment}` in the mappings", use.fragment, self.known)
            return ()
        if fragment.name in self.around or base is None:
            message = (
                f"fragment `{use.fragment}` uses itself"
                if base is not None
                else f"`{use.at.text}` climbs too high"
            )
            self.sink.report(UNKNOWN_FRAGMENT.at(use.origin, message))
            return ()
        self.around.append(fragment.name)
        tables = self.placed(use, fragment, base)
        self.around.pop()
        return tables

    def placed(self, use: UseSpec, fragment: FragmentSpec, base: Path) -> tuple[TableSpec, ...]:
        names, nouns = dict(use.names), _nouns(fragment.tables)
        for noun in names.keys() - set(nouns):
            self.unknown(use, f"fragment `{fragment.name}` has no table `{noun}`", noun, nouns)

        def place(path: PathText) -> PathText:
            return replace(path, reference=_placed(path.reference, base))

        def name(noun: str) -> str:
            return names.get(noun) or f"{use.prefix}{noun}"

        self.ignore.extend(_ignored(item, place, base) for item in fragment.ignore)
        self.shapes.extend(_shape(item, place) for item in fragment.shapes)
        return tuple(self.inside(_table(table, place, name), base) for table in fragment.tables)

    def unknown(self, use: UseSpec, message: str, word: str, known: Collection[str]) -> None:
        self.sink.report(UNKNOWN_FRAGMENT.at(use.origin, message, advice=did_you_mean(word, known)))


def _nouns(tables: Sequence[TableSpec]) -> list[str]:
    return [noun for table in tables for noun in (table.name, *_nouns(table.tables))]


def _placed(reference: Reference, base: Path) -> Reference:
    return replace(reference, steps=(*base, *reference.steps)) if reference.anchor == "$" else reference


def _table(table: TableSpec, place: Place, name: Callable[[str], str]) -> TableSpec:
    return replace(
        table,
        name=name(table.name),
        was=tuple(map(name, table.was)),
        rows=place(table.rows),
        where=replace(table.where, path=place(table.where.path)) if table.where else None,
        lookups=tuple(replace(item, path=place(item.path)) for item in table.lookups),
        prefixes=tuple(replace(item, path=place(item.path)) for item in table.prefixes),
        columns=tuple(_column(item, place) for item in table.columns),
        omit=tuple(replace(item, path=place(item.path)) for item in table.omit),
        uses=tuple(_use(item, place, name) for item in table.uses),
        tables=tuple(_table(item, place, name) for item in table.tables),
    )


def _use(use: UseSpec, place: Place, name: Callable[[str], str]) -> UseSpec:
    """Place a use within a fragment: the names that it gives are nouns of the fragment."""
    names = tuple((noun, name(given)) for noun, given in use.names)
    return replace(use, at=place(use.at), prefix=name(use.prefix), names=names)


def _column(column: ColumnSpec, place: Place) -> ColumnSpec:
    return replace(column, path=place(column.path)) if column.path else column


def _ignored(item: IgnoreSpec, place: Place, base: Path) -> IgnoreSpec:
    if not item.equals:
        return replace(item, path=place(item.path))
    last = _LAST if item.equals.endswith(_LAST) else ""
    equals = show(_placed(parse(item.equals.removesuffix(_LAST)), base).steps) + last
    return replace(item, path=place(item.path), equals=equals)


def _shape(item: ShapeSpec, place: Place) -> ShapeSpec:
    return replace(item, path=place(item.path))
