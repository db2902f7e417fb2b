"""Documents by the thousand, drawn from the shape of a response: the same number, the same document.

Beside Hypothesis (`tests/property/strategies.py`), which draws better and shrinks, and takes a hundred times as long.
A document is about a few tables: their rows are there, with keys, and all their columns half of the time. One in three
is as the schema wants it, one in three has odd values in a few places, one in three is changed at random places.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from compiler.ir.paths import Each, Entries, Field, Path, Step, field_names
from compiler.ir.plan import Leaf, OperationPlan, Param, Table
from compiler.ir.shape import Array, Map, Record, Scalar, Shape, Unknown
from compiler.ir.types import Codec, DateText, DecimalText, InningsText, InstantText, IntegerText, Type
from runtime.job import REQUEST, Conformed
from tests.property.strategies import MUTATIONS, Target, changed, id_member, put, unfolded

KINDS = ("valid", "odd", "changed")

_RAW, _TWICE = "\ue000", "\ue001"
_RAW_TEXT = re.compile(rf'"{_RAW}((?:[^"\\]|\\.)*)"')
"""In a text: the rest stands in the body as it is; in a key: the key is there already."""

_SPELLED = (
    *(
        "1e2",
        "1E+2",
        "1.0",
        "1.10",
        "-0",
        "-0.0",
        "0.1e1",
        "1e-400",
        "1e30",
        "5e-324",
        "1.7976931348623157e308",
    ),
    *("9007199254740993", "9007199254740993.0", "9223372036854775808", "-9223372036854775809", "1" * 40),
    *(r'"\/a"', r'"\u0041"', r'"\ud83e\udde2"', r'"\u2028\u007f"', '{"b" : 1,"a":2}'),
)
"""JSON that a writer of ours would spell in another way."""

_UNUSABLE = ("1e400", r'"\u0000"', r'"\ud800"', "NaN", "-Infinity", "01", "1.", "+1", "'a'", "")
"""No JSON, or none that can be kept."""

_ODD: tuple[Conformed, ...] = (
    *(
        None,
        True,
        False,
        0,
        7,
        -3,
        0.5,
        -0.0,
        0.1,
        1e300,
        2**31,
        -(2**31) - 1,
        2**53 + 1,
        2**63 - 1,
        -(2**63),
    ),
    *(
        "",
        " ",
        "0",
        "-0",
        "007",
        "+7",
        " 7",
        "7 ",
        "7.0",
        "1e5",
        "٣",
        "9" * 18,
        "9" * 30,
        "NaN",
        "null",
        "true",
    ),
    *(
        "-",
        "-.--",
        ".---",
        ".250",
        "-.250",
        "0.250",
        "1.000",
        "12.3",
        "12.1",
        "0.2",
        "99999999.1",
        ".2500",
        "1,0",
    ),
    *("2024-02-30", "2024-02-29", "0000-01-01", "9999-12-31", "2024-7-1", "20240712", " 2024-07-12"),
    *("2024-07-12T24:00:00Z", "2024-07-12 01:40:00Z", "2024-07-12T01:40:00.123Z", "1883-11-18T12:03:58Z"),
    *(
        "2024-07-12T01:40:00+02:00",
        "é\u2028",
        "a/b~c",
        "\U0001f9e2",
        "it's",
        'a"b\\c\n',
        "id",
        "home",
        "x" * 300,
    ),
    *([], {}, [[]], [{}], [None], {"id": None}, {"": {}}, [1, "1", None], {"a": {"b": [1, {"c": None}]}}),
)


@dataclass(slots=True)
class _Place:
    """A place of the response: its number, what stands there, and what a fitting document has to keep there."""

    number: int
    shape: Shape
    inner: "dict[str, _Place]" = field(default_factory=dict)
    is_key: bool = False
    is_always: bool = False
    flags: tuple[tuple[str, ...], ...] = ()
    own_id: tuple[str, ...] = ()
    prefix: str = ""
    in_order: bool = False


class Documents:
    """Draws documents of an operation."""

    def __init__(self, plan: OperationPlan, seed: object = 0) -> None:
        self.name = plan.name
        self.seed = seed
        self.places: dict[Path, _Place] = {}
        target = Target(plan)
        self.root = self.planned(plan.response, (), target)
        self.asked = _asked(plan)
        self.tables = tuple(self.wanted(target, table) for table in plan.tables)

    def planned(self, shape: Shape, path: Path, target: Target) -> _Place:
        """Number the places below a path."""
        place = self.places[path] = _Place(len(self.places), shape)
        table = target.rows.get(path)
        if table is not None:
            place.own_id = id_member(table)
            place.prefix = "".join(step.prefix for step in table.scan[-1:] if isinstance(step, Entries))
            place.in_order = table.where is not None and path[-1:] == (Each(),)
            place.flags = tuple(
                field_names(other.where.path)
                for other in target.plan.tables
                if other.where and not other.where.negated and path in unfolded(other.scan)
            )
        place.inner = {
            name: self.planned(inner, (*path, step), target) for name, step, inner in _inside(shape)
        }
        return place

    def wanted(self, target: Target, table: Table) -> tuple[frozenset[int], frozenset[int]]:
        """Return the places that rows of a table need, and those that its columns read."""
        leaves = [column.source.path for column in table.columns if isinstance(column.source, Leaf)]
        keys = [
            column.source.path
            for column in table.columns
            if column.in_key and isinstance(column.source, Leaf)
        ]
        for path in (path for key in keys for path in unfolded(key) if path in self.places):
            self.places[path].is_key = True
            for end in range(len(table.scan) + 1, len(path) + 1):
                self.places[path[:end]].is_always = True
        read = {path[:end] for leaf in leaves for path in unfolded(leaf) for end in range(1, len(path) + 1)}
        return self.numbers(target.wanted[table.name]), self.numbers(read)

    def numbers(self, paths: Conformed) -> frozenset[int]:
        return frozenset(self.places[path].number for path in paths if path in self.places)

    def kind(self, number: int) -> str:
        """Return what kind of a document has this number."""
        return KINDS[number % len(KINDS)]

    def value(self, number: int) -> Conformed:
        """Return a document; `body` writes it."""
        random, kind = self.random(number), self.kind(number)
        first, *more = [
            number // len(KINDS) % len(self.tables),
            *random.choices(range(len(self.tables)), k=2),
        ]
        needed = self.tables[first][0].union(
            *(self.tables[other][0] for other in more if random.random() < 0.3)
        )
        if random.random() < 0.5:
            needed |= self.tables[first][1]
        drawing = _Drawing(
            random, needed, 0.06 if kind == "odd" else 0, 0.9 if random.random() < 0.02 else 0.04
        )
        document = drawing.value(self.root)
        return self.changed(random, document) if kind == "changed" else document

    def body(self, number: int) -> bytes:
        """Return a document as the API would send it."""
        return written(self.value(number))

    def params(self, number: int) -> dict[str, str]:
        """Return the parameters of its request."""
        random = self.random(-1 - number)
        values = (
            ("7", "11", "-3", "2024")
            if self.kind(number) == "valid"
            else ("7", "x", "", "007", "-0", "9" * 18)
        )
        drawn = {name: random.choice(values) for name in self.asked}
        return {REQUEST: f"{self.name}?{number}"} | {
            name: drawn[name] for name in drawn if random.random() < 0.9
        }

    def random(self, number: int) -> Random:
        return Random(f"{self.seed}/{self.name}/{number}")

    def changed(self, random: Random, document: Conformed) -> Conformed:
        """Change one to three places."""
        changes = [
            (
                [random.randrange(40) for _ in range(random.choice((1, 2, 4, 9, 9)))],
                random.choice(_CHANGES),
                odd(random),
            )
            for _ in range(random.choice((1, 1, 2, 3)))
        ]
        return changed(document, changes)


def _inside(shape: Shape) -> list[tuple[str, Step, Shape]]:
    match shape:
        case Record(members=members):
            return [(item.name, Field(item.name), item.shape) for item in members]
        case Array(item=item):
            return [("", Each(), item)]
        case Map(value=value):
            return [("", Entries(), value)]
        case _:
            return []


def _asked(plan: OperationPlan) -> list[str]:
    """Return the parameters that tables read."""
    sources = (column.source for table in plan.tables for column in table.columns)
    return sorted({source.name for source in sources if isinstance(source, Param)} - {REQUEST})


def odd(random: Random) -> Conformed:
    """Return any JSON, seldom none."""
    luck = random.random()
    if luck < 0.01:
        return _RAW + random.choice(_UNUSABLE)
    return _RAW + random.choice(_SPELLED) if luck < 0.25 else random.choice(_ODD)


def written(document: Conformed) -> bytes:
    """Write a document; what is to stand in it as it is, does, and a key may be there twice."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    text = _RAW_TEXT.sub(lambda found: json.loads(f'"{found[1]}"'), text)
    return text.replace(_TWICE, "").encode()


