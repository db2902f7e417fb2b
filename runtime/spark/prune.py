"""Cut the schema of a job to what some of its tables read: a body is parsed no wider than that.

`SparkTable.reads` names members, from the body down: dots lead into structs (and through arrays and maps, whatever is
in them), braces hold several members, backticks a name that is not plain. A member stands for all of it; `a.{}` for the
bare `a`, of which only the presence counts.

    liveData.boxscore.teams.{away, home}.{team.id, players.stats.batting}
"""

import re
from collections import deque
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, TypeAlias

from pyspark.sql.types import ArrayType, DataType, MapType, StructField, StructType

from runtime.job import SparkJob

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    AnyJob: TypeAlias = SparkJob[DataFrame, DataType]

Members: TypeAlias = dict[str, "Members | None"]
"""Member, as it is written -> its members; None: all of it."""

_TOKEN = re.compile(r"`(?:[^`]|``)*`|[{},.]|[^`{},.\s]+")
_PLAIN = re.compile(r"[A-Za-z_]\w*", re.ASCII)


def schema(job: "AnyJob", tables: Collection[str] = ()) -> DataType:
    """Return the part of a job's schema that the tables of these names read; all of it for no names."""
    wanted = [table.reads for table in job.tables if table.name in tables]
    return pruned(job.schema, (text for reads in wanted for text in reads)) if tables else job.schema


def pruned(whole: DataType, reads: Iterable[str]) -> DataType:
    """Return a schema without the members that are not read."""
    members: Members = {}
    for text in reads:
        members = _union(members, _members(deque(_TOKEN.findall(text))))
    return _pruned(whole, members)


def _pruned(whole: DataType, members: "Members | None") -> DataType:
    match whole:
        case _ if members is None:
            return whole
        case ArrayType():
            return ArrayType(_pruned(whole.elementType, members))
        case MapType():
            return MapType(whole.keyType, _pruned(whole.valueType, members))
        case StructType():
            kept = ((field, _written(field.name)) for field in whole.fields)
            return StructType(
                [
                    StructField(field.name, _pruned(field.dataType, members[name]))
                    for field, name in kept
                    if name in members
                ]
            )
        case _:
            return whole


def _written(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else f"`{name.replace('`', '``')}`"


def _members(tokens: deque[str]) -> Members:
    """Take a list of members from the tokens, up to its closing brace."""
    found: Members = {}
    while tokens and tokens[0] != "}":
        found = _union(found, _member(tokens))
        if tokens and tokens[0] == ",":
            tokens.popleft()
    return found


def _member(tokens: deque[str]) -> Members:
    """Take a member, or members in braces, with what is read below."""
    first = tokens.popleft()
    names: Members = {first: None}
    if first == "{":
        names = _members(tokens)
        tokens.popleft()
    if not (tokens and tokens[0] == "."):
        return names
    tokens.popleft()
    below = _member(tokens)
    return dict.fromkeys(names, below)


def _union(one: Members, other: Members) -> Members:
    """Return the members of both; what is wanted whole stays whole."""
    found = dict(one)
    for name, below in other.items():
        known = found.get(name, {})
        found[name] = None if known is None or below is None else _union(known, below)
    return found
