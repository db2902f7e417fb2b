"""What a response may hold, and its declared outcome in every target: the one place that says so.

`test_matrix.py` pushes each construct through each target and compares; `compiler/COMPLIANCE.md` is printed from it.
"""

from compiler.ir.shape import Shape
from compiler.ir.types import DateText, DecimalText, InningsText, InstantText, IntegerText, Kind, Type
from tests.compliance.outcomes import (
    EXTRAS,
    FREE,
    KEPT,
    MISFIT,
    NULLED,
    OUT_OF_RANGE,
    REJECTED,
    Construct,
    canonical,
    construct,
    misfit,
    never,
    refused,
    untyped,
)
from tests.unit.backends.plans import array, keyed, mapping, record, scalar, unknown

BIGINT, DOUBLE, TEXT, BOOLEAN = map(scalar, (Type.BIGINT, Type.DOUBLE, Type.TEXT, Type.BOOLEAN))
DAY, INSTANT = scalar(Type.DATE, DateText()), scalar(Type.TIMESTAMP, InstantText())
RATE, COUNT = scalar(Type.DOUBLE, DecimalText(".000", ("-.--",))), scalar(Type.BIGINT, IntegerText(("-",)))
OUTS = scalar(Type.BIGINT, InningsText(("-.-",)))
PERSON = record(id=BIGINT, fullName=TEXT)
ANY = unknown(mixed=True)

KEYWORDS = ("class", "end", "offset", "date", "copy", "order", "select", "None", "self", "float", "type")
KEYWORDS += ("model_config", "model_dump")

AS_DOUBLE = canonical("a double: 95 comes back as 95.0")
SPELLED = canonical("one instant, two spellings: `Z` and `.000Z`, which is the one written back")
REWRITTEN = canonical("Spark's `VARIANT` normalises numbers: 1.0 is 1")
TOO_DEEP = never("`JsonValue` ends at 254 levels: rejected with the path")
PLACEHOLDER = canonical("a placeholder is NULL; the raw response has its text")


def members(*keys: str) -> Shape:
    """Return a record of texts."""
    return keyed(dict.fromkeys(keys, TEXT))


def values(*keys: str) -> str:
    """Return an object with a value under each key; keys are as JSON writes them."""
    return "{" + ", ".join(f'"{key}": "{number}"' for number, key in enumerate(keys)) + "}"


