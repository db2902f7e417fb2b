"""What looks like the same thing is proposed, and nothing that is pooled already."""

import shutil
from collections.abc import Mapping
from itertools import permutations
from pathlib import Path

import pytest

from compiler.diagnostics import Sink
from compiler.driver import Session, propose
from compiler.driver.compilation import load, make_plan
from compiler.driver.explanation import compile_for, explained
from compiler.driver.likeness import proposals
from compiler.frontends.fold import fold
from compiler.frontends.mapping import read_mappings
from compiler.ir.api import ApiModel, Document, OpaqueRef, Operation, Variant
from compiler.ir.paths import show
from compiler.passes.alike import alike
from compiler.passes.context import Context
from compiler.passes.evidence import entities
from compiler.passes.inherit import inherit
from compiler.passes.resolve import resolve
from compiler.project import discover
from compiler.source import Origin, SourceFile
from tests.support.project import ROOT

ORIGIN = Origin("lab.json")
FOLDS = (("away", "home"),)
PET = {"id": 1, "name": "a", "age": 2, "weight": 1.5, "born": "2000-01-01", "owner": {"id": 1, "name": "b"}}
DEFAULTS = SourceFile("mappings/defaults.yaml", "folds: [[away, home]]\n")


def operation(nickname: str) -> Operation:
    variant = Variant(http_method="GET", path=f"/{nickname}", parameters=(), origin=ORIGIN)
    return Operation(
        endpoint="lab", nickname=nickname, summary="", response=OpaqueRef("object"), variants=(variant,)
    )


def groups(responses: Mapping[str, object], entities_yaml: str = "") -> list[set[str]]:
    """Return what looks alike in the responses of operations, as texts of places."""
    sink = Sink()
    api = ApiModel(
        documents=(Document(endpoint="lab", operations=tuple(map(operation, responses)), models=()),)
    )
    files = [DEFAULTS, *([SourceFile("mappings/entities.yaml", entities_yaml)] if entities_yaml else [])]
    mapping = inherit(read_mappings(files, sink), api, sink)
    observed = {f"lab.{name}": fold(f"lab.{name}", response) for name, response in responses.items()}
    plan = resolve(Context(api=api, mapping=mapping, observed=observed, sink=sink))
    assert not sink.diagnostics
    shapes = {item.name: item.response for item in plan.operations}
    found = alike(entities(api, observed, mapping), FOLDS, shapes)
    return [{f"{place.operation.removeprefix('lab.')}:{show(place.path)}" for place in one} for one in found]


def test_records_with_the_same_keys_look_alike() -> None:
    assert groups({"one": {"pet": PET}, "two": [PET]}) == [{"one:$.pet", "two:$[*]"}]


def test_what_is_below_is_not_told_again() -> None:
    deep = PET | {"chip": PET, "chips": [PET]}
    assert groups({"one": {"pet": deep}, "two": {"pet": deep}}) == [
        {"one:$.pet", "two:$.pet"},
        {"one:$.pet.chip", "one:$.pet.chips[*]", "two:$.pet.chip", "two:$.pet.chips[*]"},
    ]


@pytest.mark.parametrize(
    ("other", "is_alike"),
    [
        (PET, True),
        ({name: PET[name] for name in ("id", "name", "age", "weight")}, False),  # four keys: a mention
        ({name: PET[name] for name in ("id", "name", "age", "weight", "born")}, False),  # an owner lacks
        (PET | {"weight": 2}, True),  # an integer is a number
        (PET | {"weight": None}, True),
        (PET | {"weight": "heavy"}, False),
        (PET | {"owner": []}, False),
        (PET | {"tail": 1}, False),  # a key that the other never had, and this one always
    ],
)
def test_what_looks_alike(other: object, is_alike: bool) -> None:
    expected = [{"one:$.pet", "two:$.pet"}] if is_alike else []
    for first, second in permutations((PET, other)):
        assert groups({"one": {"pet": first}, "two": {"pet": second}}) == expected


def test_keys_that_come_and_go_may_differ_a_little() -> None:
    some = [PET, {name: PET[name] for name in PET if name != "born"}]
    assert groups({"one": some, "two": [PET | {"tail": 1}, PET]}) == [{"one:$[*]", "two:$[*]"}]
    many = {f"key{number}": number for number in range(3)}
    assert not groups({"one": some, "two": [PET | many, PET]})


def test_what_is_one_thing_already_is_not_proposed() -> None:
    assert not groups({"one": {"away": PET, "home": PET}})
    yaml = "pet: {lab.one: [$.pet], lab.two: [$.pet]}\n"
    responses = {"one": {"pet": PET | {"chip": PET}}, "two": {"pet": PET | {"chip": PET}}}
    assert groups(responses) == [{"one:$.pet", "two:$.pet"}]
    assert not groups(responses, yaml)


def test_a_fold_in_an_entity_is_a_place_in_each_branch() -> None:
    responses = {"one": {"teams": {"away": PET, "home": PET}}, "two": {"pet": PET}}
    assert groups(responses) == [{"one:$.teams.away", "one:$.teams.home", "two:$.pet"}]
    assert not groups(responses, 'pet: {lab.one: ["$.teams.{away,home}"], lab.two: [$.pet]}\n')


# -------------------------------------------------------------------------------------------- the real project


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the real project without `entities.yaml`, and without the mappings that name its entities."""
    root = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "schemas", root / "schemas")
    shutil.copy(ROOT / "pyproject.toml", root)
    Path(root, "mappings").mkdir()
    shutil.copy(ROOT / "mappings/defaults.yaml", root / "mappings")
    return root


@pytest.mark.slow
def test_what_is_pasted_compiles_and_is_not_proposed_again(real: Path) -> None:
    found = propose(Session(project=discover(real)), ())
    assert found is not None
    assert found.proposals
    pasted = Path(real, "mappings/entities.yaml")
    pasted.write_text(f"{found.to_text()}\n", "utf-8")
    after = Session(project=discover(real))
    inputs = load(after)
    plan = make_plan(after, inputs)
    assert plan is not None, after.findings
    assert not proposals(inputs, plan)
    pasted.unlink()


@pytest.mark.slow
def test_the_selection_is_of_places(real: Path) -> None:
    session = Session(project=discover(real))
    everything = propose(session, [])
    assert everything is not None
    wanted = everything.proposals[0].places[0].operation
    found = propose(session, [wanted])
    assert found is not None
    assert found.proposals == tuple(
        one for one in everything.proposals if wanted in {place.operation for place in one.places}
    )
    assert all(len(one.keys) >= len(one.shared) >= 5 for one in found.proposals)


@pytest.mark.slow
def test_explain_tells_of_it(real: Path) -> None:
    session = Session(project=discover(real))
    everything, compiled = propose(session, []), compile_for(session)
    assert everything is not None
    assert compiled is not None
    place = everything.proposals[-1].places[0]
    text = explained(compiled, f"{place.operation}:{show(place.path)}").to_text()
    [line] = [line for line in text.splitlines() if line.startswith("alike")]
    assert "keys)" in line
    assert "`mlbc alike`" in line
    assert "\nalike" not in explained(compiled, "season.seasons:$.seasons[*]").to_text()
