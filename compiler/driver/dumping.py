"""`dump`: what the compiler thinks, as text: the mappings as they were read, the Plan after a pass, the Catalog."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pprint import pformat

from compiler.driver.compilation import load, make_plan
from compiler.driver.selection import selected
from compiler.driver.session import Session
from compiler.ir.dump import dump as plan_text
from compiler.ir.mapping import MappingTree
from compiler.ir.plan import Plan
from compiler.passes import STAGES

__all__ = ["REPRESENTATIONS", "STAGES", "Dump", "dump"]

REPRESENTATIONS = ("ast", "plan", "catalog")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dump:
    """A text of one of the compiler's representations; `after` names the pass that left a Plan, else it is ""."""

    stage: str
    after: str = ""
    text: str
    differs: bool = False

    def to_text(self) -> str:
        """Return the text."""
        return self.text

    def to_objects(self) -> tuple[Mapping[str, object], ...]:
        """Return the text in an object."""
        return ({"stage": self.stage, "after": self.after, "text": self.text},)


def dump(session: Session, stage: str, patterns: Collection[str], after: str = "") -> Dump | None:
    """Print the mapping tree (`ast`), the `plan` or the `catalog`; None if the inputs have errors.

    `after` names the pass after which the Plan is shown; "" is the last one.
    """
    inputs = load(session)
    heard: dict[str, Plan] = {}
    plan = make_plan(session, inputs, heard.__setitem__)
    if plan is None:
        return None
    chosen = {operation.name for operation in selected(plan, patterns)}
    match stage:
        case "ast":
            return Dump(stage=stage, text="\n\n".join(_written(inputs.mapping, chosen)))
        case "catalog":
            return Dump(stage=stage, text=_catalog(_only(plan, chosen)))
        case _:
            after = after or STAGES[-1]
            return Dump(stage=stage, after=after, text=plan_text(_only(heard[after], chosen)))


def _written(tree: MappingTree, chosen: Collection[str]) -> Iterator[str]:
    yield pformat(tree.defaults, width=120)
    yield from (pformat(spec, width=120) for spec in tree.operations if spec.operation in chosen)


def _only(plan: Plan, chosen: Collection[str]) -> Plan:
    return Plan(operations=tuple(operation for operation in plan.operations if operation.name in chosen))


def _catalog(plan: Plan) -> str:
    from compiler.backends.postgres import lower  # slow to import

    return lower(plan).to_json().rstrip("\n")
