"""Every rule has a page, and a case that shows it."""

import re
from pathlib import Path

import pytest

from compiler.rules import RULES

CODE = re.compile(r"[A-Z]\d{3}")
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
REPORTED = re.compile(r"(?:error|warning)\[([A-Z]\d{3})\]")

AUTHORED = ("M", "N")
"""Families of what an author writes and can write otherwise."""


@pytest.fixture(scope="module")
def shown(root: Path) -> set[str]:
    """Codes that a diagnostics case expects."""
    cases = (
        path
        for path in (root / "tests" / "diagnostics").rglob("*")
        if path.suffix in {".yaml", ".txt", ".json", ".sql"}
    )
    return {code for case in cases for code in REPORTED.findall(case.read_text("utf-8"))}


def test_codes_and_names_are_well_formed_and_unique() -> None:
    assert all(code == rule.code and CODE.fullmatch(code) for code, rule in RULES.items())
    names = [rule.name for rule in RULES.values()]
    assert all(NAME.fullmatch(name) for name in names)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("code", sorted(RULES))
def test_a_rule_is_explained(code: str) -> None:
    sentences = re.findall(r"[.:](?=\s|$)", RULES[code].explanation)
    assert len(sentences) > 1, "say what it checks, why, and what to do instead"


@pytest.mark.parametrize("code", sorted(code for code in RULES if code.startswith(AUTHORED)))
def test_a_rule_about_a_mapping_has_an_example(code: str) -> None:
    assert "\n    " in RULES[code].explanation, "end with an empty line and an indented example"


@pytest.mark.parametrize("code", sorted(RULES))
def test_a_rule_is_shown(code: str, shown: set[str]) -> None:
    assert code in shown, f"tests/diagnostics has no case with `# error[{code}]`"


def test_no_case_expects_a_rule_that_is_gone(shown: set[str]) -> None:
    assert shown <= set(RULES)
