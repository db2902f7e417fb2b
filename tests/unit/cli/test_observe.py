"""`mlbc observe` folds captures in batches; how large they are is not to be seen."""

import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Mlbc

SIZES = (1, 300, 2**30)


def _lay(project: Path) -> None:
    """Lay captures of two operations, one of them twice, one of them bare, one of them broken."""
    (project / "captures").mkdir()
    bodies: list[tuple[str, object]] = [
        ("seasons", {"seasons": [{"seasonId": str(2000 + number), f"new{number}": number}]})
        for number in range(6)
    ]
    bodies += [bodies[0], ("allSeasons", {"seasons": [{"moons": 1}]}), ("seasons", {"seasons": [{}] * 40})]
    for number, (method, body) in enumerate(bodies):
        envelope = {"endpoint": "season", "method": method, "response": body}
        (project / "captures" / f"{number}.json").write_text(json.dumps(envelope), "utf-8")
    (project / "captures" / "7a.json").write_text("{", "utf-8")


def _observed(project: Path) -> dict[str, str]:
    folder = project / "schemas" / "observed"
    return {str(path.relative_to(folder)): path.read_text("utf-8") for path in folder.rglob("*.json")}


@pytest.mark.parametrize("check", [(), ("--check",)], ids=["fold", "check"])
def test_batches_of_any_size_say_and_write_the_same(
    mlbc: Mlbc, project: Path, monkeypatch: pytest.MonkeyPatch, check: tuple[str, ...]
) -> None:
    _lay(project)
    before = _observed(project)
    outcomes = set[str]()
    for size in SIZES:
        monkeypatch.setattr("compiler.driver.observation._AT_ONCE", size)
        done = mlbc("observe", "captures", "--json", *check)
        outcomes.add(json.dumps([done.code, done.out, done.err, _observed(project)]))
        for name, text in before.items():
            (project / "schemas" / "observed" / name).write_text(text, "utf-8")
    [(code, out, err, after)] = map(json.loads, outcomes)
    report = json.loads(out)
    assert code == 1
    assert "captures/7a.json" in err
    assert (report["files"], report["new"], report["known"], report["refused"]) == (10, 8, 1, 1)
    assert (after == before) == bool(check)
    named = list(dict.fromkeys(found["file"] for found in report["news"]))
    assert named == ([f"captures/{number}.json" for number in (0, 1, 2, 3, 4, 5, 7)] if check else [])
