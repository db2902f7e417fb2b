"""The laws of folding: order, grouping and repetition of captures do not matter, and nothing is lost in writing."""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.diagnostics import Sink
from compiler.frontends.fold import digest, fold, fold_together, merge, news
from compiler.frontends.observed import read_facts, write_facts
from compiler.ir.facts import Facts, Observed
from compiler.ir.paths import parse
from compiler.ir.types import Kind
from compiler.source import SourceFile

OPERATION = "season.seasons"
NOTHING = Observed(operation=OPERATION, captures=(), paths={})

texts = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["", "78", "078", "-3", ".250", "0.25", "4.50", "-.--", "-", "2024-07-12", "2024-02-30"]),
    st.sampled_from(["2024-07-13T01:40:00Z", "2024-07-13T01:40:00.000Z", "2024-07-13T25:40:00Z"]),
)
names = st.one_of(
    st.sampled_from(
        ["id", "people", "ID660271", "ID1", "2024-07-12", "20240712_010203", "7", "gamePk", "a.b", "it's"]
    ),
    st.text(max_size=6),
)
scalars = st.one_of(st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(allow_nan=False), texts)
documents = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(names, inner, max_size=4)),
    max_leaves=20,
)


def folded(captures: list[object]) -> Observed:
    return reduce(merge, (fold(OPERATION, capture) for capture in captures), NOTHING)


@given(st.lists(documents, max_size=5), st.randoms())
def test_order_and_repetition_do_not_matter(captures: list[object], random) -> None:
    shuffled = captures + captures[:2]
    random.shuffle(shuffled)
    assert folded(shuffled) == folded(captures)


@given(st.lists(documents, min_size=3, max_size=3, unique_by=digest))
def test_grouping_does_not_matter(captures: list[object]) -> None:
    one, two, three = (fold(OPERATION, capture) for capture in captures)
    assert merge(merge(one, two), three) == merge(one, merge(two, three))


@given(st.lists(documents, max_size=6, unique_by=digest), st.integers(0, 6))
def test_the_order_of_groups_does_not_matter(captures: list[object], cut: int) -> None:
    left, right = folded(captures[:cut]), folded(captures[cut:])
    assert merge(left, right) == merge(right, left) == folded(captures)


@given(st.lists(documents, max_size=5), st.integers(0, 5))
def test_what_is_known_adds_nothing(captures: list[object], cut: int) -> None:
    known = folded(captures)
    assert merge(known, known) == merge(known, NOTHING) == merge(NOTHING, known) == known
    assert merge(known, folded(captures[:cut])) == merge(folded(captures[:cut]), known) == known


@given(st.lists(documents, max_size=6), st.integers(1, 6))
def test_together_is_as_one_by_one(captures: list[object], at_once: int) -> None:
    by_digest = {digest(capture): capture for capture in captures}
    names = list(by_digest)
    batches = [names[start : start + at_once] for start in range(0, len(names), at_once)]
    together = (fold_together(OPERATION, {name: by_digest[name] for name in batch}) for batch in batches)
    assert reduce(merge, together, NOTHING) == folded(captures)


@given(st.lists(documents, max_size=4))
def test_facts_only_grow(captures: list[object]) -> None:
    steps = [folded(captures[:count]) for count in range(len(captures) + 1)]
    for before, after in pairwise(steps):
        assert not list(news(after, before))
        assert set(before.captures) <= set(after.captures)
        for path, facts in before.paths.items():
            assert all(_is_part(mine, theirs) for mine, theirs in _counts(facts, after.paths[path]))


def _counts(left: Facts, right: Facts) -> Iterator[tuple[Mapping[str, int], Mapping[str, int]]]:
    yield (
        {str(kind): left.kinds[kind] for kind in left.kinds},
        {str(kind): right.kinds[kind] for kind in right.kinds},
    )
    yield left.texts, right.texts
    yield left.maps, right.maps
    yield {"longest": left.longest, "widest": left.widest}, {"longest": right.longest, "widest": right.widest}


def _is_part(left: Mapping[str, int], right: Mapping[str, int]) -> bool:
    return all(count <= right.get(key, 0) for key, count in left.items())


@given(st.lists(documents, max_size=3))
def test_written_and_read_they_are_the_same(captures: list[object]) -> None:
    observed = folded(captures)
    text = write_facts(observed)
    sink = Sink()
    read = read_facts([SourceFile("schemas/observed/season/seasons.json", text)], sink)
    assert not sink.diagnostics
    assert read == {OPERATION: observed}
    assert write_facts(read[OPERATION]) == text
    text.encode("utf-8")


@given(st.lists(documents, max_size=5, unique_by=digest), st.integers(0, 5))
def test_writing_and_reading_in_between_changes_nothing(captures: list[object], cut: int) -> None:
    text = write_facts(folded(captures[:cut]))
    read = read_facts([SourceFile("schemas/observed/season/seasons.json", text)], Sink())
    assert merge(read[OPERATION], folded(captures[cut:])) == folded(captures)


@given(documents)
def test_any_document_is_counted_whole(document: object) -> None:
    observed = fold(OPERATION, document)
    assert sum(facts.seen for facts in observed.paths.values()) == _values(document)
    for path, facts in observed.paths.items():
        assert parse(path).anchor == "$"
        assert sum(facts.texts.values()) == facts.kinds.get(Kind.STRING, 0)
        assert sum(facts.maps.values()) <= facts.kinds.get(Kind.OBJECT, 0)


@given(documents)
def test_a_document_holds_no_news_of_itself(document: object) -> None:
    assert not list(news(fold(OPERATION, document), fold(OPERATION, document)))


@given(st.dictionaries(names, documents, max_size=5))
def test_the_digest_ignores_the_order_of_keys(document: dict[str, object]) -> None:
    assert digest(dict(reversed(document.items()))) == digest(document)


@pytest.mark.parametrize("wrap", [lambda value: value, lambda value: [{"a": value}]], ids=["alone", "inside"])
def test_a_number_beyond_a_double_is_no_null(wrap: Callable[[object], object]) -> None:
    values = (None, json.loads("1e400"), json.loads("-1e400"), "Infinity")
    assert len({digest(wrap(value)) for value in values}) == len(values)


def test_facts_that_overlap_in_part_cannot_be_merged() -> None:
    one, two, three = (fold(OPERATION, {"id": number}) for number in range(3))
    with pytest.raises(ValueError, match="share some"):
        merge(merge(one, two), merge(two, three))


def _values(document: object) -> int:
    if isinstance(document, dict):
        return 1 + sum(map(_values, document.values()))
    if isinstance(document, list):
        return 1 + sum(map(_values, document))
    return 1
