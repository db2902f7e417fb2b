"""Every name that `mlbc explain` gives stands in the text that the backend emits."""

import ast
import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import cast

import pytest

from compiler.backends import avro, configured, pydantic, pyspark
from compiler.bundle import FolderCache
from compiler.driver import Session, plan_project
from compiler.driver.explanation import targets
from compiler.driver.explanation.columns import source_of
from compiler.driver.in_memory import importable
from compiler.ir.plan import Column, OperationPlan, Plan, Table
from compiler.ir.settle import Before
from compiler.project import Project
from tests.golden.test_golden import compile_case
from tests.support.project import ROOT, operation, plan

OPERATIONS = (
    "game.boxscore",
    "game.liveGameV1",
    "schedule.schedule",
    "season.seasons",
    "streaks.highLowStats",
)
Files = Mapping[str, str]
EVERY = 7
"""Of the columns of a kind, every so many are looked up."""


@pytest.fixture(autouse=True, scope="module")
def once() -> Iterator[None]:
    """Cut each response into records once; a backend does it for every question."""
    with pytest.MonkeyPatch.context() as patch:
        for backend in (avro, pydantic):
            patch.setattr(backend, "define", _once(backend.define))
        patch.setattr(pyspark, "schema_of", _once(pyspark.schema_of))
        yield


def _once(make: Callable[[OperationPlan], object]) -> Callable[[OperationPlan], object]:
    made: dict[str, object] = {}

    def answer(found: OperationPlan) -> object:
        if found.name not in made:
            made[found.name] = make(found)
        return made[found.name]

    return answer


@cache
def emitted() -> Mapping[str, str]:
    chosen = Plan(operations=tuple(operation(name) for name in OPERATIONS))
    backends = configured(FolderCache(ROOT / ".mlb" / "cache" / "models"), Before())
    return {path: text for backend in backends for path, text in backend.emit(chosen).items()}


def sampled(found: OperationPlan) -> Iterator[tuple[Table, Column]]:
    """Yield columns of every source and every type, and some more."""
    seen: set[object] = set()
    for number, (table, column) in enumerate((one, item) for one in found.tables for item in one.columns):
        kind = (type(column.source), column.type, column.is_array, column.name.endswith("_"))
        if kind not in seen or number % EVERY == 0:
            seen.add(kind)
            yield table, column


def names(found: OperationPlan, table: Table, column: Column) -> dict[str, Mapping[str, object]]:
    place = source_of(column).place
    of_path = targets.of_path(found, place) if place is not None else ()
    return {name.target: name.facts for name in (*targets.of_column(found, table, column), *of_path)}


@pytest.mark.slow
@pytest.mark.parametrize("name", OPERATIONS)
def test_names_exist(name: str) -> None:
    found = operation(name)
    wrong = [
        f"{target} of {table.name}.{column.name}: {facts}"
        for table, column in sampled(found)
        for target, facts in names(found, table, column).items()
        if target != "spark_schema" and not EXISTS[target](emitted(), facts)
    ]
    assert not wrong


def test_names_of_awkward_keys_exist(tmp_path: Path) -> None:
    """Keys that are keywords, twins or no names at all."""
    files = compile_case(ROOT / "tests/golden/awkward_names", tmp_path).files
    made = plan_project(Session(project=Project(root=tmp_path, documents=tmp_path / "documents")))
    assert made is not None
    [found] = made.operations
    looked_up = 0
    for table in found.tables:
        for column in table.columns:
            for target, facts in names(found, table, column).items():
                if target == "spark_schema":
                    continue
                assert EXISTS[target](files, facts), f"{target} of {column.name}: {facts}"
                looked_up += 1
    assert looked_up > 50


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_leaf_has_its_names(name: str) -> None:
    found = operation(name)
    for table, column in sampled(found):
        known = set(names(found, table, column))
        assert {"postgres", "avro_row", "spark", "local"} <= known
        if source_of(column).kind == "leaf":
            assert {"avro", "spark_schema"} <= known, f"{table.name}.{column.name}"