NUMBERS = (
    construct("integer within 53 bits", BIGINT, "0", "-9007199254740992"),
    construct("integer beyond 53 bits", BIGINT, "9007199254740993", "9223372036854775807"),
    construct(
        "integer beyond 64 bits",
        BIGINT,
        "9223372036854775808",
        f"-1{25 * '0'}",
        avro=EXTRAS,
        tables=MISFIT,
        spark=OUT_OF_RANGE,
    ),
    construct("1.5 as a number", DOUBLE, "1.5", "0.1", "-2.5e-7", "1.7976931348623157e308"),
    construct("1 as a number", DOUBLE, "95", avro=AS_DOUBLE, postgres=AS_DOUBLE, spark=AS_DOUBLE),
    construct("1.0 as a number, also `1e2`", DOUBLE, "1.0", "1e2"),
    construct("-0.0 as a number", DOUBLE, "-0.0"),
    construct(
        "integer beyond 53 bits as a number",
        DOUBLE,
        "9007199254740993",
        avro=EXTRAS,
        tables=MISFIT,
        spark=OUT_OF_RANGE,
    ),
    construct("1.0 as an integer", BIGINT, "1.0", avro=EXTRAS, pydantic=REJECTED, tables=MISFIT),
    refused("number beyond a double", DOUBLE, "1e400"),
    refused("NaN, Infinity", DOUBLE, "NaN", "-Infinity"),
)
TEXTS = (
    construct("text", TEXT, '"Ñandú \\u26be \\ud83e\\udde2"', '"\\u2028\\n\\t\\"\\\\/"', '"null"', '"NaN"'),
    construct("empty text", TEXT, '""'),
    construct("long text", TEXT, f'"{"x" * 100_000}"'),
    refused("half a surrogate pair", TEXT, '"\\ud800"'),
    refused("the character U+0000", TEXT, '"a\\u0000b"'),
    construct("id as text", TEXT, '"0012"', '"660271"'),
    construct("integer in text", COUNT, '"78"', '"-5"'),
    construct("integer in text that prints differently", COUNT, '"078"', '"+5"', '"1e2"', tables=MISFIT),
    construct("decimal in text", RATE, '".250"', '"1.000"'),
    construct("decimal in text of another scale", RATE, '".2500"', '"0.250"', tables=MISFIT),
    construct("innings in text, as outs", OUTS, '"0.0"', '"8.2"'),
    construct("innings in text that prints differently", OUTS, '"8"', '"8.3"', '".2"', tables=MISFIT),
    construct("placeholder that is none of the column's", RATE, '"---"', '"N/A"', tables=MISFIT),
    misfit("integer where ids are in text", COUNT, "660271"),
    construct("placeholder", RATE, '"-.--"', '""', tables=PLACEHOLDER),
    construct("day", DAY, '"2024-07-12"', '"0001-01-01"'),
    construct("day that is none", DAY, '"2024-7-12"', '"2024-02-30"', '"July"', tables=MISFIT),
    construct("instant, with milliseconds", INSTANT, '"2024-07-13T01:40:00.000Z"'),
    construct("instant, to the second", INSTANT, '"2024-07-13T01:40:00Z"', tables=SPELLED),
    construct(
        "instant in another form",
        INSTANT,
        '"2024-07-13T01:40Z"',
        '"2024-07-13T01:40:00+02:00"',
        '"20240713"',
        tables=MISFIT,
    ),
)
CONTAINERS = (
    construct(
        "null where it was seen", scalar(Type.TEXT, None, Kind.NULL), "null", avro=EXTRAS, tables=NULLED
    ),
    construct("null where it was never seen", TEXT, "null", schema=REJECTED, avro=EXTRAS, tables=NULLED),
    construct("record", PERSON, '{"id": 1, "fullName": "A"}', '{"fullName": "A"}'),
    construct("record that is empty", PERSON, "{}", tables=NULLED),
    construct("array of scalars", array(BIGINT), "[3, 1, 2]"),
    construct("array of scalars that is empty", array(BIGINT), "[]"),
    construct("array of records that is empty", array(PERSON), "[]", tables=NULLED),
    construct(
        "array of scalars with null", array(TEXT), '["a", null, "b"]', schema=REJECTED, pydantic=REJECTED
    ),
    misfit("array of mixed kinds", array(BIGINT), '[1, "2"]', "[1, [2]]"),
    construct("array of records", array(PERSON), '[{"id": 1, "fullName": "A"}, {"id": 2}]'),
    construct("array of arrays", array(array(BIGINT)), "[[1], [2, 3]]"),
    construct("map of arrays of records", mapping(array(PERSON)), '{"2024-07-12": [{"id": 1}, {"id": 2}]}'),
    construct(
        "sides: away and home", record(away=PERSON, home=PERSON), '{"away": {"id": 1}, "home": {"id": 2}}'
    ),
    construct("map of records", mapping(PERSON), '{"ID1": {"id": 1}, "ID2": {"id": 2}}'),
    construct(
        "map with 1,000 keys",
        mapping(PERSON),
        "{" + ", ".join(f'"ID{number}": {{"id": {number}}}' for number in range(1000)) + "}",
    ),
    construct("map of scalars", mapping(TEXT), '{"2024-07-12": "a", "": "b"}'),
    construct(
        "map with awkward keys",
        mapping(PERSON),
        '{"": {"id": 1}, "a.b": {"id": 2}, "a/b~c": {"id": 3}, "\\"\'`\\\\": {"id": 4}, "⚾\\n": {"id": 5}}',
    ),
    untyped("any JSON", ANY, '{"a": [1, {"b": null}], "": 1.5}', "[]", '"text"', "7", "true"),
    untyped("any JSON with an integer beyond 64 bits", ANY, f'{{"a": 1{25 * "0"}}}'),
    untyped("any JSON with 1.0, 1e2", ANY, "[1.0, 1e2]", spark=REWRITTEN),
    untyped("any JSON with -0.0", ANY, "[-0.0]", postgres=canonical("`jsonb` has no -0.0"), spark=REWRITTEN),
    untyped("any JSON, 200 levels deep", ANY, '{"a": ' * 200 + "1" + "}" * 200),
    untyped("any JSON, 900 levels deep", ANY, "[" * 900 + "1" + "]" * 900, pydantic=TOO_DEEP),
)
KEYS = (
    construct("key with a dot, a blank, a hyphen", members("a.b", "c d", "e-f"), values("a.b", "c d", "e-f")),
    construct("key with quotes and backslash", members("\"'`\\"), values("\\\"'`\\\\")),
    construct("key that is empty", members("", "other"), values("", "other")),
    construct("key with emoji and other alphabets", members("⚾", "名前", "é"), values("⚾", "名前", "é")),
    construct(
        "key with a leading digit or underscore",
        members("2B", "1st", "_x", "__y__"),
        values("2B", "1st", "_x", "__y__"),
    ),
    construct(
        "key that is a keyword",
        members(*KEYWORDS),
        values(*KEYWORDS),
    ),
    construct(
        "keys that differ in case", members("strikeOuts", "strikeouts"), values("strikeOuts", "strikeouts")
    ),
    construct("key of 300 bytes", members("k" * 300, "k" * 299 + "j"), values("k" * 300, "k" * 299 + "j")),
    construct("key that our own fields have", members("_extras", "rawId"), values("_extras", "rawId")),
    refused("half a surrogate pair in a key", members("a"), '{"\\ud800": 1}'),
    refused("the character U+0000 in a key", members("a"), '{"\\u0000": 1}'),
    refused("a key twice in one object", members("a"), '{"a": "1", "a": "2"}'),
    construct(
        "key that nobody knows",
        PERSON,
        '{"id": 1, "nick": "B", "full_name": [{"a": 1}]}',
        schema=FREE,
        avro=EXTRAS,
        pydantic=KEPT,
        tables=MISFIT,
    ),
    construct(
        "key that nobody knows, with null alone",
        PERSON,
        '{"id": 1, "nick": null}',
        schema=FREE,
        avro=EXTRAS,
        pydantic=KEPT,
        tables=NULLED,
    ),
)
KINDS = (
    construct(
        "kinds that were seen: integer or text",
        scalar(Type.BIGINT, None, Kind.INTEGER, Kind.STRING),
        '"7"',
        avro=EXTRAS,
        tables=MISFIT,
    ),
    untyped("kinds that were seen: integer, text or object", scalar(Type.JSON), "7", '"7"', '{"a": 7}'),
    misfit("text for an integer", BIGINT, '"12"', '""'),
    misfit("text for a number", DOUBLE, '".333"', '"NaN"'),
    misfit("integer for a text", TEXT, "12"),
    misfit("boolean for an integer", BIGINT, "true"),
    misfit("integer for a boolean", BOOLEAN, "1"),
    misfit("scalar for a record", PERSON, '"A"', "7"),
    misfit("record for a scalar", TEXT, '{"a": "A"}'),
    misfit("record for an array", array(PERSON), '{"id": 1}'),
    misfit("array for a record", PERSON, '[{"id": 1}]'),
    misfit("scalar in an array of records", array(PERSON), '[{"id": 1}, 7]'),
)
SECTIONS = {
    "Numbers": NUMBERS,
    "Texts": TEXTS,
    "Null, records, arrays, maps": CONTAINERS,
    "Keys": KEYS,
    "Wrong kinds": KINDS,
}
CONSTRUCTS: tuple[Construct, ...] = tuple(one for section in SECTIONS.values() for one in section)
