"""Every rule has a page, and a case that shows it."""

import re
from pathlib import Path

import pytest

from compiler.rules import RULES

CODE = re.compile(r"[A-Z]\d{3}")
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
REPORTED = re.compile(r"(?:error|warning)\[([A-Z]\d{3})\]")


@pytest.fixture(scope="module")
def shown(root: Path) -> set[str]:
    """Codes that a diagnostics case expects."""
    cases = (
        path
        for path in (root / "tests" / "diagnostics").rglob("*")
        if path.suffix in {".yaml", ".txt", ".json"}
    )
    return {code for case in cases for code in REPORTED.findall(case.read_text("utf-8"))}


def test_codes_and_names_are_well_formed_and_unique() -> None:
    assert all(code == rule.code and CODE.fullmatch(code) for code, rule in RULES.items())
    names = [rule.name for rule in RULES.values()]
    assert all(NAME.fullmatch(name) for name in names)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("code", sorted(RULES))
def test_a_rule_is_explained_with_an_example(code: str) -> None:
    explanation = RULES[code].explanation
    assert "\n    " in explanation, "a sentence or two, an empty line, and an indented example"


@pytest.mark.parametrize("code", sorted(RULES))
def test_a_rule_is_shown(code: str, shown: set[str]) -> None:
    assert code in shown, f"tests/diagnostics has no case with `# error[{code}]`"


def test_no_case_expects_a_rule_that_is_gone(shown: set[str]) -> None:
    assert shown <= set(RULES)
