"""What a pass makes of a mapping and a response.

A case is `<pass>/<name>.txt`: a sentence that says why it is there, then after `---` each: the mapping's tables, a
response from which facts are folded, and what the Plan is after the pass: shapes up to `shape`, then tables,
dimensions after `dimensions`.
`make golden` accepts the present output.
"""

import json
from pathlib import Path

import pytest
import yaml

from compiler.diagnostics import Sink
from compiler.frontends.fold import fold
from compiler.frontends.mapping import read_mappings
from compiler.ir.api import ApiModel, Document, OpaqueRef, Operation, Variant
from compiler.ir.dump import dimensions_text, plan_text, shape_text
from compiler.ir.plan import OperationPlan, Plan
from compiler.passes import PIPELINE
from compiler.passes.context import Context
from compiler.passes.inherit import inherit
from compiler.passes.resolve import resolve
from compiler.source import Origin, SourceFile

HERE = Path(__file__).parent
CASES = sorted(path.relative_to(HERE).as_posix() for path in HERE.glob("*/*.txt"))
NAMES = ["resolve", *(step.__name__ for step in PIPELINE)]
DIMENSIONS = "lab.person: {key: person_id, link: people, columns: {full_name: .fullName, born: .born}}\n"
DEFAULTS = "folds: [[away, home]]\nsentinels: ['-', '-.--']\n"


def compiled(mapping: str, response: object, last: str) -> OperationPlan:
    """Return the plan of an operation as it is after a pass."""
    return planned(mapping, response, last).operations[0]


def planned(mapping: str, response: object, last: str) -> Plan:
    """Return the Plan of one operation as it is after a pass."""
    variant = Variant(http_method="GET", path="/lab", parameters=(), origin=Origin("lab.json"))
    operation = Operation(
        endpoint="lab", nickname="lab", summary="", response=OpaqueRef("object"), variants=(variant,)
    )
    api = ApiModel(documents=(Document(endpoint="lab", operations=(operation,), models=()),))
    sink = Sink()
    files = [SourceFile("mappings/lab/lab.yaml", mapping), SourceFile("mappings/defaults.yaml", DEFAULTS)]
    if last in {"references", "dimensions"}:
        files.append(SourceFile("mappings/dimensions.yaml", DIMENSIONS))
    tree = inherit(read_mappings(files, sink), api, sink)
    context = Context(api=api, mapping=tree, observed={"lab.lab": fold("lab.lab", response)}, sink=sink)
    plan = resolve(context)
    for step in PIPELINE[: NAMES.index(last)]:
        plan = step(plan, context)
    assert not sink.failed, [(found.code, found.message) for found in sink.diagnostics]
    return plan


def printed(plan: Plan, name: str) -> str:
    """Return what a pass is about: shapes, tables, or dimensions."""
    if name == "dimensions":
        return dimensions_text(plan)
    is_early = NAMES.index(name) <= NAMES.index("shape")
    return (shape_text if is_early else plan_text)(plan.operations[0])


@pytest.mark.parametrize("case", CASES)
def test_pass(case: str, update_golden: bool) -> None:
    path = HERE / case
    why, mapping, response, expected = path.read_text("utf-8").split("---\n")
    name = path.parent.name
    plan = planned(f"operation: lab.lab\n{mapping}", yaml.safe_load(response), name)
    actual = printed(plan, name) + "\n"
    if update_golden:
        path.write_text("---\n".join((why, mapping, response, actual)), "utf-8")
    else:
        assert actual == expected


def test_every_pass_has_a_case() -> None:
    silent = {"lint"}
    assert {case.partition("/")[0] for case in CASES} == set(NAMES) - silent


@pytest.mark.parametrize("case", CASES)
def test_the_order_of_a_response_does_not_matter(case: str) -> None:
    _, mapping, text, _ = (HERE / case).read_text("utf-8").split("---\n")
    response = yaml.safe_load(text)
    backwards = json.loads(json.dumps(response), object_pairs_hook=lambda pairs: dict(reversed(pairs)))
    mapping = f"operation: lab.lab\n{mapping}"
    assert plan_text(compiled(mapping, response, "names")) == plan_text(compiled(mapping, backwards, "names"))
