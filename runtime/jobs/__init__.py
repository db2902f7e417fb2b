"""Recipes: named sequences of steps, each a YAML file in this folder, that `mlb-etl run` carries out."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import cast

import yaml

from runtime.engines import NAMES, SPARK, Chosen
from runtime.errors import TerminalError
from runtime.spark import given
from runtime.spark.settings import Settings

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
    """A named sequence of steps, and the engine that transforms, unless the command line names another."""

    name: str
    about: str
    steps: tuple[Step, ...]
    engine: Chosen = field(default_factory=Chosen)


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
    if (
        set(members) - {"engine"} != {"about", "steps"}
        or not isinstance(about, str)
        or not isinstance(steps, list)
    ):
        raise TerminalError(
            "a job has `about`, a list of `steps` and perhaps `engine`, and nothing else", where=str(path)
        )
    named = tuple(_step(step, path) for step in cast("list[object]", steps))
    return Recipe(path.stem, about, named, _engine(members.get("engine"), path))


def _step(step: object, path: Path) -> Step:
    try:
        return Step(str(step))
    except ValueError:
        known = ", ".join(Step)
        raise TerminalError(f"unknown step `{step}`", where=str(path), hint=f"steps are {known}") from None


def _engine(written: object, path: Path) -> Chosen:
    """Read `engine`: a name, or a name and what the options of Spark would say."""
    members = (
        cast("dict[str, object]", written) if isinstance(written, dict) else {"name": written or NAMES[0]}
    )
    name = members.get("name", SPARK)
    if name not in NAMES or (set(members) - {"name"} and name != SPARK):
        raise TerminalError(f"`engine` is one of {', '.join(NAMES)}; settings are Spark's", where=str(path))
    try:
        return Chosen(str(name), _settings(members))
    except ValueError as error:
        raise TerminalError(f"`engine`: {error}", where=str(path)) from error


def _settings(members: Mapping[str, object]) -> Settings:
    """Read how Spark is run; raise ValueError for what it may not be."""
    unknown = set(members) - {"name", "master", "remote", "conf", "batch"}
    if unknown or {"master", "remote"} <= set(members):
        raise ValueError("it has `name`, `master` or `remote`, `conf` and `batch`, and nothing else")
    master, remote, conf, batch = (members.get(name) for name in ("master", "remote", "conf", "batch"))
    pairs = cast("dict[str, object]", conf) if isinstance(conf, dict) else {}
    if not (batch is None or (isinstance(batch, int) and batch > 0)):
        raise ValueError("`batch` is a number of documents")
    return Settings(
        master=None if master is None else given.master(str(master)),
        remote=None if remote is None else given.remote(str(remote)),
        conf=given.settings(f"{name}={_text(value)}" for name, value in pairs.items()),
        batch=batch,
    )


def _text(value: object) -> str:
    """Write a YAML value as Spark reads it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
