"""An accepted break is silent, and nothing else is."""

from compiler.breaking import Category, Finding, accepting, judge
from compiler.diagnostics import Sink
from compiler.frontends.evolution import read_accepted, read_reserved
from compiler.ir.evolution import Accepted
from compiler.source import Origin, SourceFile


def _finding(subject: str, *against: str, rule: str = "FIELD_SAME_TYPE") -> Finding:
    return Finding(
        rule=rule, subject=subject, message="m", category=Category.SQL, effects=(), against=against
    )


def _entry(subject: str, *against: str) -> Accepted:
    return Accepted(
        rule="FIELD_SAME_TYPE",
        subject=subject,
        against=against,
        because="why",
        origin=Origin("accepted.yaml"),
    )


RELEASED = ("0.1.0", "0.2.0")


def test_an_entry_silences_exactly_its_finding() -> None:
    findings = (
        _finding("a.b.c", "0.1.0"),
        _finding("a.b.d", "0.1.0"),
        _finding("a.b.c", "0.1.0", rule="TABLE_SAME_KEY"),
    )
    judged = judge(findings, (_entry("a.b.c", "0.1.0"),), RELEASED, RELEASED)
    assert judged.open == findings[1:]
    assert judged.accepted == findings[:1]
    assert judged.unused == ()


def test_an_entry_is_for_the_versions_that_it_names() -> None:
    judged = judge((_finding("a.b.c", *RELEASED),), (_entry("a.b.c", "0.1.0"),), RELEASED, RELEASED)
    assert [found.against for found in judged.open] == [("0.2.0",)]
    assert [found.against for found in judged.accepted] == [("0.1.0",)]


def test_an_entry_that_matches_nothing_is_a_finding() -> None:
    entry = _entry("a.b.c", *RELEASED)
    judged = judge((_finding("a.b.c", "0.1.0"),), (entry,), RELEASED, RELEASED)
    assert judged.unused == ((entry, ("0.2.0",)),)


def test_a_version_that_nobody_released_accepts_nothing() -> None:
    entry = _entry("a.b.c", "9.9.9")
    assert judge((), (entry,), RELEASED, ()).unused == ((entry, ("9.9.9",)),)


def test_a_branch_is_compared_with_what_is_accepted_of_releases() -> None:
    judged = judge((_finding("a.b.c", "main"),), (_entry("a.b.c", "0.1.0"),), RELEASED, ())
    assert (judged.open, judged.unused) == ((), ())


def test_the_printed_line_accepts_the_finding() -> None:
    found = _finding("game.feed:$.plays[*]['odd: key']", "0.1.0")
    sink = Sink()
    file = SourceFile("schemas/accepted.yaml", accepting(found))
    (entry,) = read_accepted(file, ("FIELD_SAME_TYPE",), sink)
    assert not sink.diagnostics
    assert judge((found,), (entry,), RELEASED, RELEASED).open == ()


def test_a_tombstone_has_a_day() -> None:
    sink = Sink()
    file = SourceFile("reserved.yaml", "game.plays.rbi: {path: $.rbi, removed: last week, because: gone}\n")
    read_reserved(file, sink)
    assert [found.code for found in sink.diagnostics] == ["M108"]