@dataclass(frozen=True, slots=True)
class _Drawing:
    """One document: the places that must be there, how often a value is odd, how often any other place is there."""

    random: Random
    needed: frozenset[int]
    oddness: float
    fullness: float

    def value(self, place: _Place) -> Conformed:
        match place.shape:
            case Scalar(type=logical, codec=codec):
                return self.scalar(place, logical, codec)
            case Record():
                return self.record(place)
            case Array():
                return self.array(place.inner[""])
            case Map():
                inner = place.inner[""]
                return dict(self.entry(inner) for _ in range(self.random.choice((2, 1, 0, 3))))
            case Unknown(mixed=mixed):
                return self.random.choice(_ODD) if mixed else self.random.choice(({}, [], None))

    def record(self, place: _Place) -> Conformed:
        random, fullness = self.random.random, self.fullness
        made = {
            name: self.value(inner)
            for name, inner in place.inner.items()
            if inner.is_always or inner.number in self.needed or random() < fullness
        }
        if not made and place.inner:  # an empty row is no row
            name = self.random.choice(list(place.inner))
            made[name] = self.value(place.inner[name])
        if self.oddness and random() < self.oddness / 2:
            made[self.random.choice(("unheard of", "", "a.b", "é", "id", "Id"))] = odd(self.random)
        return made

    def array(self, item: _Place) -> Conformed:
        if self.oddness and self.random.random() < self.oddness / 3:
            return odd(self.random)
        items = [self.value(item) for _ in range(self.random.choice((2, 1, 3, 1, 0)))]
        for number, made in enumerate(items if item.in_order else ()):
            if isinstance(made, dict):
                put(made, item.own_id, number)
                for flag in item.flags[1:]:  # an event is one thing
                    put(made, flag, not made.get(item.flags[0][0]))
        return items

    def entry(self, inner: _Place) -> tuple[str, Conformed]:
        """Return a map's entry: under the prefix and the id inside the value, or under any key."""
        value = found = self.value(inner)
        for name in inner.own_id:
            found = found.get(name) if isinstance(found, dict) else None
        fits = isinstance(found, int | str) and found is not value
        return (f"{inner.prefix}{found}" if fits else f"k{self.random.randrange(99)}"), value

    def scalar(self, place: _Place, logical: Type, codec: Codec) -> Conformed:
        random = self.random
        if self.oddness and random.random() < self.oddness:
            return odd(random) if random.random() < 0.7 else random.choice((None, "", *_sentinels(codec)))
        usual = _usual(random, logical, codec, 10_000 if place.is_key else 10)
        return usual if place.is_key or random.random() < 0.95 else random.choice((None, *_sentinels(codec)))


