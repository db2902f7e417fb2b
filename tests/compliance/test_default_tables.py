"""Whatever an operation without a mapping is declared as and answers: `mlbc generate` makes tables that hold it.

The whole way, with the command: declared, observed, generated, accounted for. What cannot be compiled is told.
"""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import avro.schema
import pglast
import pytest

from compiler.cli import run
from compiler.driver import Session, plan_project
from compiler.driver.in_memory import importable
from compiler.ir.plan import OperationPlan
from compiler.project import Project
from runtime.assemble import assemble
from runtime.job import REQUEST, Conformed, Job
from runtime.transform import transform
from tests.oracle.interpreter import interpret
from tests.support.comparison import canonical
from tests.support.project import ROOT

PARAMS = {REQUEST: "/x", "game_pk": "7", "document_key": "k", "raw_id": "9", "id": "x"}


@dataclass(frozen=True)
class Declared:
    """An operation of an upstream document."""

    nickname: str = "things"
    type: str = "Things"
    path: str = ""
    parameters: Sequence[str] = ()

    def to_json(self, endpoint: str) -> Conformed:
        parameters = [
            {"name": name, "paramType": "path", "type": "string", "required": True, "description": ""}
            for name in self.parameters
        ]
        operation = {"method": "GET", "nickname": self.nickname, "summary": "", "type": self.type}
        path = self.path or f"/v1/{endpoint}/{self.nickname}"
        return {"description": "", "path": path, "operations": [{**operation, "parameters": parameters}]}


def models(**properties: Mapping[str, Conformed]) -> Conformed:
    """Return models by name, each with its properties."""
    return {name: {"id": name, "properties": dict(found)} for name, found in properties.items()}


NOTHING = models(Things={"copyright": {"type": "string"}})


@dataclass(frozen=True)
class Lab:
    """A project in a folder, and the command in it."""

    root: Path
    capsys: pytest.CaptureFixture[str]

    def declare(self, endpoint: str, declared: Conformed, *operations: Declared) -> tuple[int, str]:
        """Write an upstream document and accept it."""
        document = {
            "api_path": f"stats-api/{endpoint}",
            "apiVersion": "1.0",
            "apis": [operation.to_json(endpoint) for operation in operations or (Declared(),)],
            "models": declared,
        }
        (self.root / "documents").mkdir(exist_ok=True)
        (self.root / f"documents/{endpoint}.json").write_text(json.dumps(document), "utf-8")
        return self.mlbc("upstream", "update")

    def mlbc(self, *arguments: str) -> tuple[int, str]:
        """Run the command; a bug is a failure."""
        self.capsys.readouterr()
        code = run([*arguments, "-C", str(self.root), "--schemas", str(self.root / "documents")])
        printed = self.capsys.readouterr()
        assert "bug in mlbc" not in printed.err, printed.err
        assert "Traceback" not in printed.err, printed.err
        return code, printed.err or printed.out

    def written(self, response: Conformed) -> str:
        file = self.root / "response.json"
        file.write_text(json.dumps(response), "utf-8")
        return str(file)

    def observe(self, response: Conformed, operation: str = "lab.things") -> None:
        code, said = self.mlbc("observe", self.written(response), "--operation", operation)
        assert code == 0, said

    def observe_all(self, responses: Mapping[str, Conformed]) -> None:
        """Observe a response of each operation."""
        folder = self.root / "responses"
        folder.mkdir()
        for number, (operation, response) in enumerate(responses.items()):
            endpoint, _, method = operation.partition(".")
            request = {"path_params": {}, "query_params": {}, "url": "/", "status_code": 200}
            envelope = {"endpoint": endpoint, "method": method, **request, "response": response}
            (folder / f"{number}.json").write_text(json.dumps(envelope), "utf-8")
        code, said = self.mlbc("observe", str(folder))
        assert code == 0, said

    def generate(self) -> tuple[int, str]:
        return self.mlbc("generate")

    def generated(self) -> dict[str, str]:
        folder = self.root / "generated"
        return {
            path.relative_to(folder).as_posix(): path.read_text("utf-8")
            for path in folder.rglob("*")
            if path.is_file()
        }

    def plans(self) -> dict[str, OperationPlan]:
        made = plan_project(Session(project=Project(root=self.root, documents=self.root / "documents")))
        assert made is not None
        return {item.name: item for item in made.operations}


