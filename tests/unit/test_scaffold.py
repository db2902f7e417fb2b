"""A scaffold says what the compiler does without a mapping, so that compiling it changes nothing."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import jsonschema
import orjson
import pytest
import yaml
from click.testing import CliRunner

from compiler.cli.verbs import command
from compiler.diagnostics import Sink
from compiler.driver import Session, scaffold
from compiler.driver.compilation import Inputs
from compiler.driver.scaffold import mapping_of
from compiler.frontends.mapping import read_mappings
from compiler.frontends.mapping_schema import mapping_schema
from compiler.ir.plan import OperationPlan, Plan
from compiler.passes import run
from compiler.project import ProjectError, discover
from compiler.source import SourceFile
from tests.support.project import explainable

ROOT = Path(__file__).parents[2]


@cache
def inputs() -> Inputs:
    """The project's inputs, as if it had no mappings of operations."""
    read = explainable().inputs
    return replace(read, mapping=replace(read.mapping, operations=(), fragments=(), dimensions=()))


def compiled(texts: tuple[str, ...], passes: dict[str, Plan] | None = None) -> Plan:
    """Compile mappings of operations; nothing may be wrong with them. `passes` takes the plan after each pass."""
    sink = Sink()
    tree = read_mappings((SourceFile(f"mappings/{n}.yaml", text) for n, text in enumerate(texts)), sink)
    mapping = replace(inputs().mapping, operations=tree.operations)
    heard = {} if passes is None else passes
    plan = run(inputs().api, mapping, inputs().observed, sink, heard.__setitem__)
    assert [found for found in sink.diagnostics if found.severity.value == "error"] == []
    return plan


def shown(operation: OperationPlan) -> list[tuple[object, ...]]:
    """Return what people see of an operation's tables."""
    return [
        (table.name, table.scan, table.key, sorted((column.name, column.type) for column in table.columns))
        for table in operation.tables
    ]


@pytest.mark.slow
def test_a_scaffold_of_every_operation_changes_nothing() -> None:
    passes: dict[str, Plan] = {}
    default = compiled((), passes)
    texts = [
        mapping_of(operation, before, [table.name for table in operation.tables], "mappings")
        for operation, before in zip(default.operations, passes["derive"].operations, strict=True)
    ]
    written = {operation.name: operation for operation in compiled(tuple(texts)).operations}
    for operation in default.operations:
        assert shown(written[operation.name]) == shown(operation), operation.name


@pytest.mark.slow
def test_one_table_comes_with_those_around_it() -> None:
    made = scaffold(Session(project=discover(ROOT)), "team.roster", "team.roster_normalized", printed=True)
    assert made is not None
    assert [*yaml.safe_load(made.text)["tables"]["team.roster_document"]["tables"]] == [
        "team.roster_normalized"
    ]


@pytest.mark.slow
def test_a_mapping_is_never_written_over() -> None:
    with pytest.raises(ProjectError) as raised:
        scaffold(Session(project=discover(ROOT)), "season.seasons")
    assert raised.value.diagnostic.code == "P105"


# ------------------------------------------------------------------------------------- the schema of the grammar


def validator() -> jsonschema.Draft202012Validator:
    """Validates a mapping as an editor does."""
    return jsonschema.Draft202012Validator(orjson.loads(mapping_schema()))


def test_the_committed_schema_is_that_of_the_grammar() -> None:
    printed = CliRunner().invoke(command, ["schema"]).output
    assert (ROOT / "schemas/mapping.schema.json").read_text("utf-8") == printed == mapping_schema()


@pytest.mark.parametrize(
    "file", sorted([*(ROOT / "mappings").rglob("*.yaml"), *(ROOT / "tests/golden").glob("*/*.yaml")]), ids=str
)
def test_every_mapping_is_valid(file: Path) -> None:
    assert [error.message for error in validator().iter_errors(yaml.safe_load(file.read_text("utf-8")))] == []


@pytest.mark.parametrize(
    "mapping",
    [
        "{operation: a.b, tabels: {}}",
        "{operation: a.b, tables: {a.c: {key: [x]}}}",
        "{operation: a.b, tables: {a.c: {rows: $, columns: {x: {path: .x, typ: text}}}}}",
        "{operation: a.b, tables: {a.c: {rows: $, columns: {x: {path: .x, type: string}}}}}",
        "{operation: a.b, tables: {a.c: {rows: $, only: seen}}}",
        "{operation: a.b, ignore: [{path: $.x}]}",
        "{operation: a.b, shapes: {$.x: recrod}}",
        "{fragment: a, tables: {b: {rows: 7}}}",
    ],
)
def test_what_the_reader_refuses_is_not_valid(mapping: str) -> None:
    sink = Sink()
    read_mappings([SourceFile("mappings/a.yaml", mapping)], sink)
    assert sink.failed
    assert not validator().is_valid(yaml.safe_load(mapping))