def _sentinels(codec: Codec) -> tuple[str, ...]:
    return getattr(codec, "sentinels", ())


def _usual(random: Random, logical: Type, codec: Codec, most: int) -> Conformed:
    """Return a value as its column wants it."""
    match codec:
        case DateText():
            return f"{random.randrange(1876, 2100)}-{random.randrange(1, 13):02}-{random.randrange(1, 29):02}"
        case InstantText():
            day = f"{random.randrange(1876, 2100)}-{random.randrange(1, 13):02}-{random.randrange(1, 29):02}"
            fraction = random.choice(("", ".000", f".{random.randrange(1000):03}"))
            return f"{day}T{random.randrange(24):02}:{random.randrange(60):02}:{random.randrange(60):02}{fraction}Z"
        case IntegerText():
            return str(random.randrange(-5, most))
        case DecimalText(format=form):
            return _decimal(random, form)
        case InningsText():
            return f"{random.randrange(300)}.{random.randrange(3)}"
        case _:
            return _NATIVE[logical](random, most)


def _decimal(random: Random, form: str) -> str:
    places = len(form.partition(".")[2])
    text = f"{random.randrange(3000) / 10**places:.{places}f}"
    return text if form.startswith("0") else text.removeprefix("0")


_WORDS = ("R", "away", "home", "Final", "é\u2028", "7", "-.--", "a b", "\U0001f9e2", "")
_NATIVE: dict[Type, Callable[[Random, int], Conformed]] = {
    Type.BOOLEAN: lambda random, most: random.random() < 0.5,
    Type.TEXT: lambda random, most: random.choice(_WORDS) if most == 10 else f"k{random.randrange(most)}",
    Type.JSON: lambda random, most: random.choice(_ODD),
    Type.BIGINT: lambda random, most: random.randrange(most),
    Type.INTEGER: lambda random, most: random.randrange(most),
    Type.DOUBLE: lambda random, most: random.choice(
        (random.randrange(most), round(random.uniform(-99, 99), 3))
    ),
}


def _again(holder: Conformed, key: Conformed, value: Conformed) -> None:
    """Have a key twice in one object: the body is no document then."""
    if isinstance(holder, dict) and key != "":
        holder[f"{key}{_TWICE}"] = value


def _gone(holder: Conformed, key: Conformed, value: Conformed) -> None:
    holder[key] = None


_CHANGES = (*MUTATIONS, *MUTATIONS, *[_gone] * 3, *[MUTATIONS[3]] * 4, _again)
