"""What was seen of a thing at one place counts at another: where it agrees, and nowhere else."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from compiler.diagnostics import Sink
from compiler.frontends.fold import fold, merge
from compiler.frontends.mapping import read_mappings
from compiler.ir.api import (
    ApiModel,
    ArrayRef,
    Document,
    Model,
    ModelRef,
    Operation,
    Property,
    ScalarRef,
    Variant,
)
from compiler.ir.facts import Observed
from compiler.ir.paths import Each, Field, Step
from compiler.ir.shape import Record, Scalar, Shape
from compiler.ir.types import Type
from compiler.ir.walk import at
from compiler.passes.context import Context
from compiler.passes.evidence import Entities, Seen, entities
from compiler.passes.inherit import inherit
from compiler.passes.resolve import resolve
from compiler.source import Origin, SourceFile

ORIGIN = Origin("lab.json")
PERSON = Model(
    name="Person",
    origin=ORIGIN,
    properties=(
        Property(name="id", type=ScalarRef("integer"), description="", required=False, origin=ORIGIN),
        Property(name="birthDate", type=ScalarRef("string"), description="", required=False, origin=ORIGIN),
    ),
)
WHOLE = {"id": 1, "name": "a", "link": "/1", "birthDate": "2000-01-01", "height": 180}
MENTION = {"id": 1, "name": "a", "link": "/1"}


def operation(nickname: str) -> Operation:
    variant = Variant(http_method="GET", path=f"/{nickname}", parameters=(), origin=ORIGIN)
    return Operation(
        endpoint="lab",
        nickname=nickname,
        summary="",
        response=ArrayRef(ModelRef("Person")),
        variants=(variant,),
    )


def resolved(
    responses: Mapping[str, object], entities_yaml: str = "", sink: Sink | None = None, shapes: str = ""
) -> dict[str, Shape]:
    """Return the shapes of operations that all answer with lists of persons; None is one that was never seen."""
    sink = sink or Sink()
    api = ApiModel(
        documents=(Document(endpoint="lab", operations=tuple(map(operation, responses)), models=(PERSON,)),)
    )
    files = [SourceFile("mappings/defaults.yaml", "ignore: [{path: $.copyright, because: notice}]\n")]
    if entities_yaml:
        files.append(SourceFile("mappings/entities.yaml", entities_yaml))
    if shapes:
        files.append(SourceFile("mappings/lab/one.yaml", f"operation: lab.one\nshapes: {{{shapes}}}\n"))
    mapping = inherit(read_mappings(files, sink), api, sink)
    observed = {
        f"lab.{name}": fold(f"lab.{name}", response)
        for name, response in responses.items()
        if response is not None
    }
    plan = resolve(Context(api=api, mapping=mapping, observed=observed, sink=sink))
    return {item.operation.nickname: item.response for item in plan.operations}


def record(shape: Shape, *path: Step) -> Record:
    """Return the persons of a list, or a record below them."""
    found = at(shape, (Each(), *path))
    assert isinstance(found, Record)
    return found


def keys(shape: Shape, *path: Step) -> set[str]:
    return set(record(shape, *path).by_name)


def test_what_is_whole_learns_and_a_mention_does_not() -> None:
    richer = WHOLE | {"weight": 80}
    found = resolved({"whole": [WHOLE], "some": [WHOLE, richer], "mention": [MENTION]})
    assert "weight" in keys(found["whole"])
    assert keys(found["mention"]) == set(MENTION) | {"birthDate"}  # declared


def test_what_was_never_seen_learns_from_all() -> None:
    found = resolved({"whole": [WHOLE], "mention": [MENTION], "unseen": None})
    assert keys(found["unseen"]) == set(WHOLE)
    item = record(found["unseen"])
    assert item.evidence.shared == ("lab.mention:$[*]", "lab.whole:$[*]")
    born = item.by_name["birthDate"]
    assert isinstance(born, Scalar)
    assert born.type == Type.DATE


def test_the_author_names_what_upstream_does_not_declare() -> None:
    yaml = "pet: {lab.one: ['$[*].pet'], lab.two: ['$[*].animal']}\n"
    responses = {
        "one": [{"pet": {"id": 1, "name": "a"}}],
        "two": [{"animal": {"id": 2}}, {"animal": {"id": 2, "age": 3}}],
    }
    found = resolved(responses, yaml)
    assert keys(found["one"], Field("pet")) == {"id", "name", "age"}
    assert keys(found["two"], Field("animal")) == {"id", "age"}


def test_another_form_of_a_thing_counts_though_it_does_not_agree() -> None:
    yaml = "person: {lab.hitters: ['$[*]'], also: {lab.pitchers: ['$[*]']}}\n"
    hitters = [{"id": 1, "hits": 2}]
    found = resolved({"hitters": hitters, "pitchers": [{"id": 1, "era": "3.00"}]}, yaml)
    assert keys(found["hitters"]) == {"id", "birthDate", "hits", "era"}
    assert keys(found["pitchers"]) == {"id", "birthDate", "era"}


def test_a_place_that_nobody_knows_is_reported() -> None:
    sink = Sink()
    resolved({"one": [MENTION]}, "pet: {lab.one: ['$[*].pet'], lab.none: [$]}\n", sink)
    assert [found.code for found in sink.diagnostics] == ["M103", "M201"]
    assert "`pet`" in sink.diagnostics[0].label


persons = st.fixed_dictionaries(
    {"id": st.just(1)}, optional={name: st.just(name) for name in ("name", "link", "birthDate", "height")}
)


@given(st.lists(persons, min_size=1, max_size=3), st.lists(persons, min_size=1, max_size=3), persons)
def test_more_captures_only_make_more_places_agree(one: list, two: list, more: dict) -> None:
    first = {"lab.one": fold("lab.one", one), "lab.two": fold("lab.two", two)}
    for name in first:
        before, after = learned(first), learned(first | {name: merged(first[name], [more])})
        assert before <= after


def learned(observed: Mapping[str, Observed]) -> set[str]:
    """Return the keys that the first operation's persons have, by their own captures or by those of the second."""
    api = ApiModel(
        documents=(
            Document(endpoint="lab", operations=(operation("one"), operation("two")), models=(PERSON,)),
        )
    )
    known: Entities = entities(api, observed, read_mappings((), Sink()))
    own = known.roots["lab.one"]
    (item,) = own.below.values()
    seen = known.seen_as("Person", Seen(item))
    assert seen is not None
    return set(seen.names)


