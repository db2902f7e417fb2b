"""Read `dimensions.yaml`: what many responses mention, and which of its details become columns."""

from collections.abc import Iterable

from compiler.frontends.column_spec import ColumnReader
from compiler.frontends.grammar import GRAMMAR
from compiler.frontends.yaml_reader import Yaml, YamlReader
from compiler.ir.mapping import ColumnSpec, DimensionSpec


def read_dimensions(read: YamlReader, at: Yaml) -> Iterable[DimensionSpec]:
    """Read `person.person: {key: person_id, link: people, columns: {full_name: .fullName}}`."""
    for name, entry in read.entries(at).items():
        fields = read.fields(entry, GRAMMAR["dimension"])
        key, link = (read.text(read.need(entry, fields, word)) for word in ("key", "link"))
        if key and link:
            yield DimensionSpec(
                name=name,
                key=key,
                link=link,
                columns=tuple(_columns(read, fields)),
                doc=read.text(fields.get("doc")),
                origin=entry.key_origin,
            )


def _columns(read: YamlReader, fields: dict[str, Yaml]) -> Iterable[ColumnSpec]:
    reader = ColumnReader(read)
    for name, entry in read.entries(fields["columns"]).items() if "columns" in fields else ():
        column = reader.column(name, entry)
        if column is not None and column.path is not None:
            yield column
