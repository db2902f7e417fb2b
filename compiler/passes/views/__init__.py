"""Bind views and named queries: hold every SELECT against the tables and the other views."""
# pyright: reportUnknownMemberType=false

from types import MappingProxyType

from sqlglot.errors import SqlglotError

from compiler.diagnostics import Sink
from compiler.ir.views import Docs, Engine, Kind, Relations, View, ViewColumn, ViewSpec
from compiler.passes.views import names
from compiler.passes.views.order import ordered
from compiler.passes.views.spark import spark_text
from compiler.passes.views.syntax import Call, check_syntax
from compiler.passes.views.tree import Tree, bound, parsed, type_name
from compiler.passes.views.types import check_types
from compiler.rules.views import VIEW_NAME, VIEW_SYNTAX

__all__ = ["bind_views"]


def bind_views(
    specs: tuple[ViewSpec, ...],
    relations: Relations,
    before: Relations,
    sink: Sink,
    docs: Docs = MappingProxyType({}),
) -> tuple[View, ...]:
    """Return views in an order in which they can be made, then queries by name; what is wrong is reported.

    `relations` are the tables; `before` those of the last compilation, to tell what was dropped.
    A column that a view takes over as it is keeps what `docs` say of it.
    """
    binding = _Binding(specs, relations, before, sink, docs)
    return binding.views()


class _Binding:
    """Binds SELECTs one after the other, each to what is bound already."""

    def __init__(
        self,
        specs: tuple[ViewSpec, ...],
        relations: Relations,
        before: Relations,
        sink: Sink,
        docs: Docs,
    ) -> None:
        self.docs = {**docs}
        self.specs = {spec.name: spec for spec in specs}
        self.relations = {name: {**columns} for name, columns in relations.items()}
        self.before = before
        self.sink = sink
        self.functions = tuple(name for name, spec in self.specs.items() if spec.kind is Kind.FUNCTION)
        self.calls: dict[str, tuple[Call, ...]] = {}

    def views(self) -> tuple[View, ...]:
        for spec in self.specs.values():
            self._check_name(spec)
        reads = {spec.name: found for spec in self.specs.values() if (found := self._reads(spec)) is not None}
        sound = {name: self.specs[name] for name in reads}
        made = {name: spec for name, spec in sound.items() if spec.kind is not Kind.QUERY}
        queries = [spec for spec in sound.values() if spec.kind is Kind.QUERY]
        in_order = (*ordered(made, reads, self.sink), *queries)
        found = [self._bind(spec, reads[spec.name]) for spec in in_order]
        return tuple(view for view in found if view is not None)

    def _check_name(self, spec: ViewSpec) -> None:
        schema = spec.name.rpartition(".")[0]
        if spec.name in self.relations or schema == "metadata":
            what = "a table" if spec.name in self.relations else "of the runtime's schema"
            message = (
                f"`{spec.name}` is the name of {what}" if what == "a table" else f"`{spec.name}` is {what}"
            )
            self.sink.report(VIEW_NAME.at(spec.origin, message, advice="call the view otherwise"))

    def _reads(self, spec: ViewSpec) -> tuple[str, ...] | None:
        """Return what a SELECT reads and calls of ours; None if it is no SELECT, or reads what there is not."""
        calls = check_syntax(spec, self.functions, self.sink)
        if calls is None:
            return None
        self.calls[spec.name] = calls
        views = [name for name, other in self.specs.items() if other.kind in names.KINDS_THAT_ARE_READ]
        try:
            tree = parsed(spec, self._called(spec))
            known = (*self.relations, *views)
            tables = names.check_relations(spec, tree, known, self.functions, self.sink)
        except SqlglotError as error:
            self._not_understood(spec, error)
            return None
        if tables is None:
            return None
        called = {call.name for call in calls} & {*self.functions}
        return tuple(sorted({*tables, *called}))

    def _bind(self, spec: ViewSpec, reads: tuple[str, ...]) -> View | None:
        if any(name not in self.relations for name in reads):
            return None
        found = Sink()
        try:
            readable = {name: self.relations[name] for name in reads if name in self.relations}
            tree = bound(parsed(spec, self._called(spec)), readable)
            names.check_columns(spec, tree, self.before, found)
            names.check_output(spec, tree.query, found)
            check_types(spec, tree.query, found)
            view = None if found.failed else self._view(spec, tree, reads)
        except SqlglotError as error:
            self._not_understood(spec, error)
            return None
        for finding in found.diagnostics:
            self.sink.report(finding)
        if view is not None and view.kind is not Kind.QUERY:
            self.relations[view.name] = names.relation_of(view)
            self.docs |= {(view.name, column.name): column.doc for column in view.columns if column.doc}
        return view

    def _called(self, spec: ViewSpec) -> dict[str, int]:
        """Return the functions of ours that a SELECT calls, and where."""
        return {call.name: call.start for call in self.calls[spec.name] if call.name in self.functions}

    def _view(self, spec: ViewSpec, tree: Tree, reads: tuple[str, ...]) -> View:
        is_for_spark = Engine.SPARK in spec.engines
        return View(
            name=spec.name,
            kind=spec.kind,
            doc=spec.doc,
            question=spec.question,
            key=tuple(word.name for word in spec.key),
            indexes=tuple(tuple(word.name for word in index) for index in spec.indexes),
            params=spec.params,
            columns=_columns(spec, tree, self.docs),
            reads=reads,
            sql=spec.sql,
            spark=spark_text(spec, tree, self.calls[spec.name], self.sink) if is_for_spark else "",
            stands_for=spec.stands_for,
            file=spec.file,
        )

    def _not_understood(self, spec: ViewSpec, error: SqlglotError) -> None:
        said = str(error).splitlines()[0].rstrip(".")
        self.sink.report(VIEW_SYNTAX.at(spec.whole, f"this SELECT is not understood: {said}"))


def _columns(spec: ViewSpec, tree: Tree, known: Docs) -> tuple[ViewColumn, ...]:
    docs = {**names.inherited(tree, known), **{word.name: word.said for word in spec.docs}}
    return tuple(
        ViewColumn(
            name=select.output_name,
            type=type_name(select.type),
            doc=docs.get(select.output_name, ""),
            aliases=tuple(word.name for word in spec.aliases if word.said == select.output_name),
        )
        for select in tree.query.selects
    )
