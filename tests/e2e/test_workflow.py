"""The workflow for pull requests, as GitHub would run it: its `run:` steps in a clean clone."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.e2e.conftest import COPIED, ROOT

FLOW = ROOT / ".github" / "workflows" / "schema.yml"
README = (ROOT / "README.md").read_text("utf-8")
MAPPING = Path("mappings/division/divisions.yaml")
PLACES = {"github.base_ref": "main", "github.token": "token", "github.event.pull_request.number": "7"}
NUMBER = re.compile(r"^\d{4}_", re.MULTILINE)
"""Of the migration: it grows with the history, which README does not follow."""
GH = '#!/bin/sh\necho "$GH_TOKEN $@" >gh.txt\n'


@dataclass(frozen=True)
class Clone:
    """A clone of the project, and what a runner has: a summary, and the command of the forge."""

    root: Path
    environment: Mapping[str, str]

    def sh(self, command: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-e", "-c", command],
            cwd=self.root,
            env={**self.environment, **more},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    def done(self, command: str) -> str:
        done = self.sh(command)
        assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def read(self, path: str) -> str:
        return (self.root / path).read_text("utf-8")

    def edit(self, old: str, new: str) -> None:
        text = self.read(str(MAPPING))
        assert old in text
        (self.root / MAPPING).write_text(text.replace(old, new, 1), "utf-8")

    def run_workflow(self) -> tuple[list[str], str]:
        """Run the steps as the runner does: names of those that failed, and what all of them printed."""
        flow = yaml.safe_load(FLOW.read_text("utf-8"))
        [job] = flow["jobs"].values()
        failed: list[str] = []
        printed = ""
        for step in job["steps"]:
            if "run" not in step or (failed and "always()" not in step.get("if", "")):
                continue
            done = self.sh(step["run"], **_filled({**job.get("env", {}), **step.get("env", {})}))
            printed += done.stdout + done.stderr
            failed += [step["name"]] * bool(done.returncode)
        return failed, printed


def _filled(settings: Mapping[str, str]) -> dict[str, str]:
    return {
        name: re.sub(r"\$\{\{ ([\w.]+) \}\}", lambda found: PLACES[found[1]], value)
        for name, value in settings.items()
    }


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository whose main branch is as generated."""
    root = tmp_path_factory.mktemp("base")
    for name in (*COPIED, "Makefile", ".ci", ".github", ".gitignore"):
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, root / name)
    clone = Clone(root, _environment(root))
    _install(root)
    clone.done(".venv/bin/mlbc generate")
    clone.done("git init -q -b main && git add -A && git commit -qm base")
    return root


@pytest.fixture
def clone(base: Path, tmp_path: Path) -> Clone:
    """A clean clone on a branch, where everything is installed."""
    root = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(base), str(root)], check=True)
    _install(root)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "gh").write_text(GH, "utf-8")
    (tmp_path / "bin" / "gh").chmod(0o755)
    clone = Clone(root, _environment(tmp_path))
    clone.done("git switch -qc change")
    return clone


def _install(root: Path) -> None:
    """Let `make` find everything installed: the commands of this environment, and its cache."""
    (root / ".venv").mkdir()
    (root / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    (root / ".venv" / ".installed").touch()
    if (ROOT / ".mlb" / "cache").is_dir():
        shutil.copytree(ROOT / ".mlb" / "cache", root / ".mlb" / "cache", dirs_exist_ok=True)


def _environment(place: Path) -> dict[str, str]:
    own = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "GITHUB_"))},
        "PATH": f"{place / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "GITHUB_ACTIONS": "true",
        "GITHUB_STEP_SUMMARY": str(place / "summary.md"),
    }
    for who in ("AUTHOR", "COMMITTER"):
        own |= {f"GIT_{who}_NAME": "a", f"GIT_{who}_EMAIL": "a@example.com"}
    return own


def test_the_readme_shows_the_workflow() -> None:
    assert f"```yaml\n{FLOW.read_text('utf-8')}```\n" in README


def test_nothing_is_installed_that_is_not_pinned_to_a_version() -> None:
    used = re.findall(r"uses: (\S+)", FLOW.read_text("utf-8"))
    assert used
    assert all(re.fullmatch(r"actions/\w[\w-]*@v\d+", one) for one in used)


def test_a_change_is_told_and_one_that_was_not_generated_is_refused(clone: Clone) -> None:
    clone.edit(
        "      is_active: .active\n",
        '      is_active: .active\n      is_crowded: {sql: "num_playoff_teams > 2"}\n',
    )
    failed, printed = clone.run_workflow()
    assert failed == ["Check"]
    assert re.search(
        r"missing  generated/postgres/migrations/\d{4}_division_seasons_is_crowded\.sql", printed
    )

    [shown] = re.findall(r"^\$ mlbc generate --diff\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    told = clone.sh(".venv/bin/mlbc generate --diff").stdout
    assert NUMBER.sub("", told) == NUMBER.sub("", shown)
    clone.done(".venv/bin/mlbc generate && git add -A && git commit -qm crowded")
    failed, printed = clone.run_workflow()
    assert not failed, printed
    review = clone.read(".mlb/review.md")
    assert "+ SQL       column is_crowded boolean from num_playoff_teams > 2\n" in review
    assert review.endswith("### What breaks since `origin/main`\n\nNothing.\n")
    assert clone.read("gh.txt").startswith("token pr comment 7 --body-file .mlb/review.md ")
    assert Path(clone.environment["GITHUB_STEP_SUMMARY"]).read_text("utf-8").endswith(review)
    assert clone.done("git status --porcelain --untracked-files=no") == ""


def test_a_break_is_refused_where_it_is_and_told(clone: Clone) -> None:
    clone.edit("      name: .name\n", "      title: .name\n")
    clone.done(".venv/bin/mlbc generate && git add -A && git commit -qm title")
    failed, printed = clone.run_workflow()
    assert failed == ["Check"]
    assert "::error file=generated/catalog.json,title=FIELD_SAME_PATH" in printed
    review = clone.read(".mlb/review.md")
    assert "- SQL       column name: nothing fills it any more, its values stay\n" in review
    assert "* **FIELD_SAME_PATH** (DATA): `division.division_seasons.name` " in review
