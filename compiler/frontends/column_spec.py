"""Read one column of a mapping."""

import re
from dataclasses import dataclass

from compiler.frontends.document import Scalar
from compiler.frontends.grammar import GRAMMAR, TYPES
from compiler.frontends.sql import read_sql
from compiler.frontends.yaml_reader import Yaml, YamlReader
from compiler.ir.mapping import ColumnSpec
from compiler.ir.types import EXACT_DIGITS, INNINGS, Type
from compiler.rules import COLUMN_SOURCE, UNKNOWN_VALUE

_SOURCES = ("path", "ordinal", "map_key", "branch", "param", "sql")
_GOES_WITH = {"of": ("branch", "map_key"), "default": ("param",)}
_OF_COMPUTED = {"sql", "was", "doc"}
_ALIASES = {"double": Type.DOUBLE.value}
_FORMAT = re.compile(rf"0?\.0{{1,{EXACT_DIGITS - 1}}}|{INNINGS}")


def read_type(read: YamlReader, at: Yaml | None) -> str:
    """Read a type's name; `double` is short for `double precision`."""
    written = read.word(at, TYPES)
    return _ALIASES.get(written, written)


@dataclass(frozen=True, slots=True)
class ColumnReader:
    """Reads `name: path` and `name: {...}`."""

    read: YamlReader

    def column(self, name: str, at: Yaml) -> ColumnSpec | None:
        """Return the column, or None where its source makes no sense."""
        if isinstance(at.node, Scalar):
            path = self.read.path(at)
            return ColumnSpec(name=name, path=path, origin=at.key_origin) if path else None
        fields = self.read.fields(at, GRAMMAR["column"])
        if not self.has_one_source(at, fields, _SOURCES):
            return None
        if "sql" in fields:
            return self._computed(name, at, fields)
        return ColumnSpec(
            name=name,
            path=self.read.path(fields.get("path")),
            ordinal=self._ordinal(fields.get("ordinal")),
            map_key=self.read.flag(fields.get("map_key")),
            branch=self.empty_or_text(fields.get("branch")),
            of=self.read.text(fields.get("of")),
            param=self.read.text(fields.get("param")),
            default=self.empty_or_text(fields.get("default")),
            type=read_type(self.read, fields.get("type")),
            format=self._format(fields.get("format")),
            sentinels=tuple(map(self._sentinel, self.read.items(fields["sentinels"])))
            if "sentinels" in fields
            else None,
            was=self.read.texts(fields.get("was")),
            references=self.read.text(fields.get("references")),
            doc=self.read.text(fields.get("doc")),
            origin=at.key_origin,
        )

    def _computed(self, name: str, at: Yaml, fields: dict[str, Yaml]) -> ColumnSpec | None:
        for other in fields.keys() - _OF_COMPUTED:
            message = f"`{other}` means nothing here"
            advice = "an expression says what the column is; its type follows from it"
            self.read.sink.report(COLUMN_SOURCE.at(fields[other].key_origin, message, advice=advice))
        sql = read_sql(self.read, fields["sql"])
        if sql is None:
            return None
        was, doc = self.read.texts(fields.get("was")), self.read.text(fields.get("doc"))
        return ColumnSpec(name=name, sql=sql, was=was, doc=doc, origin=at.key_origin)

    def has_one_source(self, at: Yaml, fields: dict[str, Yaml], known: tuple[str, ...]) -> bool:
        """Whether exactly one of the sources that are known here is written; else report what is."""
        written = [name for name in known if name in fields]
        if len(written) != 1:
            found = " and ".join(f"`{name}`" for name in written) or "none"
            message = f"a column has exactly one source, found {found}"
            self.read.sink.report(
                COLUMN_SOURCE.at(at.key_origin, message, advice=f"one of {', '.join(known)}")
            )
        for name, sources in _GOES_WITH.items():
            if name in fields and not {*sources} & {*written}:
                advice = f"it goes with {' or '.join(f'`{source}`' for source in sources)}"
                message = f"`{name}` means nothing here"
                self.read.sink.report(COLUMN_SOURCE.at(fields[name].key_origin, message, advice=advice))
        return len(written) == 1

    def _ordinal(self, at: Yaml | None) -> int | None:
        return None if at is None else int(self.read.word(at, ("0", "1")) or 0)

    def empty_or_text(self, at: Yaml | None) -> str | None:
        """Return a text that may be empty in quotes; None where nothing is written."""
        if at is not None and isinstance(at.node, Scalar) and not at.node.is_plain:
            return at.node.text
        return None if at is None else self.read.text(at)

    def _sentinel(self, at: Yaml) -> str:
        return self.empty_or_text(at) or ""

    def _format(self, at: Yaml | None) -> str:
        text = self.read.text(at)
        if at is not None and text and not _FORMAT.fullmatch(text):
            advice = "`.000` (no zero before the point), `0.00`, or `innings`"
            self.read.sink.report(UNKNOWN_VALUE.at(at.origin, f"`{text}` is not a format", advice=advice))
        return text
