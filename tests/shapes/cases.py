"""Labelled cases: documents, a place in them, and what a person says that it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

import yaml

from tests.shapes.generated import map_documents, record_documents

HERE = Path(__file__).parent
FAMILIES = ("maps", "records", "elsewhere", "others")
GENERATED = 200
SEED = 20240712


@dataclass(frozen=True, kw_only=True)
class Case:
    """One place of one API's responses; `truth` is `map`, `record`, `fold`, `array of ...` or a leaf's type."""

    name: str
    family: str
    path: str
    truth: str
    why: str
    documents: tuple[object, ...]


@cache
def labelled() -> tuple[Case, ...]:
    """Return the cases written by hand: files of maps, of records (traps), of other APIs, of other shapes."""
    return tuple(case for family in FAMILIES for case in _read(family))


def _read(family: str) -> Iterator[Case]:
    for item in yaml.safe_load((HERE / f"{family}.yaml").read_text("utf-8")):
        documents = tuple(item.pop("documents"))
        yield Case(**{"truth": family.removesuffix("s"), **item}, family=family, documents=documents)


@cache
def generated() -> tuple[Case, ...]:
    """Return as many made-up maps as records, the same ones every time."""
    random = Random(SEED)
    return tuple(
        Case(
            name=f"{truth} {number}",
            family="generated",
            path="$.place",
            truth=truth,
            why="made that way",
            documents=tuple({"place": place} for place in made(random)),
        )
        for truth, made in (("map", map_documents), ("record", record_documents))
        for number in range(GENERATED)
    )
