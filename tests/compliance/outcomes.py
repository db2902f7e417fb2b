"""What can become of a value in a target, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from compiler.ir.shape import Shape

TARGETS = ("JSON Schema", "Avro", "Pydantic", "local", "Postgres", "Spark")


class Fate(IntEnum):
    """What becomes of a value, the best first."""

    EXACT = 0
    JSON = 1
    RESCUED = 2
    CANONICAL = 3
    NEVER = 4


@dataclass(frozen=True, slots=True)
class Outcome:
    """A fate and, but for the best, its reason."""

    fate: Fate
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Construct:
    """A member of a response: its shape, what it may be (JSON texts), and its outcome in each target."""

    name: str
    shape: Shape
    texts: tuple[str, ...]
    outcomes: Mapping[str, Outcome] = field(default_factory=dict[str, Outcome])


EXACT = Outcome(Fate.EXACT)


def canonical(reason: str) -> Outcome:
    return Outcome(Fate.CANONICAL, reason)


def json(reason: str) -> Outcome:
    return Outcome(Fate.JSON, reason)


def rescued(reason: str) -> Outcome:
    return Outcome(Fate.RESCUED, reason)


def never(reason: str) -> Outcome:
    return Outcome(Fate.NEVER, reason)


REFUSED = never(
    "no document: the response is kept raw, byte for byte, with the reason, and never transformed"
)
REJECTED = never("rejected with the path: kinds are not converted")
EXTRAS = json("in `_extras` of the record around it")
FREE = json("allowed, not described")
TREE = json(
    "a place without one shape holds JSON: `jsonb`, JSON text in Avro, `JsonValue`, `VARIANT` in Spark"
)
KEPT = json("in `model_extra`")
MISFIT = rescued("not of the column's type: in `metadata.rescued_values` with pointer, value and reason")
OUT_OF_RANGE = rescued(f"{MISFIT.reason}; the local engine makes the rows of such a response")
NULLED = canonical("NULL stands for null, absent and empty")


def construct(
    name: str,
    shape: Shape,
    *texts: str,
    schema: Outcome = EXACT,
    avro: Outcome = EXACT,
    pydantic: Outcome = EXACT,
    tables: Outcome = EXACT,
    postgres: Outcome | None = None,
    spark: Outcome | None = None,
) -> Construct:
    """Return a construct; `tables` is what the local engine, Postgres and Spark have in common."""
    found = (schema, avro, pydantic, tables, postgres or tables, spark or tables)
    return Construct(name=name, shape=shape, texts=texts, outcomes=dict(zip(TARGETS, found, strict=True)))


def misfit(
    name: str, shape: Shape, *texts: str, schema: Outcome = REJECTED, pydantic: Outcome = REJECTED
) -> Construct:
    """Return a construct that no column holds."""
    return construct(name, shape, *texts, schema=schema, avro=EXTRAS, pydantic=pydantic, tables=MISFIT)


def untyped(
    name: str,
    shape: Shape,
    *texts: str,
    pydantic: Outcome = TREE,
    postgres: Outcome = TREE,
    spark: Outcome = TREE,
) -> Construct:
    """Return a construct at a place that has no one shape."""
    return construct(
        name,
        shape,
        *texts,
        schema=FREE,
        avro=TREE,
        pydantic=pydantic,
        tables=TREE,
        postgres=postgres,
        spark=spark,
    )


def refused(name: str, shape: Shape, *texts: str) -> Construct:
    """Return a construct that makes no document."""
    return Construct(name=name, shape=shape, texts=texts, outcomes=dict.fromkeys(TARGETS, REFUSED))
