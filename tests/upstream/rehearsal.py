"""A copy of a project where upstream changes: the commands that are run there, and what each said."""

import io
import shlex
import shutil
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from compiler.cli import run
from tests.e2e.conftest import Place

DOCUMENTS = "documents"
"""The folder of upstream's documents, where they are not those of an installed package."""
_LONGEST, _WIDEST = 30, 160
"""So many lines of what a command said are told, and so much of each."""


@dataclass(frozen=True, slots=True)
class Step:
    """A command that was run; what it wrote to both streams, and to the first."""

    command: str
    code: int
    said: str
    out: str
    is_told: bool = True

    def told(self) -> str:
        """Return the command as a person would type it, and what it said."""
        lines = self.said.strip().splitlines()
        more = [f"... {len(lines) - _LONGEST} lines more"] if len(lines) > _LONGEST + 1 else []
        shown = lines[:_LONGEST] if more else lines
        ends = f"   # exit {self.code}" if self.code else ""
        return "\n".join((f"$ {self.command}{ends}", *(f"    {line[:_WIDEST]}" for line in (*shown, *more))))


@dataclass(frozen=True, kw_only=True)
class Rehearsal(Place):
    """A project folder with a database of its own.

    Upstream's documents lie in `documents`, or in `package`: a folder into which the package is unpacked.
    """

    database: str
    package: Path | None = None
    steps: list[Step] = field(default_factory=list[Step])

    @property
    def environment(self) -> dict[str, str]:
        """An environment in which the package of this project is the installed one."""
        packages = {"PYTHONPATH": str(self.package)} if self.package else {}
        return {**super().environment, **packages, "MLB_DATABASE_URL": self.database}

    @property
    def documents(self) -> Path:
        """The folder of upstream's documents."""
        return self.root / DOCUMENTS

    @property
    def generated(self) -> Path:
        """What the compiler made."""
        return self.root / "generated"

    def objects_of(self, *arguments: str, code: int | None = 0) -> list[dict]:
        """Ask the compiler for JSON: no part of the story."""
        step = self.mlbc(*arguments, "--json", code=code, is_told=False)
        return [orjson.loads(line) for line in step.out.splitlines()]

    def mlbc(self, *arguments: str, code: int | None = 0, is_told: bool = True) -> Step:
        """Run the compiler: in a process of its own where a package is to be found in it."""
        if self.package is not None:
            return self._process("mlbc", arguments, code, is_told=is_told)
        found, errors = io.StringIO(), io.StringIO()
        options = ("-C", str(self.root), "--schemas", str(self.documents))
        with redirect_stdout(found), redirect_stderr(errors):
            ended = run([*arguments, *options])
        out = found.getvalue()
        command = shlex.join(("mlbc", *arguments, "--schemas", DOCUMENTS)).replace(f"{self.root}/", "")
        return self._kept(Step(command, ended, out + errors.getvalue(), out, is_told), code)

    def etl(self, *arguments: str, code: int | None = 0) -> Step:
        """Run the runtime."""
        return self._process("mlb-etl", arguments, code)

    def load(self, *files: str) -> None:
        """Take responses in, and load them."""
        self.etl("-q", "ingest", *files)
        self.etl("-q", "load")

    def catalog(self) -> dict[str, dict]:
        """Return the tables of the generated catalog by name."""
        found = orjson.loads((self.generated / "catalog.json").read_bytes())
        return {table["name"]: table for table in found["tables"]}

    def copied(self, root: Path, database: str) -> "Rehearsal":
        """Return a copy with another database."""
        shutil.copytree(self.root, root)
        return Rehearsal(root, database=database, package=self.package)

    def story(self) -> str:
        """Tell what was done."""
        return "\n".join(step.told() for step in self.steps if step.is_told)

    def _process(
        self, program: str, arguments: tuple[str, ...], code: int | None, *, is_told: bool = True
    ) -> Step:
        done = subprocess.run(
            [str(Path(sys.executable).with_name(program)), *arguments],
            cwd=self.root,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        command = shlex.join((program, *arguments))
        said = done.stdout + done.stderr
        return self._kept(Step(command, done.returncode, said, done.stdout, is_told), code)

    def _kept(self, step: Step, code: int | None) -> Step:
        self.steps.append(step)
        assert code is None or step.code == code, f"{self.story()}\n{step.said[-4000:]}"
        return step
