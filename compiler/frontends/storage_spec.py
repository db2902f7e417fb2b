"""Read how tables are stored: `partition` of an operation, `indexes` of a table."""

from compiler.frontends.grammar import EVERY, GRAMMAR
from compiler.frontends.yaml_reader import Yaml, YamlReader
from compiler.ir.mapping import IndexSpec, PartitionSpec


def read_partition(read: YamlReader, at: Yaml | None) -> PartitionSpec | None:
    """Read `{by: game_date, every: year}`."""
    if at is None:
        return None
    fields = read.fields(at, GRAMMAR["partition"])
    by = read.text(read.need(at, fields, "by"))
    every = read.word(read.need(at, fields, "every"), EVERY)
    return PartitionSpec(by=by, every=every, origin=fields["by"].origin) if by and every else None


def read_indexes(read: YamlReader, at: Yaml | None) -> tuple[IndexSpec, ...]:
    """Read `[[batter_id, game_date], ...]`."""
    return tuple(IndexSpec(columns=read.names(item), origin=item.origin) for item in read.items(at))
