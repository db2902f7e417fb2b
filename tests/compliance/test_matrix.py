"""Every construct in every target that needs no service; Postgres and Spark are in `tests/postgres`, `tests/spark`."""

from functools import cache
from pathlib import Path

import pytest

from compiler.ir.plan import OperationPlan
from runtime.transform import transform
from tests.compliance.constructs import CONSTRUCTS
from tests.compliance.document import printed
from tests.compliance.outcomes import TARGETS, Fate
from tests.compliance.response import cases, plan
from tests.compliance.targets import Avro, JsonSchema, Pydantic, Target, fate_of_rows, parsed, told
from tests.support.project import load_job

PAGE = Path(__file__).parents[2] / "compiler/COMPLIANCE.md"


class Local:
    """Transformed by the generated Python, and put together again."""

    def __init__(self, plan: OperationPlan) -> None:
        self.plan = plan
        self.job = load_job(plan)

    def fate(self, body: bytes) -> Fate:
        made = transform(self.job, parsed(body), {})
        return fate_of_rows(self.plan, self.job, parsed(body), made)


@cache
def target(name: str) -> Target:
    made = {"JSON Schema": JsonSchema, "Avro": Avro, "Pydantic": Pydantic, "local": Local}
    return made[name](plan())


@pytest.mark.parametrize("name", ["JSON Schema", "Avro", "Pydantic", "local"])
def test_constructs(name: str) -> None:
    measured = [
        (case.construct, Fate.NEVER if parsed(case.body) is None else target(name).fate(case.body))
        for case in cases()
    ]
    assert not list(told(name, measured))


def test_each_outcome_but_the_best_has_a_reason() -> None:
    for construct in CONSTRUCTS:
        assert set(construct.outcomes) == set(TARGETS)
        assert all(bool(one.reason) == (one.fate is not Fate.EXACT) for one in construct.outcomes.values())


def test_a_wrong_declaration_is_found() -> None:
    for declared in CONSTRUCTS:
        for target in TARGETS:
            accepted = [fate for fate in Fate if not list(told(target, [(declared, fate)]))]
            assert accepted == [declared.outcomes[target].fate]


def test_the_page_is_current(update_golden: bool) -> None:
    if update_golden:
        PAGE.write_text(printed(), "utf-8")
    assert PAGE.read_text("utf-8") == printed(), "accept it: pytest tests/compliance --update-golden"
