"""Fragments: what cannot be put in place is said, and nothing runs for ever."""

from compiler.diagnostics import Sink
from compiler.frontends.mapping import read_mappings
from compiler.passes.anchors import tables_of
from compiler.passes.fragments import check_fragments, with_fragments
from compiler.source import SourceFile

OPERATION = """
operation: game.playByPlay
use: [{fragment: plays, at: "$.allPlays[*]", as: game.play_by_play_}]
"""
ROWS = "fragment: plays\ntables:\n  plays:\n    rows: $\n"


def placed(fragment: str, operation: str = OPERATION, *others: str) -> tuple[list[str], list[str]]:
    """Return the tables that come out, and what is reported."""
    sink = Sink()
    files = [
        SourceFile(f"mappings/{index}.yaml", text)
        for index, text in enumerate((operation, fragment, *others))
    ]
    tree = read_mappings(files, sink)
    check_fragments(tree, sink)
    spec = with_fragments(tree.operations[0], tree.fragments, sink)
    return [table.name for table, _ in tables_of(spec.tables)], [found.message for found in sink.diagnostics]


def test_a_fragment_that_uses_itself_is_reported_once() -> None:
    use = "    use: [{fragment: plays, at: .nested, as: game.nested_}]\n"
    assert placed(ROWS + use) == (["game.play_by_play_plays"], ["fragment `plays` uses itself"])


def test_a_place_above_the_response_is_reported() -> None:
    use = "    use: [{fragment: plays, at: ^^^.x, as: a.b}]\n"
    assert placed(ROWS + use)[1] == ["`^^^.x` climbs too high"]


def test_a_name_for_a_table_that_is_not_there_is_reported() -> None:
    operation = OPERATION.replace("as: game.", "names: {play: game.win_probability}, as: game.")
    names, found = placed(ROWS, operation)
    assert names == ["game.play_by_play_plays"]
    assert found == ["fragment `plays` has no table `play`"]


def test_a_use_within_a_fragment_names_nouns_of_the_fragment() -> None:
    use = "    use: [{fragment: reviews, at: .review, as: play_, names: {notes: remarks}}]\n"
    reviews = "fragment: reviews\ntables: {reviews: {rows: $}, notes: {rows: '$.notes[*]'}}\n"
    names, found = placed(ROWS + use, OPERATION, reviews)
    assert names == [
        "game.play_by_play_plays",
        "game.play_by_play_play_reviews",
        "game.play_by_play_remarks",
    ]
    assert found == []
