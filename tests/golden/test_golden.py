"""Features, one minimal case each: a Swagger document, a mapping, samples in; the whole bundle out, byte for byte.

    <feature>/schema.json     the upstream document; its name in the project is the operation's endpoint
    <feature>/mapping.yaml    at most twenty lines; fragments that it uses lie beside it
    <feature>/sql/            views and queries, if the feature is about them
    <feature>/samples/        responses made by hand; facts are folded from them
    <feature>/expected/       what comes out. `make golden` accepts the present output; review the diff

Left out of `expected/` is what is the same in every case, or follows from the rest: the metadata tables and the
registry of what upstream declares, the first migration (which repeats the schema) with its sum, and the lock.
"""

import shutil
from pathlib import Path

import pytest
import yaml

from compiler.backends.postgres.metadata import metadata_script
from compiler.bundle import Bundle
from compiler.driver import Session, compile_project, observe, upstream
from compiler.project import Project

HERE = Path(__file__).parent
CASES = sorted(path.parent.name for path in HERE.glob("*/mapping.yaml"))
FOLLOWS = {
    "lock.json",
    "models/base.py",
    "postgres/migrations.sum",
    "postgres/migrations/0001_initial.sql",
}


def compile_case(case: Path, root: Path) -> Bundle:
    """Compile a case in a project of its own."""
    operation = yaml.safe_load((case / "mapping.yaml").read_text("utf-8"))["operation"]
    endpoint, _, method = operation.partition(".")
    _place(case / "schema.json", root / "documents" / f"{endpoint}.json")
    _place(case / "mapping.yaml", root / "mappings" / endpoint / f"{method}.yaml")
    for fragment in case.glob("fragment*.yaml"):
        _place(fragment, root / "mappings" / endpoint / "fragments" / fragment.name)
    for view in (case / "sql").rglob("*.sql"):
        _place(view, root / "mappings" / view.relative_to(case / "sql"))
    _place(HERE.parents[1] / "mappings/defaults.yaml", root / "mappings/defaults.yaml")
    session = Session(project=Project(root=root, documents=root / "documents"))
    upstream(session, update=True)
    samples = sorted(path.as_posix() for path in (case / "samples").glob("*.json"))
    observe(session, samples, operation, check=False)
    bundle = compile_project(session)
    assert bundle is not None, [(found.code, found.message) for found in session.findings]
    return bundle


def shown(bundle: Bundle) -> dict[str, str]:
    """Return the files of a bundle as `expected/` keeps them."""
    metadata = metadata_script()
    return {path: text.replace(metadata, "") for path, text in bundle.files.items() if path not in FOLLOWS}


@pytest.mark.parametrize("name", CASES)
def test_golden(name: str, tmp_path: Path, update_golden: bool) -> None:
    case = HERE / name
    actual = shown(compile_case(case, tmp_path))
    if update_golden:
        _accept(actual, case / "expected")
    assert actual == _read(case / "expected")


@pytest.mark.parametrize("name", CASES)
def test_case_is_minimal(name: str) -> None:
    mapping = (HERE / name / "mapping.yaml").read_text("utf-8").splitlines()
    assert mapping[0].startswith("# "), "the first line says which feature it is, and why"
    assert len(mapping) <= 20


def _place(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _accept(files: dict[str, str], folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())


def _read(folder: Path) -> dict[str, str]:
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes().decode() for path in found}
