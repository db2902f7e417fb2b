"""Templates loop and place blocks; what they show was decided before."""

from pathlib import Path

import pytest
from jinja2 import Environment, nodes

LOGIC = (nodes.Compare, nodes.BinExpr, nodes.CondExpr, nodes.Call, nodes.Assign, nodes.AssignBlock)
"""`And` and `Or` are kinds of `BinExpr`."""

ENVIRONMENT = Environment(autoescape=False)


def _logic(template: str) -> list[str]:
    tree = ENVIRONMENT.parse(template)
    return [f"line {node.lineno}: {type(node).__name__}" for node in tree.find_all(LOGIC)]


def test_templates_hold_no_logic(root: Path) -> None:
    found = [
        f"{path.relative_to(root)}, {logic}"
        for path in sorted((root / "templates").rglob("*.jinja"))
        for logic in _logic(path.read_text("utf-8"))
    ]
    assert not found, "decide it in the template model"


@pytest.mark.parametrize(
    "template",
    [
        "{% if a == b %}{% endif %}",
        "{% if a and b %}{% endif %}",
        "{{ a or b }}",
        "{{ a + 1 }}",
        "{{ a if b else c }}",
        "{{ f(a) }}",
        "{% set a = 1 %}",
        "{% set a %}1{% endset %}",
    ],
)
def test_logic_is_seen(template: str) -> None:
    assert _logic(template)


@pytest.mark.parametrize(
    "template",
    [
        "{% for a in b %}{{ a.c }}{% endfor %}",
        "{% if a %}{{ b | indent }}{% endif %}",
        "{% if not a %}{% endif %}",
    ],
)
def test_loops_and_blocks_are_no_logic(template: str) -> None:
    assert not _logic(template)