def merged(known: Observed, response: object) -> Observed:
    return merge(known, fold(known.operation, response))


LIKE = "person: {lab.two: ['$[*]']}\n"


def test_a_place_that_is_likened_to_an_entity_may_hold_all_of_it() -> None:
    responses = {"one": [{"team": "x", "boss": MENTION}], "two": [WHOLE]}
    for path in ("$[*].boss", "$[*].hydrated", "$[*].staff.head", "$[*].staff.{first,second}"):
        found = resolved(responses, LIKE, shapes=f"'{path}': {{like: person}}")["one"]
        steps = [
            Field(name) for name in path.removeprefix("$[*].").replace("{first,second}", "second").split(".")
        ]
        assert keys(found, *steps) == {*WHOLE}
        assert record(found, *steps).by_name["height"].evidence.shared == ("lab.two:$[*].height",)
    assert keys(resolved(responses, LIKE)["one"], Field("boss")) == {*MENTION}


def test_the_elements_of_an_array_may_be_like_an_entity() -> None:
    shapes = "'$[*].crew[*]': {like: person}"
    found = resolved({"one": [{"team": "x"}], "two": [WHOLE]}, LIKE, shapes=shapes)["one"]
    assert keys(found, Field("crew"), Each()) == {*WHOLE}


def test_an_unknown_entity_is_reported() -> None:
    sink = Sink()
    resolved({"one": [MENTION], "two": [WHOLE]}, LIKE, sink, "'$[*].boss': {like: persona}")
    (found,) = sink.diagnostics
    assert "no entity `persona`" in found.message
    assert "`person`" in found.help
