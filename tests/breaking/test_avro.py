"""Resolution by rule agrees with what fastavro and Apache's own library really read."""

import json
from io import BytesIO
from random import Random
from typing import cast

import fastavro
import pytest
from avro.io import BinaryDecoder, BinaryEncoder, DatumReader, DatumWriter
from avro.schema import parse as avro_schema
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.breaking import compare
from compiler.breaking.avro.exemplars import exemplars
from compiler.breaking.avro.nodes import parse
from compiler.breaking.avro.reading import unread
from compiler.breaking.avro.resolution import problems
from compiler.breaking.surfaces import Json
from tests.breaking.versions import FEED, ROWS, first, schema

PRIMITIVES = st.sampled_from(["boolean", "int", "long", "float", "double", "string", "bytes"])
TYPES = st.recursive(
    PRIMITIVES,
    lambda inner: st.one_of(
        st.builds(lambda one: {"type": "array", "items": one}, inner),
        st.builds(lambda one: {"type": "map", "values": one}, inner),
        st.builds(lambda one: ["null", one], inner.filter(lambda one: not isinstance(one, list))),
    ),
    max_leaves=3,
)


@st.composite
def records(draw: st.DrawFn) -> Json:
    fields: list[dict[str, object]] = []
    for name in draw(st.lists(st.sampled_from("abcd"), unique=True, max_size=4)):
        type_ = draw(TYPES)
        is_optional = isinstance(type_, list)
        more = {"default": None} if is_optional and draw(st.booleans()) else {}
        alias = (
            {"aliases": ["former"]}
            if draw(st.booleans()) and not any("aliases" in one for one in fields)
            else {}
        )
        fields.append({"name": name, "type": type_, **more, **alias})
    return {"type": "record", "name": "R", "namespace": "n", "fields": fields}


@pytest.mark.slow
@given(records(), records())
@settings(max_examples=150)
def test_the_rules_say_what_a_library_can_read(written: Json, wanted: Json) -> None:
    is_refused = bool(problems(parse(written), parse(wanted)))
    assert is_refused == bool(unread(written, wanted, exemplars(parse(written)), ("fastavro",)))


@given(records(), st.randoms(use_true_random=False))
def test_both_libraries_read_fields_that_come_go_and_move(written: Json, random: Random) -> None:
    fields = [one for one in cast("list[dict[str, object]]", written["fields"]) if random.random() < 0.7]
    fields.append({"name": "more", "type": ["null", "long"], "default": None})
    random.shuffle(fields)
    wanted = {**written, "fields": fields}
    assert problems(parse(written), parse(wanted)) == ()
    assert unread(written, wanted, exemplars(parse(written))) == ""


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ({"type": "array", "items": "int"}, {"type": "array", "items": "long"}),
        ("string", "bytes"),
    ],
)
def test_apaches_library_is_stricter_and_counts(written: object, wanted: object) -> None:
    old, new = _record(written), _record(wanted)
    assert problems(parse(old), parse(new)) == ()
    assert unread(old, new, exemplars(parse(old)), ("fastavro",)) == ""
    assert unread(old, new, exemplars(parse(old))).startswith("avro: ")


def test_apaches_library_knows_no_aliases_and_says_nothing() -> None:
    old = _record(["null", "long"], default=None)
    new = {**old, "fields": [{"name": "b", "aliases": ["a"], "type": ["null", "long"], "default": None}]}
    content = BytesIO()
    DatumWriter(avro_schema(json.dumps(old))).write({"a": 5}, BinaryEncoder(content))
    content.seek(0)
    reader = DatumReader(avro_schema(json.dumps(old)), avro_schema(json.dumps(new)))
    assert reader.read(BinaryDecoder(content)) == {"b": None}
    content.seek(0)
    parsed = fastavro.parse_schema(old), fastavro.parse_schema(new)
    assert fastavro.schemaless_reader(content, *parsed) == {"b": 5}


def _record(type_: object, **more: object) -> dict[str, object]:
    return {"type": "record", "name": "R", "fields": [{"name": "a", "type": type_, **more}]}


@given(records())
def test_a_schema_reads_itself(found: Json) -> None:
    assert problems(parse(found), parse(found)) == ()
    assert unread(found, found, exemplars(parse(found))) == ""


@pytest.mark.parametrize("file", [FEED, ROWS])
def test_every_branch_is_written(file: str) -> None:
    found = first().schemas[file]
    listed = [*exemplars(parse(found))]
    assert listed[0] != listed[1]
    if file == FEED:
        notes = {repr(play and play["note"]) for one in listed for play in one["plays"] or ()}  # pyright: ignore[reportIndexIssue]
        assert any(note.isdigit() for note in notes)
        assert any(note.startswith("'") for note in notes)


def test_a_self_holding_record_ends() -> None:
    found = cast(
        "Json",
        {
            "type": "record",
            "name": "R",
            "fields": [{"name": "inner", "type": ["null", "R"], "default": None}],
        },
    )
    assert [*exemplars(parse(found))]
    assert unread(found, found, exemplars(parse(found))) == ""


def test_a_reader_that_fails_is_a_finding_although_no_rule_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compiler.breaking.proofs.unread", lambda *_: "avro: it did not read")
    changed = schema(ROWS, lambda fields, _: fields["rbi"].update(extra=1))(first("now"))
    (found,) = compare(first(), changed)
    assert (found.rule, found.category.name) == ("AVRO_RESOLVES", "WIRE")
    assert "it did not read" in found.message
