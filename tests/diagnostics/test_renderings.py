"""Each file in `renderings` is a small project, a command, and all that it prints to stderr."""

import re
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from compiler.cli import run

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CASES = sorted((HERE / "renderings").glob("*.txt"))
SECTION = re.compile(r"^-- (\S.*?) --\n", re.MULTILINE)
NONE = "(none)\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A command, the files that it finds, its exit code and what it prints to stderr."""

    head: str
    command: list[str]
    files: dict[str, str]
    exit_code: int
    stderr: str


def parse(text: str) -> Case:
    head, *parts = SECTION.split(text)
    sections = dict(zip(parts[::2], parts[1::2], strict=True))
    outcome, stderr = sections.popitem()
    command = next(line for line in head.splitlines() if line.startswith("$ mlbc "))
    return Case(
        head=text[: len(text) - len(stderr)],
        command=shlex.split(command)[2:],
        files=sections,
        exit_code=int(outcome.removeprefix("exit ")),
        stderr=stderr,
    )


def unfold(case: Case, folder: Path) -> None:
    """Write the files; without a lock of its own the case accepts the upstream documents that the project does."""
    (folder / "mappings").mkdir()
    (folder / "schemas").mkdir()
    shutil.copy(ROOT / "schemas" / "upstream.lock", folder / "schemas")
    for name, text in case.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode().replace(rb"\xff", b"\xff"))
        if text == NONE:
            path.unlink()


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_rendering(
    path: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    update_golden: bool,
) -> None:
    case = parse(path.read_text("utf-8"))
    unfold(case, tmp_path)
    monkeypatch.chdir(tmp_path)
    exit_code = run(case.command)
    stderr = capsys.readouterr().err
    if update_golden:
        path.write_text(case.head + stderr, "utf-8")
    else:
        assert stderr == case.stderr
    assert exit_code == case.exit_code
