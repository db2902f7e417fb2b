"""Turn the YAML of `mappings/` into the MappingTree: the grammar, and nothing that needs a schema.

Each file is the mapping of one operation, or a fragment that several operations use; `defaults.yaml` holds what is true
for all, `entities.yaml` says where they send the same thing, `dimensions.yaml` what they mention.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from compiler.diagnostics import Sink
from compiler.frontends.column_spec import ColumnReader, read_type
from compiler.frontends.dimension_spec import read_dimensions
from compiler.frontends.document import Block, Node, Scalar, read_yaml
from compiler.frontends.grammar import GRAMMAR
from compiler.frontends.rule_spec import RuleReader
from compiler.frontends.shape_spec import ShapeReader
from compiler.frontends.sql import read_sql
from compiler.frontends.storage_spec import read_indexes, read_partition
from compiler.frontends.yaml_reader import Yaml, YamlReader
from compiler.ir.mapping import (
    Defaults,
    DimensionSpec,
    EntitySpec,
    FilterSpec,
    FragmentSpec,
    IgnoreSpec,
    LookupSpec,
    MappingTree,
    OmitSpec,
    OperationSpec,
    PathText,
    PlaceSpec,
    PrefixSpec,
    RawKeySpec,
    ShapeSpec,
    TableSpec,
    UseSpec,
    WhereSpec,
)
from compiler.ir.paths import Reference, branches
from compiler.rules import DEFINED_TWICE, FILTER_SYNTAX
from compiler.source import Origin, SourceFile

DEFAULTS = "defaults.yaml"
ENTITIES = "entities.yaml"
DIMENSIONS = "dimensions.yaml"

_LAST = "[-1]"
_NOWHERE = PathText(text="", reference=Reference("$", 0, ()), origin=Origin(""))
_WHERE = re.compile(r"(?P<not>not\s+)?(?P<path>[^\s=]+)(?:\s*=\s*(?P<text>\S(?:.*\S)?))?")


def read_mappings(files: Iterable[SourceFile], sink: Sink) -> MappingTree:
    """Read all files; what is wrong with one is reported, and the rest is read all the same."""
    reading = _Reading(YamlReader(sink))
    operations: list[OperationSpec] = []
    fragments: list[FragmentSpec] = []
    defaults = Defaults()
    entities: tuple[EntitySpec, ...] = ()
    dimensions: tuple[DimensionSpec, ...] = ()
    for file in sorted(files, key=lambda found: found.path):
        node = read_yaml(file, sink)
        if node is None:
            continue
        if PurePosixPath(file.path).name == DEFAULTS:
            defaults = reading.defaults(Yaml(node, file))
        elif PurePosixPath(file.path).name == ENTITIES:
            entities = tuple(reading.entities(Yaml(node, file)))
        elif PurePosixPath(file.path).name == DIMENSIONS:
            dimensions = tuple(read_dimensions(reading.read, Yaml(node, file)))
        elif _is_fragment(node):
            fragments += reading.fragment(Yaml(node, file))
        elif spec := reading.operation(Yaml(node, file)):
            operations.append(spec)
    return MappingTree(
        operations=tuple(sorted(operations, key=lambda spec: spec.operation)),
        defaults=defaults,
        entities=entities,
        fragments=tuple(fragments),
        dimensions=dimensions,
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    """Reads mappings; `defined` remembers operations and tables across files.

    `scope` stands before the names of a fragment's tables, which are its own.
    """

    read: YamlReader
    defined: dict[str, Yaml] = field(default_factory=dict[str, Yaml])
    scope: str = ""

    def defaults(self, at: Yaml) -> Defaults:
        fields = self.read.fields(at, GRAMMAR["defaults"])
        budget = fields.get("columns_per_table")
        return Defaults(
            sentinels=self.read.texts(fields.get("sentinels")),
            folds=tuple(self.read.names(item) for item in self.read.items(fields.get("folds"))),
            ignore=tuple(
                replace(found, is_default=True)
                for item in self.read.items(fields.get("ignore"))
                if (found := self._ignore(item))
            ),
            columns_per_table=self.read.number(budget) if budget else Defaults().columns_per_table,
        )

    def entities(self, at: Yaml) -> Iterable[EntitySpec]:
        """Read `entity: {operation: [path, ...], ..., also: {operation: [path, ...], ...}}`."""
        for name, entity in self.read.entries(at).items():
            listed = self.read.entries(entity)
            also = listed.pop("also", None)
            yield EntitySpec(
                name=name,
                places=tuple(self._places(listed)),
                also=tuple(self._places(self.read.entries(also))) if also else (),
            )

    def _places(self, listed: dict[str, Yaml]) -> Iterable[PlaceSpec]:
        """Read lists of paths by operation; a fold in a path stands for a place in each branch."""
        return (
            PlaceSpec(operation=operation, path=place, origin=paths.key_origin)
            for operation, paths in listed.items()
            for item in self.read.items(paths)
            if (path := self.read.path(item, is_absolute=True)) is not None
            for place in _each_branch(path)
        )

    def operation(self, at: Yaml) -> OperationSpec | None:
        fields = self.read.fields(at, GRAMMAR["operation"])
        named = self.read.need(at, fields, "operation")
        name = self.read.text(named)
        if named is None or not name or not self._is_new(f"operation `{name}`", named):
            return None
        tables = self._tables(fields)
        uses = self._uses(fields, is_absolute=True)
        raw = self.read.fields(fields["raw"], GRAMMAR["raw"]) if "raw" in fields else {}
        return OperationSpec(
            operation=name,
            raw_table=self.read.text(raw.get("table")),
            raw_keys=tuple(
                filter(None, (self._raw_key(key, entry) for key, entry in self._entries(raw, "keys")))
            ),
            raw_version=self.read.text(raw.get("version")),
            document=self.read.names(fields.get("document")),
            uses=uses,
            partition=read_partition(self.read, fields.get("partition")),
            tables=tables,
            is_raw_only="tables" in fields and not tables and not uses,
            ignore=self._ignored(fields),
            shapes=self._shapes(fields),
            rules=RuleReader(self.read).of_operation(fields.get("rules")),
            origin=named.origin,
        )

    def fragment(self, at: Yaml) -> Iterable[FragmentSpec]:
        fields = self.read.fields(at, GRAMMAR["fragment"])
        named = fields["fragment"]
        name = self.read.text(named)
        if name and self._is_new(f"fragment `{name}`", named):
            own = replace(self, scope=f"{name}: ")
            yield FragmentSpec(
                name=name,
                tables=own._tables(fields),
                ignore=self._ignored(fields),
                shapes=self._shapes(fields),
                origin=named.origin,
            )

    def _uses(self, fields: dict[str, Yaml], *, is_absolute: bool) -> tuple[UseSpec, ...]:
        used = (self._use(item, is_absolute=is_absolute) for item in self.read.items(fields.get("use")))
        return tuple(filter(None, used))

    def _use(self, at: Yaml, *, is_absolute: bool) -> UseSpec | None:
        fields = self.read.fields(at, GRAMMAR["use"])
        fragment = self.read.text(self.read.need(at, fields, "fragment"))
        place = self.read.path(self.read.need(at, fields, "at"), is_absolute=is_absolute)
        names = ((noun, self.read.text(name)) for noun, name in self._entries(fields, "names"))
        prefix = self.read.text(self.read.need(at, fields, "as"))
        if not fragment or place is None:
            return None
        return UseSpec(
            fragment=fragment, at=place, prefix=prefix, names=tuple(names), origin=fields["fragment"].origin
        )

    def _ignored(self, fields: dict[str, Yaml]) -> tuple[IgnoreSpec, ...]:
        return tuple(filter(None, map(self._ignore, self.read.items(fields.get("ignore")))))

    def _shapes(self, fields: dict[str, Yaml]) -> tuple[ShapeSpec, ...]:
        shapes = ShapeReader(self.read)
        return tuple(filter(None, (shapes.shape(entry) for _, entry in self._entries(fields, "shapes"))))

    def _entries(self, fields: dict[str, Yaml], name: str) -> Iterable[tuple[str, Yaml]]:
        return self.read.entries(fields[name]).items() if name in fields else ()

    def _is_new(self, what: str, at: Yaml) -> bool:
        first = self.defined.setdefault(what, at)
        if first is not at:
            self.read.twice(DEFINED_TWICE, f"{what} is defined twice", at, first)
        return first is at

    def _raw_key(self, name: str, at: Yaml) -> RawKeySpec | None:
        columns = ColumnReader(self.read)
        fields = {"path": at} if isinstance(at.node, Scalar) else self.read.fields(at, GRAMMAR["raw_key"])
        if not columns.has_one_source(at, fields, ("path", "param")):
            return None
        path = self.read.path(fields.get("path"), is_absolute=True)
        param = self.read.text(fields.get("param"))
        if path is None and not param:
            return None
        return RawKeySpec(
            name=name,
            path=path,
            param=param,
            default=columns.empty_or_text(fields.get("default")),
            type=read_type(self.read, fields.get("type")),
            origin=at.key_origin,
        )

    def _ignore(self, at: Yaml) -> IgnoreSpec | None:
        fields = self.read.fields(at, GRAMMAR["ignored"])
        path = self.read.path(self.read.need(at, fields, "path"), is_absolute=True)
        because = self.read.text(self.read.need(at, fields, "because"))
        check = self.read.fields(fields["check"], GRAMMAR["check"]) if "check" in fields else {}
        equals = self._equal_path(check.get("equals"))
        if path is None:
            return None
        type_ = read_type(self.read, fields.get("type"))
        return IgnoreSpec(path=path, because=because, equals=equals, type=type_, origin=at.origin)

    def _equal_path(self, at: Yaml | None) -> str:
        """Check a path that may end in `[-1]`, the last element; keep its text."""
        text = self.read.text(at)
        if at is None or not text:
            return ""
        return text if self.read.path_in(at, text.removesuffix(_LAST), 0, is_absolute=True) else ""

    # -------------------------------------------------------------------------------------- tables

    def _tables(self, fields: dict[str, Yaml]) -> tuple[TableSpec, ...]:
        read = (self._table(name, entry) for name, entry in self._entries(fields, "tables"))
        return tuple(table for table in read if table is not None)

    def _table(self, name: str, at: Yaml) -> TableSpec | None:
        is_new = self._is_new(f"{self.scope}table `{name}`", at)
        fields = self.read.fields(at, GRAMMAR["table"])
        rows = self.read.path(self.read.need(at, fields, "rows")) if fields else None
        parts = self._parts(fields, at)
        return None if rows is None or not is_new else replace(parts, name=name, rows=rows)

    def _parts(self, fields: dict[str, Yaml], at: Yaml) -> TableSpec:
        """Read all of a table but its name and rows, so that one mistake does not hide the others."""
        columns = ColumnReader(self.read)
        lookups = (self._lookup(key, entry) for key, entry in self._entries(fields, "lookups"))
        return TableSpec(
            name="",
            rows=_NOWHERE,
            where=self._where(fields.get("where")),
            filter=self._filter(fields["filter"]) if "filter" in fields else None,
            key=self.read.names(fields.get("key")),
            lookups=tuple(filter(None, lookups)),
            prefixes=tuple(
                filter(None, (self._prefix(entry) for _, entry in self._entries(fields, "prefix")))
            ),
            columns=tuple(
                filter(None, (columns.column(key, e) for key, e in self._entries(fields, "columns")))
            ),
            omit=tuple(filter(None, map(self._omit, self.read.items(fields.get("omit"))))),
            only=self.read.word(fields.get("only"), ("observed",)),
            rules=RuleReader(self.read).of_table(fields.get("rules")),
            uses=self._uses(fields, is_absolute=False),
            indexes=read_indexes(self.read, fields.get("indexes")),
            tables=self._tables(fields),
            was=self.read.texts(fields.get("was")),
            doc=self.read.text(fields.get("doc")),
            origin=at.key_origin,
        )

    def _where(self, at: Yaml | None) -> WhereSpec | None:
        text = self.read.text(at)
        match = _WHERE.fullmatch(text.strip())
        if at is None or not text:
            return None
        if match is None:
            message = f"`{text}` is not a filter"
            advice = "write `.flag`, `not .flag`, `.path = text` or `not .path = text`"
            self.read.sink.report(FILTER_SYNTAX.at(at.origin, message, advice=advice))
            return None
        path = self.read.path_in(at, match["path"], match.start("path"))
        if path is None:
            return None
        return WhereSpec(path=path, negated=match["not"] is not None, equals=match["text"], origin=at.origin)

    def _filter(self, at: Yaml) -> FilterSpec | None:
        fields = self.read.fields(at, GRAMMAR["filter"])
        because = self.read.text(self.read.need(at, fields, "because"))
        sql = read_sql(self.read, self.read.need(at, fields, "sql"))
        return FilterSpec(sql=sql, because=because, origin=at.key_origin) if sql else None

    def _lookup(self, name: str, at: Yaml) -> LookupSpec | None:
        path = self.read.path(at)
        return LookupSpec(name=name, path=path, origin=at.key_origin) if path else None

    def _prefix(self, at: Yaml) -> PrefixSpec | None:
        path = self.read.path(self.read.key_as_scalar(at))
        is_empty = isinstance(at.node, Scalar) and not at.node.is_plain and not at.node.text
        prefix = "" if is_empty else self.read.text(at)
        return PrefixSpec(path=path, prefix=prefix, origin=at.key_origin) if path else None

    def _omit(self, at: Yaml) -> OmitSpec | None:
        fields = self.read.fields(at, GRAMMAR["omitted"])
        path: PathText | None = self.read.path(self.read.need(at, fields, "path"))
        because = self.read.text(self.read.need(at, fields, "because"))
        return OmitSpec(path=path, because=because, origin=at.origin) if path else None


def _is_fragment(node: Node) -> bool:
    return isinstance(node, Block) and any(key.text == "fragment" for key, _ in node.entries)


def _each_branch(path: PathText) -> Iterable[PathText]:
    for steps in branches(path.reference.steps):
        yield replace(path, reference=replace(path.reference, steps=steps))
