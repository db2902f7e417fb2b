"""One operation whose response has every construct as a member, and the responses that show them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from compiler.ir.plan import OperationPlan
from compiler.ir.types import Type
from tests.compliance.constructs import CONSTRUCTS
from tests.compliance.outcomes import Construct
from tests.property.strategies import plan_of
from tests.unit.backends.plans import keyed, scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A response with one construct."""

    construct: Construct
    number: int
    body: bytes


@cache
def plan() -> OperationPlan:
    """Return the operation, lowered by default."""
    members = {_member(number): one.shape for number, one in enumerate(CONSTRUCTS)}
    made, sink = plan_of(keyed({"docId": scalar(Type.BIGINT), **members}))
    assert not sink.diagnostics, sink.diagnostics
    return made


def cases() -> Iterator[Case]:
    """Yield a response for every text of every construct."""
    texts = [(place, text) for place, one in enumerate(CONSTRUCTS) for text in one.texts]
    for number, (place, text) in enumerate(texts):
        body = f'{{"docId": {number}, "{_member(place)}": {text}}}'.encode()
        yield Case(construct=CONSTRUCTS[place], number=number, body=body)


def _member(number: int) -> str:
    return f"construct{number:02}"
