"""Partitions against what loads make: one for each month or year, named after it, with no index of its own."""

import re
from collections.abc import Iterator, Mapping
from datetime import date

from runtime.partitions import partition_name, range_of
from runtime.schema_drift.compare import quoted, unknown_indexes
from runtime.schema_drift.difference import Difference
from runtime.schema_drift.facts import Partition

_BOUNDS = re.compile(r"FOR VALUES FROM \('(?P<low>[^']+)'\) TO \('(?P<high>[^']+)'\)")
_MIDNIGHT = " 00:00:00+00"


def compare(partitions: tuple[Partition, ...], every: Mapping[str, str]) -> Iterator[Difference]:
    """Yield the partitions that no load would make, which would stand in the way of those that it makes."""
    for one in partitions:
        if one.table in every and not _fits(one, every[one.table]):
            what = f"is a partition that no load makes: {one.bounds} is no {every[one.table]} of that name"
            detach = f"ALTER TABLE {quoted(one.table)} DETACH PARTITION {quoted(one.name)};"
            yield Difference(one.name, "partition", what, f"{detach} then `mlb-etl load` its rows again")
        yield from unknown_indexes(one.name, one.indexes)


def _fits(partition: Partition, every: str) -> bool:
    bounds = _BOUNDS.fullmatch(partition.bounds)
    if bounds is None:
        return False
    days = tuple(bounds[end].removesuffix(_MIDNIGHT) for end in ("low", "high"))
    try:
        held = range_of(date.fromisoformat(days[0]), every)
    except ValueError:
        return False
    schema, _, short = partition.table.partition(".")
    return held.bounds == days and partition.name == f"{schema}.{partition_name(short, held)}"
