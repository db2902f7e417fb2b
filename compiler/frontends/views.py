"""Read views and named queries: a block comment that holds YAML, then a SELECT. Nothing is looked up.

`<mappings>/views/<schema>/<name>.sql` is the view `<schema>.<name>`, `<mappings>/queries/<name>.sql` a named query.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from compiler.diagnostics import Sink
from compiler.frontends.document import Scalar, read_yaml
from compiler.frontends.yaml_reader import Yaml, YamlReader
from compiler.ir.types import Type
from compiler.ir.views import Engine, Kind, Param, ViewSpec, Word
from compiler.rules.views import VIEW_NAME, VIEW_PARAMETER, VIEW_SYNTAX
from compiler.source import Origin, SourceFile, Span

PARAM_TYPES = (*(kind.value for kind in Type), "jsonpath")
"""Types of parameters, as PostgreSQL names them."""

_HEAD = re.compile(r"\s*/\*(?P<yaml>.*?)\*/", re.DOTALL)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_SHARED = ("doc", "question", "params", "columns", "aliases")
_VIEW = (*_SHARED, "materialized", "indexes", "engines")


def read_views(files: Iterable[SourceFile], folder: str, sink: Sink) -> tuple[ViewSpec, ...]:
    """Read the files below `folder`, views by name and then queries by name; what is wrong with one is reported."""
    read = (_Reading(YamlReader(sink), file, folder).view() for file in files)
    found = [spec for spec in read if spec is not None]
    return tuple(sorted(found, key=lambda spec: (spec.kind is Kind.QUERY, spec.name)))


@dataclass(frozen=True, slots=True)
class _Reading:
    """Reads one file."""

    read: YamlReader
    file: SourceFile
    folder: str

    def view(self) -> ViewSpec | None:
        name = self._name()
        head = _HEAD.match(self.file.text)
        if head is None:
            message = "a view begins with a block comment that says what its rows are"
            self._report(Span(0, 1), message, "/*\ndoc: One row per ...\n*/\nSELECT ...")
            return None
        sql = self.file.text[head.end() :].rstrip()
        node = read_yaml(_blanked(self.file, head.span("yaml")), self.read.sink)
        if not sql.strip():
            self._report(
                Span(head.end() - 2, head.end()), "there is no SELECT behind the comment", "write one"
            )
        if node is None or not sql.strip() or not name:
            return None
        start = head.end() + len(sql) - len(sql.lstrip())
        is_query = "." not in name
        return self._spec(Yaml(node, self.file), name, sql.strip().removesuffix(";"), start, is_query)

    def _spec(self, at: Yaml, name: str, sql: str, start: int, is_query: bool) -> ViewSpec:
        fields = self.read.fields(at, _SHARED if is_query else _VIEW)
        key = self._words(fields.get("materialized"))
        params = tuple(self._param(*entry) for entry in self._entries(fields.get("params")))
        if not is_query:
            self._check_order(params)
        return ViewSpec(
            name=name,
            kind=_kind(is_query=is_query, has_params=bool(params), has_key=bool(key)),
            doc=self.read.text(self.read.need(at, fields, "doc")),
            question=self.read.text(fields.get("question")),
            key=key,
            indexes=tuple(self._words(item) for item in self.read.items(fields.get("indexes"))),
            engines=(Engine.POSTGRES,) if is_query or params else self._engines(fields.get("engines")),
            params=params,
            docs=tuple(self._word(*entry) for entry in self._entries(fields.get("columns"))),
            aliases=tuple(self._word(*entry) for entry in self._entries(fields.get("aliases"))),
            sql=sql,
            start=start,
            origin=Origin(self.file.path, "", Span(0, 2)),
        )

    def _check_order(self, params: tuple[Param, ...]) -> None:
        """Report a parameter of a function that must be given behind one that need not: PostgreSQL refuses it."""
        free = [param.is_optional or param.default is not None for param in params]
        for place, param in enumerate(params):
            if not free[place] and any(free[:place]):
                message = f"`{param.name}` has no default and stands behind one that has"
                advice = "name those without a default first"
                self.read.sink.report(VIEW_PARAMETER.at(param.origin, message, advice=advice))

    def _entries(self, at: Yaml | None) -> Iterable[tuple[str, Yaml]]:
        return () if at is None else self.read.entries(at).items()

    def _words(self, at: Yaml | None) -> tuple[Word, ...]:
        return tuple(Word(name=self.read.text(item), origin=item.origin) for item in self.read.items(at))

    def _word(self, name: str, at: Yaml) -> Word:
        return Word(name=name, said=self.read.text(at), origin=at.key_origin)

    def _engines(self, at: Yaml | None) -> tuple[Engine, ...]:
        known = [engine.value for engine in Engine]
        named = tuple(Engine(word) for item in self.read.items(at) if (word := self.read.word(item, known)))
        return named or tuple(Engine)

    def _param(self, name: str, at: Yaml) -> Param:
        fields = self.read.fields(at, ("type", "doc", "default"))
        default = fields.get("default")
        is_null = default is not None and isinstance(default.node, Scalar) and default.node.is_null
        return Param(
            name=name,
            type=self.read.word(self.read.need(at, fields, "type"), PARAM_TYPES),
            doc=self.read.text(fields.get("doc")),
            default=None if default is None or is_null else self.read.text(default),
            is_optional=is_null,
            origin=at.key_origin,
        )

    def _name(self) -> str:
        """Return `<schema>.<name>` of a view, `<name>` of a query, or "" if the file is neither."""
        path = PurePosixPath(self.file.path).relative_to(self.folder)
        parts = (*path.parts[1:-1], path.stem)
        wanted = {"views": 2, "queries": 1}.get(path.parts[0])
        if wanted == len(parts) and all(_NAME.fullmatch(part) for part in parts):
            return ".".join(parts)
        advice = "views are in views/<schema>/<name>.sql, queries in queries/<name>.sql, in lower case"
        message = f"`{path}` is not the name of a view or a query"
        self.read.sink.report(VIEW_NAME.at(Origin(self.file.path, "", Span(0, 1)), message, advice=advice))
        return ""

    def _report(self, span: Span, message: str, advice: str) -> None:
        self.read.sink.report(VIEW_SYNTAX.at(Origin(self.file.path, "", span), message, advice=advice))


def _kind(*, is_query: bool, has_params: bool, has_key: bool) -> Kind:
    if is_query:
        return Kind.QUERY
    if has_params:
        return Kind.FUNCTION
    return Kind.MATERIALIZED if has_key else Kind.VIEW


def _blanked(file: SourceFile, span: tuple[int, int]) -> SourceFile:
    """Return the file with nothing but the YAML in its place, so that places in it are places in the file."""
    start, end = span
    before = re.sub(r"[^\n]", " ", file.text[:start])
    return SourceFile(file.path, before + file.text[start:end])
