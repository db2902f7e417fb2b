"""The grammar of mappings as data: which keys stand where, what they hold, what they are for.

The readers beside this file take the keys that they know from here, and `mapping_schema` prints it all as a JSON
Schema, which editors complete and explain a mapping with. So a key is in both, or in none.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from compiler.ir.types import Type

SHAPES = ("record", "map", "array", "json", "column")
EVERY = ("year", "month")
TYPES = (*(type_.value for type_ in Type), "double")

PATH = r"^(\$|\.|\^|[a-z_][a-z0-9_]*[.^]).*|^[a-z_][a-z0-9_]*$"
ABSOLUTE = r"^\$"


@dataclass(frozen=True, slots=True)
class Text:
    """A text; of some words only, or of a form (a regular expression), if these are given."""

    words: tuple[str, ...] = ()
    form: str = ""


@dataclass(frozen=True, slots=True)
class Flag:
    """`true` or `false`."""


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number that is not negative, and no larger than `most`."""

    most: int | None = None


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list."""

    item: "Kind"


@dataclass(frozen=True, slots=True)
class MapOf:
    """A mapping with names of the author's own as keys."""

    value: "Kind"


@dataclass(frozen=True, slots=True)
class Of:
    """A mapping with the keys of a block of the grammar."""

    block: str


@dataclass(frozen=True, slots=True)
class Either:
    """One of several kinds: a short form and a long one."""

    kinds: "tuple[Kind, ...]"


Kind = Text | Flag | Number | ListOf | MapOf | Of | Either


@dataclass(frozen=True, slots=True)
class Key:
    """What stands under a key, and a sentence for the author."""

    kind: Kind
    doc: str
    is_required: bool = False


Block = Mapping[str, Key]
"""The keys of one kind of mapping, in the order in which people write them."""

_NAMES = ListOf(Text())
_PATH, _FROM_ROOT, _TYPE = Text(form=PATH), Text(form=ABSOLUTE), Text(words=TYPES)
_BECAUSE = Key(Text(), "Why, for whoever wonders where the values are.", is_required=True)
_SHAPE = Either((Text(words=SHAPES), Of("shape")))
_MEMBER = Either((Text(words=(*TYPES, "json")), Of("member")))

