"""The same inputs give the same bytes, whoever reads them, wherever, in whatever order.

The order of the properties of a declared model is no accident: it is the order of columns. All other keys of the
upstream documents, and of observed facts, may come in any order.
"""

import json
import random
import shutil
from pathlib import Path

import pytest

from compiler.driver import Session, compile_project
from compiler.project import Project
from tests.generate.conftest import Home, changed, real, small

OTHER = {
    "LC_ALL": "C",
    "PYTHONCOERCECLOCALE": "0",
    "PYTHONHASHSEED": "4711",
    "PYTHONUTF8": "0",
    "TZ": "Pacific/Kiritimati",
}
"""No UTF-8 anywhere, another day of the week, another order of sets."""


@pytest.mark.slow
def test_the_environment_does_not_matter(clean: Home, tmp_path: Path) -> None:
    project = small(tmp_path / "other place")
    elsewhere = Home(root=project.root, environment=OTHER, options=("-C", "..", "--schemas", "../documents"))
    elsewhere.mlbc("generate", cwd=project.root / "mappings")
    assert elsewhere.tree() == clean.tree()


@pytest.mark.slow
def test_the_order_of_keys_does_not_matter(clean: Home, home: Home) -> None:
    for file in [*(home.root / "documents").glob("*.json"), *(home.root / "schemas").rglob("*.json")]:
        text = file.read_text("utf-8")
        again = json.dumps(shuffled(json.loads(text), random.Random(file.name)))
        assert again != json.dumps(json.loads(text))
        file.write_text(again, "utf-8")
    home.mlbc("upstream", "update")
    shutil.rmtree(home.root / "generated")
    home.mlbc("generate")
    assert changed(clean.tree(), home.tree()) == {"lock.json"}
    outputs = [
        json.loads((of.root / "generated" / "lock.json").read_text())["outputs"] for of in (clean, home)
    ]
    assert outputs[0] == outputs[1]


def shuffled(value: object, order: random.Random, key: str = "") -> object:
    match value:
        case dict():
            members = [(name, shuffled(member, order, name)) for name, member in value.items()]
            if key != "properties":
                order.shuffle(members)
            return dict(members)
        case list():
            return [shuffled(item, order) for item in value]
        case _:
            return value


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_files_does_not_matter(clean: Home, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    below, glob = Project._below, Path.glob

    def found(*arguments):
        files = [*below(*arguments)]
        random.Random(seed).shuffle(files)
        return iter(files)

    def globbed(*arguments):
        paths = [*glob(*arguments)]
        random.Random(seed).shuffle(paths)
        return iter(paths)

    monkeypatch.setattr(Project, "_below", found)
    monkeypatch.setattr(Path, "glob", globbed)
    made = compile_project(Session(project=Project(root=clean.root, documents=clean.root / "documents")))
    assert made is not None
    on_disk = {path: (clean.root / "generated" / path).read_text("utf-8") for path in clean.tree()}
    assert made.files == on_disk


@pytest.mark.slow
def test_the_environment_does_not_matter_for_the_real_project(tmp_path: Path) -> None:
    here, there = real(tmp_path / "here"), real(tmp_path / "other place")
    here.mlbc("generate")
    Home(root=there.root, environment=OTHER).mlbc("generate", cwd=there.root / "mappings" / "game")
    assert here.tree() == there.tree()
    assert len(here.tree()) > 900