@pytest.mark.slow
def test_fields_of_the_spark_schema_exist() -> None:
    pytest.importorskip("pyspark", exc_type=ImportError)
    with importable(emitted()):
        for name in OPERATIONS:
            found = operation(name)
            for table, column in sampled(found):
                facts = names(found, table, column).get("spark_schema")
                assert facts is None or _has_field(facts), f"{table.name}.{column.name}: {facts}"


def test_the_whole_project_has_what_is_sampled() -> None:
    kinds = {source_of(column).kind for name in OPERATIONS for _, column in sampled(operation(name))}
    assert kinds == {source_of(column).kind for table in plan().tables.values() for column in table.columns}


# ------------------------------------------------------------------------------------------------- looking up


def _in_postgres(files: Files, facts: Mapping[str, object]) -> bool:
    tables = {found["name"]: found for found in json.loads(files["catalog.json"])["tables"]}
    columns = {column["name"]: column for column in tables[facts["table"]]["columns"]}
    found = columns[facts["column"]]
    return (found["type"], found["nullable"]) == (facts["type"], facts["nullable"])


@cache
def _records(text: str) -> dict[str, set[str]]:
    """Return the fields of every record of an Avro schema, by its full name."""
    parsed = json.loads(text)
    found: dict[str, set[str]] = {}

    def walk(node: object) -> None:
        if isinstance(node, list):
            for item in cast("list[object]", node):
                walk(item)
        elif isinstance(node, dict):
            record = cast("dict[str, object]", node)
            if record.get("type") == "record":
                fields = cast("list[dict[str, str]]", record["fields"])
                found[f"{parsed['namespace']}.{record['name']}"] = {field["name"] for field in fields}
            for value in record.values():
                walk(value)

    walk(parsed)
    return found


def _in_avro(files: Files, facts: Mapping[str, object]) -> bool:
    return facts["field"] in _records(files[str(facts["file"])]).get(str(facts["record"]), set())


def _source(files: Files, module: object) -> str:
    return files[f"{str(module).removeprefix('generated.').replace('.', '/')}.py"]


_tree = cache(ast.parse)


@cache
def _attributes(text: str) -> dict[str, set[str]]:
    return {
        node.name: {ast.unparse(item.target) for item in node.body if isinstance(item, ast.AnnAssign)}
        for node in _tree(text).body
        if isinstance(node, ast.ClassDef)
    }


def _in_pydantic(files: Files, facts: Mapping[str, object]) -> bool:
    return facts["attribute"] in _attributes(_source(files, facts["module"])).get(str(facts["class"]), set())


@cache
def _functions(text: str) -> dict[str, set[object]]:
    """Return the texts that stand in every function of a module."""
    return {
        node.name: {item.value for item in ast.walk(node) if isinstance(item, ast.Constant)}
        for node in _tree(text).body
        if isinstance(node, ast.FunctionDef)
    }


def _in_spark(files: Files, facts: Mapping[str, object]) -> bool:
    return facts["column"] in _functions(_source(files, facts["module"]))[str(facts["function"])]


def _in_local(files: Files, facts: Mapping[str, object]) -> bool:
    """The function is there, and the table beside it has the column."""
    module = str(facts["module"])
    constants = {
        item.value
        for node in _tree(_source(files, module.replace(".local.", ".documents."))).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == str(facts["function"]).upper()
        for item in ast.walk(node)
        if isinstance(item, ast.Constant)
    }
    return str(facts["function"]) in _functions(_source(files, module)) and facts["column"] in constants


EXISTS = {
    "postgres": _in_postgres,
    "avro": _in_avro,
    "avro_row": _in_avro,
    "pydantic": _in_pydantic,
    "spark": _in_spark,
    "local": _in_local,
}


def _has_field(facts: Mapping[str, object]) -> bool:
    """Whether the schema that the module makes has a field of a dotted name."""
    import importlib
    import re

    node = vars(importlib.import_module(str(facts["module"])))[str(facts["schema"])]
    for part in re.findall(r"`(?:[^`]|``)+`|[^.`]+", str(facts["field"])):
        name = part[1:-1].replace("``", "`") if part.startswith("`") else part
        match type(node).__name__, name:
            case "ArrayType", "element":
                node = node.elementType
            case "MapType", "value":
                node = node.valueType
            case "StructType", _ if name in node.names:
                node = node[name].dataType
            case _:
                return False
    return True