GRAMMAR: Mapping[str, Block] = {
    "operation": {
        "operation": Key(Text(form=r"^\w+\.\w+$"), "The operation, as `mlbc ls` names it.", is_required=True),
        "raw": Key(Of("raw"), "The table of its raw responses."),
        "document": Key(
            _NAMES,
            "Raw keys that say which document a response shows, else its request does; all tables start with them.",
        ),
        "partition": Key(Of("partition"), "All its tables lie in partitions by a date of the document."),
        "use": Key(ListOf(Of("use")), "Fragments whose tables it has too; they stand before its own."),
        "shapes": Key(MapOf(_SHAPE), "What places of the response are, where the facts do not say it."),
        "ignore": Key(ListOf(Of("ignored")), "Parts of the response that are not loaded."),
        "tables": Key(
            MapOf(Of("table")), "Its tables, `schema.noun`; without a word on them the compiler derives them."
        ),
        "rules": Key(MapOf(Of("document_rule")), "Quality rules over several tables of one document."),
    },
    "document_rule": {
        "sql": Key(
            Text(), "A SELECT that returns what violates it; the document's key first.", is_required=True
        ),
        "severity": Key(Text(words=("warning",)), "Such a rule warns.", is_required=True),
        "doc": Key(Text(), "A sentence for people: what holds."),
    },
    "fragment": {
        "fragment": Key(Text(), "Its name. `$` is the place where it is used.", is_required=True),
        "shapes": Key(MapOf(_SHAPE), "What places are, where the facts do not say it."),
        "ignore": Key(ListOf(Of("ignored")), "Parts that are not loaded."),
        "tables": Key(MapOf(Of("table")), "Its tables, each named by a noun alone."),
    },
    "raw": {
        "table": Key(Text(), "Its name; else the operation's in snake case."),
        "keys": Key(
            MapOf(Either((_FROM_ROOT, Of("raw_key")))), "Columns read from each response or its request."
        ),
        "version": Key(
            Text(), "The raw key that orders the states of a document, before the time of capture."
        ),
    },
    "partition": {
        "by": Key(Text(), "A raw key that is a date.", is_required=True),
        "every": Key(Text(words=EVERY), "What one partition holds.", is_required=True),
    },
    "raw_key": {
        "path": Key(_FROM_ROOT, "Where in the response."),
        "param": Key(Text(), "A parameter of the request, of its path or its query."),
        "default": Key(Text(), "What is taken where the request does not name the parameter."),
        "type": Key(_TYPE, "The column's type; of a parameter text, integer or bigint."),
    },
    "use": {
        "fragment": Key(Text(), "The fragment's name.", is_required=True),
        "at": Key(_PATH, "The place of its `$`; in a table it is relative to the rows.", is_required=True),
        "as": Key(Text(), "What stands before its nouns: `game.live_game_`.", is_required=True),
        "names": Key(MapOf(Text()), "Nouns that get a whole name of their own."),
    },
    "ignored": {
        "path": Key(_FROM_ROOT, "The part.", is_required=True),
        "because": _BECAUSE,
        "check": Key(Of("check"), "What must hold for it to be ignored; else it is rescued."),
        "type": Key(_TYPE, "What it holds, where neither declaration nor facts tell."),
    },
    "check": {"equals": Key(_FROM_ROOT, "The place that it must equal; `[-1]` is the last element.")},
    "table": {
        "rows": Key(
            _PATH, "One row per value at this path; relative to the parent's rows.", is_required=True
        ),
        "where": Key(Text(), "Only some rows: `.flag`, `not .flag`, `.path = text`."),
        "filter": Key(Of("filter"), "Only rows for which an expression over their columns is true."),
        "doc": Key(Text(), "A sentence for people: what a row is."),
        "was": Key(Either((Text(), _NAMES)), "What the table was called before."),
        "key": Key(_NAMES, "Columns that tell its rows apart, after the parent's key."),
        "lookups": Key(MapOf(_PATH), "Records elsewhere that belong to the row: `box: $.players{@}`."),
        "prefix": Key(MapOf(Text()), 'What replaces a path at the start of column names; `""` drops it.'),
        "columns": Key(
            MapOf(Either((_PATH, Of("column")))),
            "Columns with a name of their own; the rest is added.",
        ),
        "omit": Key(
            ListOf(Of("omitted")), "Places that get no column; values that turn up there are rescued."
        ),
        "rules": Key(MapOf(Of("row_rule")), "Quality rules for its rows."),
        "only": Key(
            Text(words=("observed",)), "`observed`: no columns for what is declared and was never seen."
        ),
        "indexes": Key(ListOf(_NAMES), "Columns of secondary indexes, by their final names."),
        "use": Key(ListOf(Of("use")), "Fragments whose tables lie below the rows."),
        "tables": Key(MapOf(Of("table")), "Tables below the rows."),
    },
    "row_rule": {
        "check": Key(Text(), "What must hold, over columns of the row; unknown passes.", is_required=True),
        "severity": Key(
            Text(words=("error", "warning")), "An error keeps the row out of its table.", is_required=True
        ),
        "doc": Key(Text(), "A sentence for people: why."),
    },
    "column": {
        "path": Key(
            _PATH,
            "The leaf: `.about.inning` of the row, `^.team.id` around it, `$...`, a lookup's.",
        ),
        "ordinal": Key(Number(most=1), "The position in the array; the first is 0 or 1."),
        "map_key": Key(Flag(), "The key of the row in the map."),
        "branch": Key(
            Text(), 'Whether the row is of this branch of the fold (`home`); `""`: the branch\'s name.'
        ),
        "param": Key(Text(), "A parameter of the request; `$request` is the request itself."),
        "sql": Key(Text(), "An SQL expression over the columns of the row: `launch_speed >= 95`."),
        "of": Key(Text(), "The lookup whose branch or key is meant."),
        "default": Key(Text(), "What a parameter is where the request does not name it."),
        "type": Key(_TYPE, "The type, where it is not that of the facts."),
        "format": Key(Text(), "How numbers stand in strings: `.000`, `0.00`, or `innings`."),
        "sentinels": Key(_NAMES, 'Strings that mean "no value", in place of the default ones.'),
        "was": Key(Either((Text(), _NAMES)), "What the column was called before."),
        "references": Key(Text(), "The dimension whose key it holds, where the API has no link beside it."),
        "doc": Key(Text(), "A sentence for people, with the unit."),
    },
    "filter": {
        "sql": Key(
            Text(), "The expression; rows for which it is false or NULL are left out.", is_required=True
        ),
        "because": _BECAUSE,
    },
    "omitted": {"path": Key(_PATH, "The place, below the row.", is_required=True), "because": _BECAUSE},
    "shape": {
        "as": Key(Text(words=SHAPES), "What the place is."),
        "type": Key(_TYPE, "The type of a column."),
        "numbers": Key(_TYPE, "The type of every number below."),
        "like": Key(
            Text(), "The entity of `entities.yaml` whose places tell what may be here, such as a hydration."
        ),
        "record": Key(MapOf(_MEMBER), "It is an object with these keys; it may have others."),
        "array": Key(_MEMBER, "It is an array of this."),
    },
    "member": {
        "record": Key(MapOf(_MEMBER), "An object with these keys."),
        "array": Key(_MEMBER, "An array of this."),
    },
    "defaults": {
        "sentinels": Key(_NAMES, 'Strings that mean "no value" where a number is expected.'),
        "folds": Key(ListOf(_NAMES), "Sibling records that are one thing in several branches."),
        "ignore": Key(ListOf(Of("ignored")), "Left out of every response that has it."),
        "columns_per_table": Key(Number(), "More than this, and parts of a table are kept as JSON."),
    },
    "dimension": {
        "key": Key(Text(), "Its key column.", is_required=True),
        "link": Key(
            Text(), "The noun of the URIs of its rows: `people` of `/api/v1/people/660271`.", is_required=True
        ),
        "columns": Key(MapOf(Either((_PATH, Of("column")))), "Its columns; a path starts at a mention."),
        "doc": Key(Text(), "A sentence for people: what a row is."),
    },
}
"""Every block of the grammar. A whole file is an `operation`, a `fragment`, `defaults`, dimensions or entities."""
