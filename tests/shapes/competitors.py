"""What other tools make of the same documents: quicktype and DuckDB, installed for the occasion; JXPLAIN's rule."""

import json
import math
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

from compiler.ir.paths import Each, Entries, Field, parse
from tests.shapes.cases import Case

Tree: TypeAlias = dict
"""`kind` is `record` (with `members`: name and tree), `map` or `array` (with `value`: a tree), or `leaf`."""

QUICKTYPE = Path(__file__).with_name("quicktype.mjs")
DUCKDB = """
import json, sys, tempfile, pathlib, duckdb
THRESHOLD = int(sys.argv[1])
def tree(found):
    if found.id == "map":
        return {"kind": "map", "value": tree(found.children[1][1])}
    if found.id == "list":
        return {"kind": "array", "value": tree(found.children[0][1])}
    if found.id == "struct":
        return {"kind": "record", "members": [[name, tree(below)] for name, below in found.children]}
    return {"kind": "leaf"}
file = pathlib.Path(tempfile.mkdtemp()) / "documents.json"
trees = []
for documents in json.load(sys.stdin):
    file.write_text("".join(json.dumps({"document": one}) + "\\n" for one in documents))
    try:
        found = duckdb.sql(
            f"from read_json('{file}', format='newline_delimited', sample_size=-1, maximum_depth=-1,"
            f" map_inference_threshold={THRESHOLD})"
        )
        trees.append(tree(found.types[0]))
    except duckdb.NotImplementedException:  # two names that differ in case only
        trees.append({"kind": "leaf"})
print(json.dumps(trees))
"""
TUNED = 2
"""A threshold for `map_inference_threshold`, 200 by default, that lets DuckDB see maps in small documents."""


def verdicts(cases: Sequence[Case], folder: Path) -> tuple[dict[str, str], dict[str, list[bool]]]:
    """Install the tools below `folder` and return their versions, and per tool whether each case is a map to it."""
    python = _with_duckdb(folder)
    _run(["npm", "install", "--silent", "--prefix", str(folder), "quicktype"], folder)
    documents = json.dumps([case.documents for case in cases])
    versions = {
        "quicktype": json.loads((folder / "node_modules/quicktype/package.json").read_text())["version"],
        "DuckDB": _run([python, "-c", "import duckdb; print(duckdb.__version__)"], folder).strip(),
    }
    trees = {
        "quicktype": _run(["node", str(QUICKTYPE)], folder, documents),
        "DuckDB": _run([python, "-c", DUCKDB, "200"], folder, documents),
        f"DuckDB, threshold {TUNED}": _run([python, "-c", DUCKDB, str(TUNED)], folder, documents),
    }
    found = {
        tool: [_is_map(tree, case.path) for tree, case in zip(json.loads(text), cases, strict=True)]
        for tool, text in trees.items()
    }
    return versions, found | {"key entropy (JXPLAIN)": [has_high_entropy(case) for case in cases]}


def has_high_entropy(case: Case) -> bool:
    """Apply JXPLAIN's rule: values of one kind, and the entropy of the presence of keys above 1."""
    objects = [found for document in case.documents for found in _reached(document, case.path)]
    kinds = {type(value) for entries in objects for value in entries.values()} - {type(None)}
    counts = Counter(key for entries in objects for key in entries)
    shares = [count / len(objects) for count in counts.values()]
    return len(kinds) == 1 and sum(-share * math.log(share) for share in shares) > 1


def _reached(document: object, path: str) -> Iterator[dict]:
    found = [document]
    for step in parse(path).steps:
        match step:
            case Field(name):
                found = [value[name] for value in found if isinstance(value, dict) and name in value]
            case Each():
                found = [item for value in found if isinstance(value, list) for item in value]
            case _:
                found = [item for value in found if isinstance(value, dict) for item in value.values()]
    yield from (value for value in found if isinstance(value, dict))


def _is_map(tree: Tree, path: str) -> bool:
    """Whether the place is a map; a map further up that was taken for a record is entered at its first member."""
    for step in parse(path).steps:
        members = tree.get("members", [])
        match step:
            case Field(name) if tree["kind"] == "record":
                tree = dict(members).get(name, {"kind": "leaf"})
            case Entries() if tree["kind"] == "record":
                tree = members[0][1]
            case _:
                tree = tree.get("value", {"kind": "leaf"})
    return tree["kind"] == "map"


def _with_duckdb(folder: Path) -> str:
    python = folder / "venv/bin/python"
    _run([sys.executable, "-m", "venv", str(folder / "venv")], folder)
    _run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "duckdb"], folder)
    return str(python)


def _run(command: list[str], folder: Path, text: str = "") -> str:
    done = subprocess.run(command, cwd=folder, input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command[:3])} failed:\n{done.stderr[-2000:]}")
    return done.stdout