@pytest.fixture
def lab(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Lab:
    (tmp_path / "mappings").mkdir()
    shutil.copy(ROOT / "mappings/defaults.yaml", tmp_path / "mappings")
    (tmp_path / "pyproject.toml").write_text("[tool.mlbc]\n", "utf-8")
    return Lab(tmp_path, capsys)


def check_files(files: Mapping[str, str]) -> None:
    """Hold what was generated against the tools of its target; `mlbc` has let ruff format it."""
    for name, text in files.items():
        if name.endswith(".avsc"):
            avro.schema.parse(text)
        elif name.endswith(".sql"):
            pglast.parse_sql(text)
        elif name.endswith(".py"):
            compile(text, name, "exec")


def check_tables(made: OperationPlan, files: Mapping[str, str], responses: Sequence[Conformed]) -> None:
    """Transform responses: nothing is lost, the rows are the oracle's, and they give the response back."""
    name = made.slug.replace("/", ".")
    with importable(files):
        job: Job = import_module(f"generated.jobs.local.{name}").JOB
        spark = import_module(f"generated.jobs.spark.{name}").JOB
        import_module(f"generated.models.{name}")
    assert [table.name for table in spark.tables] == [table.name for table in job.tables]
    assert spark.schema.simpleString()
    for response in responses:
        found = transform(job, json.loads(json.dumps(response)), PARAMS)
        assert found.counts.lost == 0
        assert {name: [*rows] for name, rows in found.rows.items()} == interpret(made, response, PARAMS)
        back = assemble(job, found.rows, found.rescued)
        assert canonical(made, back) == canonical(made, response)


def check(lab: Lab, responses: Mapping[str, Sequence[Conformed]]) -> None:
    """Generate, and let operations have responses."""
    code, said = lab.generate()
    assert code == 0, said
    files, plans = lab.generated(), lab.plans()
    check_files(files)
    for operation, answers in responses.items():
        check_tables(plans[operation], files, answers)


# ------------------------------------------------------------------------------------------------------- models


def test_models_of_one_name_in_two_documents(lab: Lab) -> None:
    things = {"team": {"type": "Team"}}
    lab.declare("lab", models(Things=things, Team={"id": {"type": "integer"}}))
    lab.declare("other", models(Things=things, Team={"id": {"type": "string"}, "all": {"type": "Things"}}))
    lab.observe({"team": {"id": 7}})
    lab.observe({"team": {"id": "a", "all": {"team": {"id": "b"}}}}, "other.things")
    other = {"team": {"id": "a", "all": {"team": {"id": "b"}}}}
    check(lab, {"lab.things": [{"team": {"id": 7}}, {"team": {"id": "a"}}], "other.things": [other]})


CYCLES: dict[str, tuple[Conformed, Conformed]] = {
    "direct": (
        models(Things={"id": {"type": "integer"}, "things": {"type": "Things"}}),
        {"id": 1, "things": {"id": 2, "things": {"id": 3}}},
    ),
    "mutual": (
        models(
            Things={"node": {"type": "Node"}},
            Node={"id": {"type": "integer"}, "back": {"type": "Other"}},
            Other={"id": {"type": "integer"}, "node": {"type": "Node"}},
        ),
        {"node": {"id": 1, "back": {"id": 2, "node": {"id": 3, "back": {"id": 4}}}}},
    ),
    "arrays": (
        models(
            Things={"nodes": {"type": "array", "items": {"type": "Node"}}},
            Node={"id": {"type": "integer"}, "nodes": {"type": "array", "items": {"type": "Node"}}},
        ),
        {"nodes": [{"id": 1, "nodes": [{"id": 2, "nodes": [{"id": 3}, {"id": 4, "nodes": []}]}]}]},
    ),
    "maps": (
        models(
            Things={"nodes": {"type": "Map«string,Node»"}},
            Node={"id": {"type": "integer"}, "nodes": {"type": "Map«string,Node»"}},
        ),
        {"nodes": {"ID1": {"id": 1, "nodes": {"ID2": {"id": 2, "nodes": {"ID3": {"id": 3}}}}}}},
    ),
}


@pytest.mark.parametrize("is_observed", [False, True])
def test_models_that_hold_themselves(lab: Lab, is_observed: bool) -> None:
    for endpoint, (declared, response) in CYCLES.items():
        lab.declare(endpoint, declared)
        if is_observed:
            lab.observe(response, f"{endpoint}.things")
    check(
        lab, {f"{endpoint}.things": [response, {}, [response]] for endpoint, (_, response) in CYCLES.items()}
    )


@pytest.mark.slow
@pytest.mark.parametrize("is_observed", [False, True])
def test_5000_properties(lab: Lab, is_observed: bool) -> None:
    response = {f"{word}{number}": number for number in range(1000) for word in ("a", "b", "c", "d", "e")}
    lab.declare("lab", models(Things={name: {"type": "integer"} for name in response}))
    if is_observed:
        lab.observe(response)
    check(lab, {"lab.things": [response]})


# ---------------------------------------------------------------------------------------------------------- depth


STEPS = {"array": ("[", "]"), "record": ('{"a":', "}"), "map": ('{"ID1":', "}")}


def nested(levels: int, step: str) -> str:
    before, after = STEPS[step]
    return f'{{"deep":{before * levels}1{after * levels},"id":7}}'


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("levels", [11, *(pytest.param(n, marks=pytest.mark.slow) for n in (47, 300)), 5_000])
def test_deep(lab: Lab, step: str, levels: int) -> None:
    """A table for twelve loops and no more; the rest is JSON. What no parser takes is told, and is one cell."""
    lab.declare("lab", NOTHING)
    file = lab.root / "response.json"
    file.write_text(nested(levels, step), "utf-8")
    code, said = lab.mlbc("observe", str(file), "--operation", "lab.things")
    assert (code, said.startswith("error[O103]")) == ((0, False) if levels < 1_000 else (1, True)), said
    code, said = lab.generate()
    assert code == 0, said
    check_files(lab.generated())
    code, said = lab.mlbc("account", "lab.things", str(file))
    assert (code, said.startswith("error[O103]")) == ((0, False) if levels < 1_000 else (1, True)), said
    if levels < 100:
        check_tables(lab.plans()["lab.things"], lab.generated(), [json.loads(nested(levels, step))])


# ---------------------------------------------------------------------------------------------------------- names

KEYWORDS = (
    "class", "def", "None", "True", "import", "self", "type", "match", "lambda", "select", "from", "table", "order",
    "group", "user", "end", "offset", "limit", "array", "struct", "map", "null", "namespace", "record", "enum", "fixed",
    "name", "doc", "fields", "aliases", "default", "timestamp", "interval", "row", "rows", "value", "key", "index",
    "authorization", "both", "element", "count", "copy", "json", "dict", "print", "str", "items", "document", "params",
)  # fmt: skip
NAMES: dict[str, tuple[str, ...]] = {
    "keywords": KEYWORDS,
    "empty": ("", " ", "  ", "\t", "\n"),
    "dotted": ("a.b", "a", "a.b.c", ".", "..", "a.", ".a", "$", "$.a", "[*]", "{*}", "a[*]", "{a,b}", "*", "@"),
    "quotes": ("it's", 'q"q', "`b`", "\\", "a\\b", "\\n", "'''", '"""', "%s"),
    "templates": ("{}", "{{ x }}", "{% x %}", "{# x #}", "-- x", "*/", "/* x", "$$", "# x", "%(x)s"),
    "emoji": ("⚾", "名前", "é", "É", "ß", "ss", "ﬀ", "ff", "İ", "i", "ı", "\u202e", "\ufeff", "\u2028", "\x85"),
    "digits": ("1", "2", "01", "1st", "_1", "__", "_", "1_", "2B", "n2B", "n1"),
    "control": ("\x01", "\x02", "\x1b[0m", "\x7f", "a\x01", "a\x02", "\r", "\x0b"),
    "NUL": ("\0", "a\0b", "a", "b", "ab"),
    "surrogates": ("\ud800", "\udfff", "a\ud800", "\ud83d", "ok"),
    "case": ("ID", "id", "Id", "iD", "strikeOuts", "strikeouts", "STRIKEOUTS"),
    "snake": ("aB", "a_b", "a-b", "a b", "a.b", "A_B", "AB", "ab", "a_b_", "_a_b"),
    "long": ("k" * 300, "k" * 299 + "j", "é" * 150, "K" * 300, "k_" * 150),
    "ours": ("raw_id", "rawId", "captured_at", "capturedAt", "document_key", "documentKey", "game_pk", "gamePk", "id"),
    "positions": ("row_index", "rows_index", "item_index", "is_home", "isHome", "flat_key", "rows", "row", "value"),
    "twins": ("a_col", "aCol", "a_col_2", "a__col", "acol", "a_col_fc9ee2", "a_col_0fd6f0"),
}  # fmt: skip


def of_keys(keys: Sequence[str]) -> Conformed:
    """Return a response that has keys wherever there can be keys."""
    texts = {key: f"text {number}" for number, key in enumerate(keys)}
    return {
        "flat": texts,
        "rows": [texts, {"id": 3}],
        "records": {key: {key: number, "id": 100 + number} for number, key in enumerate(keys)},
        "arrays": {key: [{key: "a"}, {key: "b", "rows": [{key: 1}]}] for key in keys},
        "scalars": {key: [number] for number, key in enumerate(keys)},
        "teams": {"away": {"record": texts, "list": [texts]}, "home": {"record": texts, "list": [texts]}},
        **texts,
    }


@pytest.mark.slow
def test_names(lab: Lab) -> None:
    """Records and lists; the parameters of the request are called like keys."""
    named = ("game_pk", "id", "raw_id", "document_key")
    path = "/v1/{game_pk}/{id}/{raw_id}/{document_key}"
    operations = [
        Declared(nickname=f"{kind}_{shape}", path=f"{path}/{kind}/{shape}", parameters=named)
        for kind in NAMES
        for shape in ("record", "list")
    ]
    lab.declare("lab", NOTHING, *operations)
    responses: dict[str, list[Conformed]] = {}
    for kind, keys in NAMES.items():
        responses |= {
            f"lab.{kind}_record": [of_keys(keys), {}],
            f"lab.{kind}_list": [[of_keys(keys)] * 2, []],
        }
    lab.observe_all({operation: response for operation, (response, _) in responses.items()})
    check(lab, responses)
    code, said = lab.mlbc("account", "lab.snake_list", lab.written([of_keys(NAMES["snake"])]))
    assert code == 0, said


def declared_names(keys: Sequence[str]) -> Conformed:
    row = {key: {"type": "string"} for key in keys}
    things = {key: {"type": "array", "items": {"type": "Row"}} for key in keys} | {"row": {"type": "Row"}}
    return models(Things=things, Row=row)


@pytest.mark.slow
def test_declared_names(lab: Lab) -> None:
    responses: dict[str, list[Conformed]] = {}
    for kind, keys in NAMES.items():
        if kind not in REFUSED:
            code, said = lab.declare(kind, declared_names(keys))
            assert code == 0, said
            rows = [{key: f"text {number}" for number, key in enumerate(keys)}]
            responses[f"{kind}.things"] = [{**dict.fromkeys(keys, rows), "row": rows[0]}, {}]
    check(lab, responses)


REFUSED = ("NUL", "surrogates")


@pytest.mark.parametrize("kind", REFUSED)
def test_declared_names_that_are_no_text(lab: Lab, kind: str) -> None:
    code, said = lab.declare("lab", declared_names(NAMES[kind]))
    assert (code, said.partition(":")[0]) == (1, "error[S101]")
    assert "documents/lab.json:1:" in said
    assert "= help: remove" in said


# -------------------------------------------------------------------------------------------------------- scalars


RESPONSES: tuple[Conformed, ...] = (
    7,
    7.5,
    "text",
    True,
    None,
    [],
    {},
    [1, 2],
    ["a", None],
    [[1, 2], [3]],
    [{}, 1, [1], None, "a"],
    {"a": [{}, 1, [1], None, {"b": None}], "b": {}, "c": [{}, {}], "d": {"ID1": {}}},
    [[[{"id": 1}]], []],
    {"ID1": {"ID2": {"id": 2}, "ID3": {"id": 3}}, "ID4": {"ID5": {"id": 5}}},
    {"ID1": [{"ID2": {"id": 2}}]},
    {"2024-01-01": {"2024-01-02": 1}, "2024-02-01": {"2024-01-02": 2}},
    [{"a": 1}, [2], "three", 4],
    {"a": [{"b": 1}, [2]]},
    [None, {"id": 1}],
    {"rows": [[{"id": 1}, {"id": 2}], [{"id": 3}]]},
    {"": {"": [{"": [1]}]}},
)


@pytest.mark.slow
def test_responses_of_any_shape(lab: Lab) -> None:
    names = {f"answer{number}": response for number, response in enumerate(RESPONSES)}
    lab.declare("lab", models(Things={}), *(Declared(nickname=name) for name in names))
    lab.observe_all({f"lab.{name}": response for name, response in names.items()})
    check(
        lab,
        {f"lab.{name}": [response, None, 1, {"x": [response]}] for name, response in names.items()},
    )


# ----------------------------------------------------------------------------------------- names between operations


def collisions() -> Iterator[tuple[str, Mapping[str, Conformed]]]:
    """Yield cases: by nickname, what an operation of one endpoint answers."""
    rows = [{"id": 1, "parts": [{"id": 2}]}]
    yield "list called as the other operation", {"game": {"types": rows}, "gameTypes": rows}
    yield "document called as the other operation", {"game": {"id": 1}, "gameDocument": {"id": 2}}
    yield "both lists", {"game": {"typeParts": rows}, "gameType": {"parts": rows}}
    yield "raw tables alike", {"gameTypes": {"id": 1}, "game_types": {"id": 2}, "GameTypes": {"id": 3}}
    yield (
        "raw table taken by a list",
        {"a": {"bDocument": rows, "id": 1}, "aBDocument": {"id": 1}, "aB": {"id": 2}},
    )
    yield (
        "relations",
        {"a": {"pkey": rows, "aPkey": rows, "raw": rows}, "a_pkey": {"id": 1}, "aDefault": {"id": 1}},
    )
    yield (
        "keywords",
        {
            key: {"id": 1, "rows": rows}
            for key in ("class", "import", "None", "select", "user", "__init__", "SHAPE")
        },
    )
    yield "digits", {key: {"id": 1, "rows": rows} for key in ("2nd", "_", "__", "_1", "n2nd", "1")}
    yield "normalized", {"things": [{"id": 1}], "thingsNormalized": {"id": 2}}
    yield "long", {"k" * 80: {"a": rows, "b": rows}, "k" * 79 + "j": {"a": rows, "b": rows}}


@pytest.mark.slow
def test_names_that_operations_share(lab: Lab) -> None:
    responses: dict[str, Conformed] = {}
    for number, (_, answers) in enumerate(collisions()):
        lab.declare(f"case{number}", NOTHING, *(Declared(nickname=name) for name in answers))
        responses |= {f"case{number}.{name}": answer for name, answer in answers.items()}
    lab.observe_all(responses)
    check(lab, {operation: [response] for operation, response in responses.items()})


def test_names_of_endpoints(lab: Lab) -> None:
    endpoints = ("class", "2nd", "select", "my-lab", "⚾", "raw")
    for endpoint in endpoints:
        lab.declare(endpoint, NOTHING)
    lab.observe_all({f"{endpoint}.things": [{"id": 1}] for endpoint in endpoints})
    check(lab, {f"{endpoint}.things": [[{"id": 1}]] for endpoint in endpoints})


@pytest.mark.parametrize("nickname", ["a.b", "a b", "", "it's", 'q"q', "⚾", "../up", "a\nb"])
def test_a_nickname_that_is_no_name(lab: Lab, nickname: str) -> None:
    code, said = lab.declare("lab", NOTHING, Declared(nickname=nickname))
    assert (code, said.partition(":")[0]) == (1, "error[S103]")
    assert "documents/lab.json:1:" in said
