"""A project of one operation, `lab.things`, made from nothing but its models and a response."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from compiler.bundle import Bundle
from compiler.driver import Session, compile_project, observe, upstream
from compiler.project import Project
from runtime.job import Conformed
from tests.support.project import ROOT

MODELS = {"Things": {"id": "Things", "properties": {"copyright": {"type": "string"}}}}


def declared(endpoint: str, models: Conformed) -> Conformed:
    """Return an upstream document with one operation, which answers `Things`."""
    operation = {"method": "GET", "nickname": "things", "summary": "", "parameters": [], "type": "Things"}
    return {
        "api_path": f"stats-api/{endpoint}",
        "apiVersion": "1.0",
        "apis": [{"description": "", "path": f"/v1/{endpoint}/things", "operations": [operation]}],
        "models": models,
    }


def build(
    root: Path, *, models: Conformed = MODELS, response: Conformed = None, other: Conformed = None
) -> Bundle:
    """Compile the project in a folder; `other` are the models of a second document."""
    root.joinpath("documents").mkdir()
    for endpoint, found in {"lab": models, "other": other}.items():
        text = json.dumps(declared(endpoint, found or MODELS))
        root.joinpath(f"documents/{endpoint}.json").write_text(text, "utf-8")
    root.joinpath("response.json").write_text(json.dumps(response), "utf-8")
    root.joinpath("mappings").mkdir()
    shutil.copyfile(ROOT / "mappings/defaults.yaml", root / "mappings/defaults.yaml")
    session = Session(project=Project(root=root, documents=root / "documents"))
    upstream(session, update=True)
    if response is not None:
        observe(session, [str(root / "response.json")], "lab.things", check=False)
    bundle = compile_project(session)
    assert bundle is not None, [(found.code, found.message) for found in session.findings]
    return bundle


def of_keys(keys: Sequence[str]) -> Conformed:
    """Return a response that has keys wherever there can be keys."""
    texts = {key: f"text {number}" for number, key in enumerate(keys)}
    return {
        "flat": texts,
        "rows": [texts, {}],
        "records": {key: {key: number, "id": number} for number, key in enumerate(keys)},
        "arrays": {key: [{key: "a"}] for key in keys},
        "scalars": {key: [number] for number, key in enumerate(keys)},
        "sides": {"away": {"record": texts}, "home": {"record": texts}},
        **texts,
    }
