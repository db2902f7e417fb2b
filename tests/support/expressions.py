"""Expressions and rows drawn at random, of every type, with what engines disagree on: one table for all engines."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from types import CodeType

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from compiler.backends.expressions import python_source
from compiler.diagnostics import Sink
from compiler.frontends.sql import parse_expression
from compiler.ir.expression import Apply, Constant, Input, Reference, Typed
from compiler.ir.functions import FUNCTIONS, Function, Limit
from compiler.ir.types import Type
from compiler.passes.typecheck import bind_expression
from compiler.source import Origin
from runtime import sql

B, N, W, D, T, DAY, AT = (
    Type.BOOLEAN,
    Type.INTEGER,
    Type.BIGINT,
    Type.DOUBLE,
    Type.TEXT,
    Type.DATE,
    Type.TIMESTAMP,
)
COLUMNS: dict[str, Type] = {
    "is_home": B,
    "is_pitch": B,
    "inning": N,
    "game_pk": W,
    "other_pk": W,
    "speed": D,
    "angle": D,
    "name": T,
    "order": T,
    "day": DAY,
    "birth": DAY,
    "at": AT,
    "until": AT,
}
_HERE = Origin("test")
INPUTS = {name: Input(type=type_) for name, type_ in COLUMNS.items()}
ZONES = (
    "UTC",
    "America/New_York",
    "America/Los_Angeles",
    "Europe/London",
    "Asia/Kolkata",
    "Pacific/Kiritimati",
)

TEXTS = (
    *(
        "",
        " ",
        "301",
        "-7",
        "007",
        "+5",
        "5.",
        ".250",
        "1e3",
        "-.5",
        "-0",
        "999999999999999999",
        "9" * 19,
        "٣",
        "1\n",
    ),
    *(
        "a",
        "A",
        "ä",
        "Ä",
        "ß",
        "İ",
        "a%b",
        "a_b",
        "a\\b",
        "%",
        "_",
        "\\",
        "  x ",
        "a,b,,c",
        "Z",
        "z",
        "é",
        "e\u0301",
    ),
    *(
        "\U0001f9e2",
        "\U0001f9e2\U0001f9e2b",
        "\uffff",
        "\U00010000",
        "a\nb",
        "'",
        '"',
        "$1",
        "\t",
        "\u00a0x\u00a0",
        "IX",
    ),
)
NUMBERS = (
    0,
    1,
    -1,
    2,
    3,
    7,
    100,
    -100,
    301,
    2**31 - 1,
    -(2**31),
    2**53,
    2**53 + 1,
    2**62,
    2**63 - 1,
    -(2**63),
)
MEASURES = (
    *(
        0.0,
        -0.0,
        0.5,
        -0.5,
        1.5,
        2.5,
        -2.5,
        95.0,
        94.9,
        0.1,
        0.2,
        1e-150,
        9e-151,
        1e150,
        1.1e150,
        1e300,
        -1e300,
    ),
    *(5e-324, 1.7976931348623157e308, 2.0**53, 2.0**53 - 0.5, 1e16, 1 / 3, -7.0, float("inf"), float("-inf")),
)
_DAYS = "0001-01-01 1876-04-22 1900-02-28 2000-02-29 2024-07-12 9999-12-31"
_INSTANTS = """0001-01-01T00:00:00 0001-01-02T03:00:00 1876-04-22T19:05:06 1883-11-18T17:00:00 1969-12-31T23:59:59.500
2024-03-10T06:59:59.999 2024-03-10T07:00:00 2024-11-03T05:30:00 2024-11-03T06:30:00 2024-07-13T01:40:00
2050-07-01T00:00:00 9999-12-30T00:00:00 9999-12-30T00:00:00.001 9999-12-31T23:59:00"""
DAYS = tuple(map(date.fromisoformat, _DAYS.split()))
INSTANTS = tuple(datetime.fromisoformat(f"{text}Z") for text in _INSTANTS.split())
VALUES: dict[Type, st.SearchStrategy] = {
    B: st.booleans(),
    N: st.sampled_from([value for value in NUMBERS if abs(value) < 2**31 or value == -(2**31)])
    | st.integers(-9, 999),
    W: st.sampled_from(NUMBERS) | st.integers(-9, 999) | st.integers(-(2**63), 2**63 - 1),
    D: st.sampled_from(MEASURES) | st.floats(-1000, 1000) | st.floats(allow_nan=False),
    T: st.sampled_from(TEXTS)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5)
    | st.integers(-999, 999).map(str),
    DAY: st.sampled_from(DAYS) | st.dates(),
    AT: st.sampled_from(INSTANTS)
    | st.datetimes(timezones=st.just(UTC)).map(
        lambda value: value.replace(microsecond=value.microsecond // 1000 * 1000)
    ),
}
rows = st.fixed_dictionaries({name: st.none() | VALUES[type_] for name, type_ in COLUMNS.items()})


def typed(text: str, inputs: dict[str, Input] | None = None) -> Typed:
    """Parse and bind an expression that is right."""
    sink = Sink()
    written = parse_expression(text, Origin("test"), sink)
    bound = written and bind_expression(written, inputs or INPUTS, sink)
    assert bound is not None, (text, sink.diagnostics)
    return bound


# -------------------------------------------------------------------------------------------- drawn as text

_COMPARED = (W, D, T, DAY, AT)
_ANY = (B, *_COMPARED)


@st.composite
def expressions(draw: st.DrawFn, type_: Type | None = None, depth: int = 3) -> str:
    """Draw the SQL of an expression that gives a type."""
    type_ = type_ or draw(st.sampled_from(_ANY))
    if depth == 0 or draw(st.integers(0, 5)) == 0:
        return draw(_atom(type_))
    return draw(st.sampled_from((*_MADE[type_], *_OF_ANY)))(_Draw(draw, depth - 1, type_))


class _Draw:
    """Draws the parts of an expression one level down."""

    def __init__(self, draw: st.DrawFn, depth: int, type_: Type) -> None:
        self.draw, self.depth, self.type = draw, depth, type_

    def __call__(self, type_: Type | None = None) -> str:
        return "(" + self.draw(expressions(type_ or self.type, self.depth)) + ")"

    def one(self, *options):
        return self.draw(st.sampled_from(options))

    def text(self) -> str:
        return quoted(self.draw(st.sampled_from([text for text in TEXTS if text])))


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _columns(type_: Type) -> list[str]:
    fits = (N, W) if type_ is W else (type_,)
    return [f'"{name}"' for name, column in COLUMNS.items() if column in fits]


@cache
def _atom(type_: Type) -> st.SearchStrategy[str]:
    literals = {
        B: st.sampled_from(["true", "false"]),
        W: VALUES[W].map(str),
        D: st.sampled_from(["0.0", "0.5", "95.0", "-1.5", "1e-150", "1e150", "2.5", "0.1"]),
        T: VALUES[T].map(quoted),
        DAY: VALUES[DAY].map(lambda value: f"DATE '{value.isoformat()}'"),
        AT: VALUES[AT].map(lambda value: f"TIMESTAMPTZ '{value.replace(tzinfo=None).isoformat()}Z'"),
    }
    column = st.sampled_from(_columns(type_))
    return column | column | column | literals[type_]


def _test(of: _Draw) -> str:
    type_ = of.one(*_COMPARED)
    return f"{of(type_)} {of.one('=', '<>', '<', '<=', '>', '>=')} {of(type_)}"


def _mixed_test(of: _Draw) -> str:
    return f"{of(W)} {of.one('=', '<', '>=')} {of(D)}"


def _in(of: _Draw) -> str:
    type_ = of.one(*_ANY)
    return f"{of(type_)} {of.one('in', 'not in')} ({of(type_)}, {of.one('null', of(type_))}, {of(type_)})"


def _like(of: _Draw) -> str:
    pattern = of.one(
        "%", "_", "a%", "%b", "a\\%b", "_\\_%", "\\\\", "%\U0001f9e2_", "", "A%", "a%\n%", ".*", "("
    )
    return f"{of(T)} {of.one('like', 'not like')} {quoted(pattern)}"


def _distinct(of: _Draw) -> str:
    type_ = of.one(*_ANY)
    return f"{of(type_)} is {of.one('', 'not ')}distinct from {of(type_)}"


def _case(of: _Draw) -> str:
    otherwise = of.one("", f" else {of()}", " else null")
    return f"case when {of(B)} then {of()} when {of(B)} then {of()}{otherwise} end"


def _part(of: _Draw) -> str:
    unit = of.one("year", "month", "day", "doy", "isodow")
    return f"extract({unit} from {of(DAY)})"


def _part_in_zone(of: _Draw) -> str:
    unit = of.one("year", "month", "day", "doy", "isodow", "hour", "minute")
    return f"extract({unit} from {of(AT)} at time zone {quoted(of.one(*ZONES))})"


_OF_ANY = (
    lambda of: f"coalesce({of()}, {of()})",
    lambda of: f"nullif({of()}, {of()})",
    _case,
)
_MADE = {
    B: (
        *(_test,) * 3,
        _mixed_test,
        _in,
        _like,
        _distinct,
        *(lambda of: f"{of(B)} and {of(B)}", lambda of: f"{of(B)} or {of(B)}", lambda of: f"not {of(B)}"),
        lambda of: f"{of(of.one(*_ANY))} is {of.one('', 'not ')}null",
        lambda of: f"{of(B)} is {of.one('', 'not ')}{of.one('true', 'false')}",
        lambda of: f"{of(D)} between {of(D)} and {of(W)}",
        lambda of: f"starts_with({of(T)}, {of(T)})",
    ),
    W: (
        *(lambda of: f"{of(W)} {of.one('+', '-', '*', '/', '%')} {of(W)}",) * 3,
        lambda of: f"{of(W)} {of.one('/', '%')} {of.one('2', '-3', '100', '0', '-1')}",
        lambda of: f"- {of(W)}",
        lambda of: f"abs({of(W)})",
        lambda of: f"{of.one('round', 'floor', 'ceil')}({of(D)})",
        lambda of: f"{of(T)}::bigint",
        lambda of: f"length({of(T)})",
        lambda of: f"strpos({of(T)}, {of.text()})",
        lambda of: f"{of(DAY)} - {of(DAY)}",
        lambda of: f"{of.one('greatest', 'least')}({of(W)}, {of(W)}, {of(W)})",
        _part,
        _part_in_zone,
    ),
    D: (
        *(lambda of: f"{of(D)} {of.one('+', '-', '*', '/')} {of(of.one(D, D, W))}",) * 3,
        lambda of: f"{of(D)} {of.one('+', '-', '*', '/')} {of.one('2', '0.5', '-3.25', '0')}",
        *(lambda of: f"- {of(D)}", lambda of: f"abs({of(D)})", lambda of: f"{of(W)}::double precision"),
        lambda of: f"{of(T)}::double precision",
        lambda of: f"coalesce({of(D)}, {of(W)})",
        lambda of: f"{of.one('greatest', 'least')}({of(D)}, {of(D)}, {of(D)})",
        lambda of: f"extract(epoch from {of(AT)} - {of(AT)})",
        lambda of: f"extract(epoch from {of(AT)})",
    ),
    T: (
        *(lambda of: f"{of(T)} || {of(T)}", lambda of: f"{of.one('upper', 'lower')}({of(T)})"),
        lambda of: f"{of.one('trim', 'ltrim', 'rtrim')}({of(T)})",
        lambda of: f"substring({of(T)} from {of.one(1, 2, 3)} for {of.one(0, 1, 2)})",
        lambda of: f"substring({of(T)}, {of.one(1, 2, 9)})",
        lambda of: f"{of.one('left', 'right')}({of(T)}, {of.one(0, 1, 2, 9)})",
        lambda of: f"split_part({of(T)}, {of.text()}, {of.one(1, 2, 3)})",
        lambda of: f"replace({of(T)}, {of.text()}, {of(T)})",
        lambda of: f"{of(of.one(W, B, DAY))}::text",
        lambda of: f"{of.one('greatest', 'least')}({of(T)}, {of(T)})",
    ),
    DAY: (
        lambda of: f"({of(AT)} at time zone {quoted(of.one(*ZONES))})::date",
        lambda of: f"{of.one('greatest', 'least')}({of(DAY)}, {of(DAY)})",
    ),
    AT: (lambda of: f"{of.one('greatest', 'least')}({of(AT)}, {of(AT)})",),
}


def each() -> list[Typed]:
    """Return a call of every overload, with columns for its arguments and constants for those that must be."""
    return [
        Typed(text=f"{row.name} {number}", expression=_call(number, row), type=row.gives)
        for number, row in enumerate(FUNCTIONS)
        if Type.JSON not in row.takes
    ]


_WRITTEN = {
    Limit.COUNT: 2,
    Limit.PLACE: 2,
    Limit.SOME_TEXT: "a",
    Limit.PATTERN: "_\\_%",
    Limit.ZONE: "America/New_York",
    Limit.DIVISOR: -7,
    Limit.FACTOR: 0.3,
}


def _call(number: int, row: Function) -> Apply:
    written = dict(row.written)
    arguments = tuple(
        Constant(value=_WRITTEN[written[place]], type=type_, origin=_HERE)
        if place in written
        else Reference(name=_named(type_, place), type=type_, origin=_HERE)
        for place, type_ in enumerate(row.takes)
    )
    return Apply(function=row.name, arguments=arguments, overload=number, type=row.gives, origin=_HERE)


def _named(type_: Type, place: int) -> str:
    fits = [name for name, column in COLUMNS.items() if column is type_]
    return fits[place % len(fits)]


# ------------------------------------------------------------------------------------------------- evaluated

_VARIABLES = {"order": "order_"}


def evaluated(expression: Typed, row: Mapping[str, object]) -> object:
    """Return what the generated Python gives for a row."""
    variables = {_VARIABLES.get(name, name): value for name, value in row.items()}
    return eval(_compiled(expression), {"sql": sql, **variables})


@cache
def _compiled(expression: Typed) -> CodeType:
    return compile(python_source(expression, _VARIABLES), expression.text, "eval")


def same(one: object, other: object) -> bool:
    """Whether engines gave the same value: 7 and 7.0 are one number, True and 1 are not."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return one == other and (one is None) == (other is None)


def batch(count: int, number: int) -> tuple[list[Typed], list[dict[str, object]]]:
    """Return a call of every function, many expressions, and some rows: the same in every run."""
    drawn_rows = drawn(rows, 60, number)
    texts = dict.fromkeys(drawn(expressions(), count, number))
    return [*each(), *map(typed, texts)], [{name: row[name] for name in COLUMNS} for row in drawn_rows]


def drawn(strategy: st.SearchStrategy, count: int, number: int) -> list:
    """Return values of a strategy: a batch for an engine that takes a second to answer."""
    found = []

    @seed(number)
    @settings(
        max_examples=count,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
        database=None,
        deadline=None,
    )
    @given(strategy)
    def collect(value) -> None:
        found.append(value)

    collect()
    return found


def told(expressions: list[Typed], row: dict[str, object], theirs: tuple) -> list[str]:
    """Say in which expressions another engine differs from the generated Python."""
    return [
        f"{one.text} of { ({name: row[name] for name in one.reads}) }: {evaluated(one, row)!r}, there {other!r}"
        for one, other in zip(expressions, theirs, strict=True)
        if not same(evaluated(one, row), other)
    ]
