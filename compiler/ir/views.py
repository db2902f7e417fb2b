"""Views and named queries: SELECTs over the tables, as their author wrote them, and bound."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from compiler.source import Origin, Span

Relations = Mapping[str, Mapping[str, str]]
"""What a SELECT may read: relation -> column -> its type in PostgreSQL, in order."""


Docs = Mapping[tuple[str, str], str]
"""What is said of columns: relation and column -> a sentence."""


class Kind(StrEnum):
    """What becomes of a SELECT in a database. A query stays a text; a view with parameters is a function."""

    VIEW = "view"
    MATERIALIZED = "materialized view"
    FUNCTION = "function"
    QUERY = "query"


class Engine(StrEnum):
    """Where a view can be asked."""

    POSTGRES = "postgres"
    SPARK = "spark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Param:
    """A parameter: `:name` in the text. Without a default it must be given; `is_optional`: its default is NULL."""

    name: str
    type: str
    doc: str = ""
    default: str | None = None
    is_optional: bool = False
    origin: Origin = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A name that the author wrote in the head of a view, with what is said of it."""

    name: str
    said: str = ""
    origin: Origin = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewSpec:
    """A view or a query as written.

    `key` is the unique key of a materialized view; `docs` say what columns are; `aliases` are other names that people
    know columns by. `sql` is the SELECT, `start` its place in the file. Nobody wrote one that `stands_for` a table: it
    has a former name of that.
    """

    name: str
    kind: Kind
    doc: str
    question: str = ""
    key: tuple[Word, ...] = ()
    indexes: tuple[tuple[Word, ...], ...] = ()
    engines: tuple[Engine, ...] = (Engine.POSTGRES, Engine.SPARK)
    params: tuple[Param, ...] = ()
    docs: tuple[Word, ...] = ()
    aliases: tuple[Word, ...] = ()
    stands_for: str = ""
    sql: str
    start: int
    origin: Origin = field(compare=False, repr=False)

    @property
    def file(self) -> str:
        """The file that holds it."""
        return self.origin.file

    def place(self, start: int, end: int) -> Origin:
        """Return the place of some characters of the SELECT."""
        return Origin(self.file, "", Span(self.start + start, self.start + end))

    @property
    def whole(self) -> Origin:
        """The place where the SELECT begins."""
        return self.place(0, len(self.sql.split(maxsplit=1)[0]) if self.sql.strip() else 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewColumn:
    """A column that a SELECT returns. `type` is PostgreSQL's, or "" where the compiler cannot tell."""

    name: str
    type: str
    doc: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A view or a query, bound: what it returns and what it reads (tables and views, sorted).

    `sql` is the author's text. `spark` is the same SELECT for Spark; "" if it is not for Spark. `stands_for` is the
    table whose former name it has, or "".
    """

    name: str
    kind: Kind
    doc: str
    question: str = ""
    key: tuple[str, ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()
    params: tuple[Param, ...] = ()
    columns: tuple[ViewColumn, ...]
    reads: tuple[str, ...]
    sql: str
    spark: str = ""
    stands_for: str = ""
    file: str

    @property
    def schema(self) -> str:
        """The schema that it lies in; "" for a query."""
        return self.name.rpartition(".")[0]

    @property
    def short_name(self) -> str:
        """The name without its schema."""
        return self.name.rpartition(".")[2]

    @property
    def is_relation(self) -> bool:
        """Whether a SELECT can read it."""
        return self.kind in (Kind.VIEW, Kind.MATERIALIZED)


# ------------------------------------------------------------------------------------------------- parameters

# A parameter, or what may hold a colon that begins none: comments, texts, quoted names, casts.
_TOKEN = re.compile(
    r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\"[^\"]*\"|::|(?P<tag>\$\w*\$).*?(?P=tag)|:(?P<name>[A-Za-z_]\w*)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Place:
    """A parameter in a text: `text[start:end]` is `:name`."""

    name: str
    start: int
    end: int


def places(sql: str) -> tuple[Place, ...]:
    r"""Return the parameters of a SELECT, in order.

    >>> [place.name for place in places("SELECT ':a', x::date -- :b\n WHERE y = :c")]
    ['c']
    """
    return tuple(
        Place(token["name"], token.start(), token.end()) for token in _TOKEN.finditer(sql) if token["name"]
    )


def with_parameters(sql: str, texts: Mapping[str, str], plain: Mapping[int, str] | None = None) -> str:
    """Return a SELECT with a text in place of each parameter; `plain` maps characters of the rest.

    >>> with_parameters("SELECT :a % 2", {"a": "$1"}, {ord("%"): "%%"})
    'SELECT $1 %% 2'
    """
    parts: list[str] = []
    end = 0
    for place in places(sql):
        parts += (sql[end : place.start].translate(plain or {}), texts[place.name])
        end = place.end
    return "".join((*parts, sql[end:].translate(plain or {})))
