"""Recipes: named sequences of steps, each a YAML file in this folder, that `mlb-etl run` carries out."""

import difflib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import cast

import yaml

from runtime.errors import TerminalError

FOLDER = Path(__file__).parent


class Step(StrEnum):
    """What a recipe can do."""

    PULL = "pull"
    START = "start"
    MIGRATE = "migrate"
    INGEST = "ingest"
    LOAD = "load"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Recipe:
    """A named sequence of steps."""

    name: str
    about: str
    steps: tuple[Step, ...]


def recipes(folder: Path = FOLDER) -> tuple[Recipe, ...]:
    """Read every recipe."""
    return tuple(_read(path) for path in sorted(folder.glob("*.yaml")))


def recipe(name: str, folder: Path = FOLDER) -> Recipe:
    """Read one recipe by name."""
    known = {found.name: found for found in recipes(folder)}
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.3)
        hint = f"did you mean `{near[0]}`?" if near else "`mlb-etl jobs` lists them"
        raise TerminalError(f"unknown job `{name}`", hint=hint)
    return known[name]


def _read(path: Path) -> Recipe:
    try:
        written: object = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise TerminalError(f"not YAML: {error}", where=str(path)) from error
    members = cast("dict[str, object]", written) if isinstance(written, dict) else {}
    about, steps = members.get("about"), members.get("steps")
    if set(members) != {"about", "steps"} or not isinstance(about, str) or not isinstance(steps, list):
        raise TerminalError("a job has `about` and a list of `steps`, and nothing else", where=str(path))
    return Recipe(path.stem, about, tuple(_step(step, path) for step in cast("list[object]", steps)))


def _step(step: object, path: Path) -> Step:
    try:
        return Step(str(step))
    except ValueError:
        known = ", ".join(Step)
        raise TerminalError(f"unknown step `{step}`", where=str(path), hint=f"steps are {known}") from None
