"""Each file here is a bad mapping; a comment `# error[M103]` stands on the line that must be reported."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from compiler.backends.postgres.checks import check
from compiler.diagnostics import Sink
from compiler.driver import Session
from compiler.driver.compilation import load_api, load_observed
from compiler.frontends.mapping import read_mappings
from compiler.ir.api import ApiModel, Document
from compiler.ir.facts import Observed
from compiler.ir.mapping import MappingTree
from compiler.passes import run
from compiler.project import discover
from compiler.source import SourceFile, Span

HERE = Path(__file__).parent
CASES = sorted(HERE.glob("*.yaml"))
EXPECTED = re.compile(r"# ((?:error|warning)\[[A-Z]\d{3}\])")
OWN_DEFAULTS = re.compile(r"# defaults: (.+)\n")
DEFAULTS = HERE.parents[1] / "mappings" / "defaults.yaml"


@cache
def inputs() -> tuple[ApiModel, Mapping[str, Observed]]:
    session = Session(project=discover(HERE))
    api = load_api(session)
    return api, load_observed(session, api)


def only(api: ApiModel, tree: MappingTree) -> ApiModel:
    """Leave the operations that the case maps; a case with none (or an unknown one) keeps the smallest document."""
    wanted = {spec.operation for spec in tree.operations} & {*api.operations} or {"season.allSeasons"}
    documents = (
        Document(
            endpoint=document.endpoint,
            operations=tuple(found for found in document.operations if found.name in wanted),
            models=document.models,
        )
        for document in api.documents
    )
    return ApiModel(documents=tuple(documents))


def findings(file: SourceFile) -> list[tuple[int, str]]:
    """Return line and `severity[code]` of everything that is wrong with a mapping."""
    sink = Sink()
    own = OWN_DEFAULTS.match(file.text)
    defaults = own[1] if own else DEFAULTS.read_text("utf-8")
    tree = read_mappings((file, SourceFile("mappings/defaults.yaml", defaults)), sink)
    if not sink.failed:
        api, observed = inputs()
        api = only(api, tree)
        plan = run(api, tree, {name: observed[name] for name in api.operations if name in observed}, sink)
        if not sink.failed:
            check(plan, sink)
    assert {found.origin.file for found in sink.diagnostics} <= {file.path}
    places = ((found, file.locate(found.origin.span or Span(0, 0))) for found in sink.diagnostics)
    return sorted((place.line, f"{found.severity}[{found.code}]") for found, place in places)


def expected(text: str) -> list[tuple[int, str]]:
    lines = enumerate(text.splitlines(), start=1)
    return sorted((number, code) for number, line in lines for code in EXPECTED.findall(line))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_rule_fires_at_its_line_and_only_there(case: Path) -> None:
    text = case.read_text("utf-8")
    assert findings(SourceFile(f"mappings/{case.name}", text)) == expected(text)
