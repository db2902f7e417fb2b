"""Strategies: shapes of responses with any keys, and documents that have them."""

from hypothesis import strategies as st

from compiler.backends.naming import attributes
from compiler.ir.shape import Array, Evidence, Map, Member, Record, Scalar, Shape, Unknown
from compiler.ir.types import Codec, DateText, DecimalText, InstantText, IntegerText, Kind, Native, Type

NASTY = (
    "", "class", "date", "float", "int", "list", "str", "copy", "json", "schema", "model_config", "model_dump", "_x",
    "__x__", "2B", "1st", "a b", "a.b", "a-b", "it's", 'q"q', "back\\slash", "fooBar", "foo_bar", "FooBar", "FOO",
    "foo", "€", "名前", "⚾",
    "self", "None", "Field", "JsonValue", "ApiObject", "type", "properties", "$ref", "_extras",
    "end", "offset", "k" * 300, "new\nline", "{", "{{ x }}", "# noqa", '"""',
)  # fmt: skip
KEYS = st.sampled_from(NASTY) | st.from_regex(r"[a-z][a-zA-Z]{0,8}", fullmatch=True)

SCALARS: tuple[tuple[Type, Codec], ...] = (
    (Type.BOOLEAN, Native()),
    (Type.INTEGER, Native()),
    (Type.BIGINT, Native()),
    (Type.DOUBLE, Native()),
    (Type.TEXT, Native()),
    (Type.DATE, DateText()),
    (Type.TIMESTAMP, InstantText()),
    (Type.INTEGER, IntegerText()),
    (Type.DOUBLE, DecimalText(".000", ("-.--",))),
)
KINDS = (Kind.NULL, Kind.STRING, Kind.INTEGER, Kind.BOOLEAN)


@st.composite
def evidences(draw: st.DrawFn) -> Evidence:
    kinds = draw(st.lists(st.sampled_from(KINDS), max_size=2, unique=True))
    return Evidence(kinds=tuple((kind, 1) for kind in kinds), description=draw(st.sampled_from(("", *NASTY))))


scalars = st.builds(
    lambda pair, evidence: Scalar(type=pair[0], codec=pair[1], evidence=evidence),
    st.sampled_from(SCALARS),
    evidences(),
)
unknowns = st.builds(Unknown, mixed=st.booleans(), evidence=evidences())


def records(inner: st.SearchStrategy[Shape]) -> st.SearchStrategy[Shape]:
    members = st.lists(st.builds(Member, KEYS, inner), max_size=5, unique_by=lambda member: member.name)
    return st.builds(
        lambda found, evidence: Record(members=tuple(found), evidence=evidence), members, evidences()
    )


def containers(inner: st.SearchStrategy[Shape]) -> st.SearchStrategy[Shape]:
    arrays = st.builds(Array, item=inner, evidence=evidences())
    maps = st.builds(Map, value=inner, evidence=evidences())
    return records(inner) | arrays | maps


shapes = st.recursive(scalars | unknowns, containers, max_leaves=12)

FINITE = st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | FINITE | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def documents(draw: st.DrawFn, shape: Shape) -> object:
    """A document of the shape: members may lack, and there may be others."""
    match shape:
        case Scalar(type=type_, codec=Native()):
            return draw(_native(type_))
        case Scalar():
            return draw(st.sampled_from(("2024-07-12", "2024-07-13T01:40:00Z", "78", ".250", "-.--", "")))
        case Record(members=members):
            kept = (
                draw(st.lists(st.sampled_from(members), unique_by=lambda found: found.name))
                if members
                else []
            )
            names = {member.name for member in members}
            keys = KEYS | st.sampled_from(sorted(attributes(sorted(names)).values()) or ["other"])
            extras = draw(st.dictionaries(keys.filter(lambda key: key not in names), JSON, max_size=2))
            return {member.name: draw(documents(member.shape)) for member in kept} | extras
        case Array(item=item):
            return [draw(documents(item)) for _ in range(draw(st.integers(0, 2)))]
        case Map(value=value):
            return {key: draw(documents(value)) for key in draw(st.lists(st.text(), max_size=2, unique=True))}
        case _:
            return draw(JSON)


def _native(type_: Type) -> st.SearchStrategy[object]:
    match type_:
        case Type.BOOLEAN:
            return st.booleans()
        case Type.INTEGER | Type.BIGINT:
            return st.integers(-(2**62), 2**62)
        case Type.DOUBLE:
            return FINITE | st.integers(-(2**53), 2**53)
        case _:
            return st.text()
