"""Whatever the API calls its properties, and however its models hold each other: every target is valid and works."""

import json
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import avro.schema
import jsonschema
import pglast
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.bundle import Bundle
from compiler.driver.in_memory import importable
from runtime.assemble import assemble
from runtime.job import REQUEST, Conformed, Job
from runtime.transform import transform
from tests.compliance.lab import build, of_keys
from tests.compliance.targets import exactly
from tests.support.project import ROOT
from tests.unit.backends.avro_check import faults
from tests.unit.backends.shapes import NASTY

Compile = Callable[..., Bundle]
FIRST_PARTY = 'lint.isort.known-first-party=["runtime","generated"]'
LINTED = ("--config", str(ROOT / "pyproject.toml"), "--config", FIRST_PARTY)


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Compile:
    """Compile a project of one operation, and hold what comes out against the tools of each target."""

    def of(**what: Conformed) -> Bundle:
        root = tmp_path_factory.mktemp("project")
        bundle = build(root, **what)
        check(bundle, root / "written")
        return bundle

    return of


def check(bundle: Bundle, folder: Path) -> None:
    """Hold every file against the tools of its target."""
    for name, text in bundle.files.items():
        path = folder / "generated" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        if name.endswith(".avsc"):
            assert not faults(json.loads(text))
            avro.schema.parse(text)
        elif name.endswith(".sql"):
            pglast.parse_sql(text)
        elif name.startswith("jsonschema/"):
            jsonschema.Draft202012Validator.check_schema(json.loads(text))
        elif name.endswith(".py"):
            compile(text, name, "exec")
    linted = [sys.executable, "-m", "ruff", "check", "--quiet", "--no-cache", *LINTED, "."]
    done = subprocess.run(linted, cwd=folder, capture_output=True, text=True, check=False)
    assert not done.returncode, done.stdout


def check_response(bundle: Bundle, response: Conformed) -> None:
    """Import what was generated and let it have the response."""
    with importable(bundle.files):
        job: Job = import_module("generated.jobs.local.lab.things").JOB
        spark = import_module("generated.jobs.spark.lab.things").JOB
        model = import_module("generated.models.lab.things").ThingsResponse
    made = transform(job, json.loads(json.dumps(response)), {REQUEST: "x"})
    assert made.counts.lost == 0
    assert exactly(assemble(job, made.rows, made.rescued)) == exactly(response)
    assert exactly(model.model_validate(response).model_dump(by_alias=True, exclude_unset=True)) == exactly(
        response
    )
    assert [table.name for table in spark.tables] == [table.name for table in job.tables]
    assert spark.schema.simpleString()


@pytest.mark.slow
@pytest.mark.parametrize(
    "keys",
    [
        NASTY,
        ("strikeOuts", "strikeouts", "StrikeOuts", "strike_outs", "STRIKE-OUTS"),
        ("a b", "a.b", "a-b", "a_b", "aB"),
        (
            "document",
            "params",
            "rows",
            "document_key",
            "raw_id",
            "captured_at",
            "textParam",
            "EMPTY",
            "Row",
            "things",
        ),
        ("1", "2", "10", "1st", "_1", "L", "O", "I", "l"),
        ("k" * 300, "k" * 299 + "j", "é" * 150),
    ],
    ids=["nasty", "case", "signs", "ours", "digits", "long"],
)
def test_keys(compiled: Compile, keys: tuple[str, ...]) -> None:
    check_response(compiled(response=of_keys(keys)), of_keys(keys))


@pytest.mark.slow
@settings(max_examples=4)
@given(
    keys=st.lists(
        st.sampled_from(NASTY)
        | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8),
        unique=True,
        min_size=1,
        max_size=8,
    )
)
def test_any_keys(compiled: Compile, keys: list[str]) -> None:
    check_response(compiled(response=of_keys(keys)), of_keys(keys))


@pytest.mark.slow
def test_5000_properties(compiled: Compile) -> None:
    names = [f"{word}{number}" for number in range(1000) for word in ("hits", "runs", "outs", "date", "name")]
    response = {name: number for number, name in enumerate(names)}
    bundle = compiled(
        models={"Things": {"id": "Things", "properties": {name: {"type": "integer"} for name in names}}}
    )
    check_response(bundle, response)
    check_response(compiled(response=response), response)


@pytest.mark.slow
def test_models_that_hold_themselves(compiled: Compile) -> None:
    models = {
        "Things": {"id": "Things", "properties": {"node": {"type": "Node"}, "things": {"type": "Things"}}},
        "Node": {
            "id": "Node",
            "properties": {
                "id": {"type": "integer"},
                "parent": {"type": "Node"},
                "children": {"type": "array", "items": {"type": "Node"}},
                "other": {"type": "Other"},
            },
        },
        "Other": {"id": "Other", "properties": {"nodes": {"type": "array", "items": {"type": "Node"}}}},
    }
    response = {
        "node": {
            "id": 1,
            "parent": {"id": 2, "parent": {"id": 3}},
            "children": [{"id": 4, "children": [{"id": 5}]}],
        }
    }
    check_response(compiled(models=models), response)
    check_response(compiled(models=models, response=response), response)


@pytest.mark.parametrize("response", [{"a": [1, None]}, [1, "a", {"b": 2}], "text", 7.5, True])
def test_a_response_without_a_shape(compiled: Compile, response: Conformed) -> None:
    check_response(compiled(models={"Things": {"id": "Things", "properties": {}}}), response)


def test_models_of_one_name(compiled: Compile) -> None:
    things = {"Things": {"id": "Things", "properties": {"team": {"type": "Team"}}}}
    ours = {"Team": {"id": "Team", "properties": {"id": {"type": "integer"}}}}
    theirs = {"Team": {"id": "Team", "properties": {"id": {"type": "string"}, "all": {"type": "Things"}}}}
    bundle = compiled(models=things | ours, other=things | theirs)
    check_response(bundle, {"team": {"id": 7}})
    assert "id: str | None" in bundle.files["models/other/things.py"]


def test_models_that_python_would_call_alike(compiled: Compile) -> None:
    names = ("team-stats", "team.stats", "teamStats", "TeamStats", "Field", "str", "None", "ApiObject", "1st")
    models = {name: {"id": name, "properties": {name: {"type": "string"}}} for name in names}
    things = {"Things": {"id": "Things", "properties": {name: {"type": name} for name in names}}}
    check_response(compiled(models=things | models), {name: {name: "x"} for name in names})
