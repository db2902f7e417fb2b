"""Maps and records are told apart as a person does, and the scores that we publish are the present ones."""

import json
from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shapes.cases import Case, labelled
from tests.shapes.generated import KEYS, map_documents, record_documents
from tests.shapes.ours import decide
from tests.shapes.score import OTHERS, SCORES, cases, digest, ours, page, score

BEYOND = {"people by name, one game", "clubs by nickname, few seen"}
"""Maps that only a person can tell from what was seen; a mapping says `as: map`."""

MACHINE_KEYS = [kind for kind in KEYS if kind != "full name"]

randoms = st.integers(0, 2**32).map(Random)  # what is drawn is spread, not the smallest that fails


def names(case: Case) -> str:
    return case.name.replace(" ", "-")


@pytest.mark.parametrize("case", [one for one in labelled() if one.family != "elsewhere"], ids=names)
def test_a_labelled_place(case: Case) -> None:
    assert (decide(case.documents, case.path) == case.truth) is (case.name not in BEYOND)


def test_the_set_is_mostly_traps() -> None:
    truths = Counter(case.truth == "map" for case in labelled() if case.family in ("maps", "records"))
    assert truths[False] > truths[True] >= 30
    assert len({case.name for case in cases()}) == len(cases())
    assert all(case.why for case in labelled())


@pytest.mark.parametrize(
    ("families", "recall"), [({"maps", "records", "others"}, 0.94), ({"generated"}, 0.95)]
)
def test_no_trap_is_a_map_and_few_maps_are_missed(families: set[str], recall: float) -> None:
    chosen = [
        (case, said == "map") for case, said in zip(cases(), ours(), strict=True) if case.family in families
    ]
    got = score(*zip(*chosen, strict=True))
    assert got.precision == 1
    assert got.recall >= recall


def test_the_other_tools_saw_the_same_cases() -> None:
    assert json.loads(OTHERS.read_text("utf-8"))["cases"] == digest(), "run `python -m tests.shapes --others`"


def test_the_published_scores_are_the_present_ones() -> None:
    assert SCORES.read_text("utf-8") == page(), "run `python -m tests.shapes`"


def test_the_score_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compiler.frontends.fold.map_evidence", lambda _: "")
    decided = [decide(case.documents, case.path) == "map" for case in labelled()]
    assert score(labelled(), decided).recall < 0.1


@given(randoms)
def test_a_record_of_any_names_is_no_map(random: Random) -> None:
    documents = [{"place": place} for place in record_documents(random)]
    assert decide(documents, "$.place") == "record"


@given(randoms)
def test_a_map_of_any_machine_made_keys_is_one(random: Random) -> None:
    documents = [{"place": place} for place in map_documents(random, MACHINE_KEYS)]
    assert decide(documents, "$.place") == "map"
