"""Responses of a known shape about other players: fresh ids under every map, other counts, other members left out."""

import re
from random import Random

import orjson

from compiler.ir.shape import Array, Map, Record, Scalar, Shape, Unknown
from compiler.ir.types import Codec, DateText, DecimalText, InstantText, IntegerText, Type
from runtime.job import Conformed

_SIX_DIGITS = re.compile(rb"(?<![0-9.])[1-9][0-9]{5}(?![0-9.])")


def feed(random: Random, shape: Shape, share: float) -> Conformed:
    """Make a response: every member of a record with chance `share`, one to four entries of a map, all new."""
    match shape:
        case Record():
            names = [item for item in shape.members if random.random() < share]
            return {item.name: feed(random, item.shape, share) for item in names}
        case Array(item=item):
            return [feed(random, item, share) for _ in range(1 if share == 1 else random.randint(0, 2))]
        case Map(value=value):
            return dict(_entry(random, value, share) for _ in range(random.randint(1, 4)))
        case Scalar(type=logical, codec=codec):
            return _scalar(random, logical, codec)
        case Unknown(mixed=mixed):
            return 7 if mixed else None


def _entry(random: Random, shape: Shape, share: float) -> tuple[str, Conformed]:
    """Make a map's entry, whose value holds its key where its shape has an id."""
    number, value = random.randrange(100_000, 1_000_000), feed(random, shape, share)
    names = shape.by_name if isinstance(shape, Record) else {}
    if isinstance(names.get("person"), Record):
        value["person"] = value.get("person", {}) | {"id": number}
    elif "id" in names:
        value["id"] = number
    return f"ID{number}", value


def _scalar(random: Random, logical: Type, codec: Codec) -> Conformed:
    number = random.randrange(1, 1000)
    match codec:
        case DateText():
            return f"2024-07-{number % 28 + 1:02d}"
        case InstantText():
            return f"2024-07-{number % 28 + 1:02d}T01:40:00Z"
        case IntegerText():
            return str(number)
        case DecimalText():
            return f".{number:03d}"
        case _:
            native = {Type.TEXT: f"text {number}", Type.BOOLEAN: number > 500, Type.DOUBLE: number + 0.5}
            return native.get(logical, number)


def with_other_players(random: Random, body: bytes) -> Conformed:
    """Return a captured response in which every id of six digits is another one."""
    found = sorted({*_SIX_DIGITS.findall(body)})
    numbers = random.sample(range(100_000, 1_000_000), len(found))  # two players stay two
    others = {old: str(new).encode() for old, new in zip(found, numbers, strict=True)}
    return orjson.loads(_SIX_DIGITS.sub(lambda match: others[match[0]], body))
