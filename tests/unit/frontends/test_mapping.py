"""The grammar of mappings, whole; the mistakes are in `tests/diagnostics`."""

from hypothesis import given
from hypothesis import strategies as st

from compiler.diagnostics import Sink
from compiler.frontends.mapping import read_mappings
from compiler.ir.mapping import MappingTree
from compiler.ir.paths import Branches, Field, SameKey
from compiler.source import SourceFile

WHOLE = """\
operation: game.liveGameV1
raw:
  table: game.live_game_v1
  keys:
    game_pk: $.gamePk
    game_date: {path: $.gameData.datetime.officialDate, type: date}
document: [game_pk]
shapes:
  $.a: json
  $.b: {as: column, type: double}
  $.c[*].d: {numbers: double precision}
ignore:
  - {path: $.e, because: equals the last, check: {equals: "$.f[-1]"}}
tables:
  game.plays:
    rows: $.plays[*]
    doc: One row per play.
    key: [at_bat_index]
    lookups: {box: "$.teams.{away,home}.players{@}"}
    prefix: {.about: "", .result: result}
    columns:
      inning: .about.inning
      temp: {path: .temp, type: integer, sentinels: ["-", "*"], doc: warm, was: [heat]}
      pct: {path: .pct, type: double precision, format: .000}
      number: {ordinal: 1}
      day: {map_key: true}
      is_home: {branch: home, of: box}
      side: {branch: ""}
      sport_id: {param: sportId, default: "1", type: bigint}
    omit: [{path: .hit, because: in another table}]
    tables:
      game.pitches:
        rows: .events[*]
        where: not .type = action
"""


def read(*texts: str) -> tuple[MappingTree, Sink]:
    sink = Sink()
    files = [SourceFile(f"mappings/{number}.yaml", text) for number, text in enumerate(texts)]
    return read_mappings(files, sink), sink


def test_the_whole_grammar() -> None:
    tree, sink = read(WHOLE)
    assert not sink.diagnostics
    (spec,) = tree.operations
    assert (spec.operation, spec.raw_table, spec.document) == (
        "game.liveGameV1",
        "game.live_game_v1",
        ("game_pk",),
    )
    assert [(key.name, key.path and key.path.text, key.type) for key in spec.raw_keys] == [
        ("game_pk", "$.gamePk", ""),
        ("game_date", "$.gameData.datetime.officialDate", "date"),
    ]
    assert [(shape.path.text, shape.kind, shape.type) for shape in spec.shapes] == [
        ("$.a", "json", ""),
        ("$.b", "column", "double precision"),
        ("$.c[*].d", "numbers", "double precision"),
    ]
    assert [(found.path.text, found.because, found.equals) for found in spec.ignore] == [
        ("$.e", "equals the last", "$.f[-1]")
    ]


def test_a_table() -> None:
    (plays,) = read(WHOLE)[0].operations[0].tables
    assert (plays.name, plays.rows.text, plays.key, plays.doc) == (
        "game.plays",
        "$.plays[*]",
        ("at_bat_index",),
        "One row per play.",
    )
    (box,) = plays.lookups
    assert box.path.reference.steps[1:] == (Branches(("away", "home")), Field("players"), SameKey())
    assert [(found.path.text, found.prefix) for found in plays.prefixes] == [
        (".about", ""),
        (".result", "result"),
    ]
    assert [(found.path.text, found.because) for found in plays.omit] == [(".hit", "in another table")]
    (pitches,) = plays.tables
    assert pitches.where is not None
    assert (pitches.where.path.text, pitches.where.negated, pitches.where.equals) == (".type", True, "action")


def test_columns() -> None:
    columns = {column.name: column for column in read(WHOLE)[0].operations[0].tables[0].columns}
    assert [*columns] == ["inning", "temp", "pct", "number", "day", "is_home", "side", "sport_id"]
    assert columns["temp"].sentinels == ("-", "*")
    assert columns["temp"].was == ("heat",)
    assert columns["inning"].sentinels is None
    assert columns["pct"].format == ".000"
    assert columns["number"].ordinal == 1
    assert columns["day"].map_key
    assert (columns["is_home"].branch, columns["is_home"].of) == ("home", "box")
    assert columns["side"].branch == ""
    assert (columns["sport_id"].param, columns["sport_id"].default) == ("sportId", "1")


def test_origins_name_the_place() -> None:
    column = read(WHOLE)[0].operations[0].tables[0].columns[1]
    assert column.origin.path == "tables.game.plays.columns.temp"
    assert column.origin.span is not None
    assert WHOLE[column.origin.span.start : column.origin.span.end] == "temp"
    assert column.path is not None
    assert column.path.origin.span is not None
    assert WHOLE[column.path.origin.span.start : column.path.origin.span.end] == ".temp"


def test_operations_are_sorted_and_defaults_stand_apart() -> None:
    sink = Sink()
    files = [
        SourceFile("mappings/z.yaml", "operation: a.a"),
        SourceFile("mappings/a.yaml", "operation: b.b"),
        SourceFile(
            "mappings/defaults.yaml", "sentinels: ['-']\nfolds: [[away, home]]\ncolumns_per_table: 10"
        ),
    ]
    tree = read_mappings(files, sink)
    assert not sink.diagnostics
    assert [spec.operation for spec in tree.operations] == ["a.a", "b.b"]
    assert (tree.defaults.sentinels, tree.defaults.folds, tree.defaults.columns_per_table) == (
        ("-",),
        (("away", "home"),),
        10,
    )


def test_the_second_definition_names_the_first() -> None:
    _, sink = read("operation: a.a", "operation: a.a")
    (found,) = sink.diagnostics
    assert (found.code, found.origin.file) == ("M110", "mappings/1.yaml")
    assert found.notes == ("first at mappings/0.yaml:1:1",)


def test_a_bad_path_is_shown_where_it_breaks() -> None:
    text = "operation: a.a\ntables: {a.t: {rows: '$.plays[*].x..y'}}"
    _, sink = read(text)
    (found,) = sink.diagnostics
    assert found.origin.span is not None
    assert text[found.origin.span.start :].startswith("..y")


_words = st.sampled_from(
    [
        "operation",
        "tables",
        "rows",
        "columns",
        "path",
        "key",
        "raw",
        "keys",
        "where",
        "ignore",
        "check",
        "equals",
    ]
)
_texts = st.one_of(
    _words, st.sampled_from(["$.a", ".b[*]", "$", "^", "box.x", "", "1", "true", "a.b"]), st.text(max_size=6)
)
_trees = st.recursive(
    _texts,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_words, inner, max_size=4)),
    max_leaves=15,
)


@given(st.dictionaries(_words, _trees, max_size=6))
def test_any_tree_is_read_or_reported(tree: dict[str, object]) -> None:
    import json

    _, sink = read(json.dumps({"operation": "a.a", **tree}))
    assert all(found.origin.span for found in sink.diagnostics)
