"""A function fits on a screen and a file in a head."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

LONGEST_FILE = 450
LONGEST_FUNCTION = 50
PACKAGES = ("compiler", "runtime", "tests")


def _sources(root: Path) -> Iterator[Path]:
    for package in PACKAGES:
        yield from (path for path in sorted((root / package).rglob("*.py")) if "expected" not in path.parts)


def _functions(tree: ast.Module) -> Iterator[tuple[str, int, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.lineno, (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_file_is_too_long(root: Path) -> None:
    lengths = {path.relative_to(root): len(path.read_text("utf-8").splitlines()) for path in _sources(root)}
    too_long = [f"{path}: {lines} lines" for path, lines in lengths.items() if lines > LONGEST_FILE]
    assert not too_long, f"split by kind of object (at most {LONGEST_FILE} lines)"


@pytest.mark.slow
def test_no_function_is_too_long(root: Path) -> None:
    too_long = [
        f"{path.relative_to(root)}:{line}: {name} has {lines} lines"
        for path in _sources(root)
        for name, line, lines in _functions(ast.parse(path.read_text("utf-8")))
        if lines > LONGEST_FUNCTION
    ]
    assert not too_long, f"at most {LONGEST_FUNCTION} lines"
