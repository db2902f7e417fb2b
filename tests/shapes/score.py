"""Count how often a decision is right, and print it beside what other tools decide."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from tests.shapes.cases import Case, generated, labelled
from tests.shapes.ours import decide

HERE = Path(__file__).parent
SCORES = HERE / "SCORES.md"
OTHERS = HERE / "competitors.json"
OURS = "this compiler"
PARTS = (
    ("Written by hand", "The rules were made with these cases in sight.", ("maps", "records")),
    ("Other APIs", "Written after the rules were fixed, and no rule was changed for them.", ("elsewhere",)),
    ("Made at random", "By `tests/shapes/generated.py`, with one seed.", ("generated",)),
)


@dataclass(frozen=True, kw_only=True)
class Score:
    """Maps found, missed, and seen where there is none."""

    found: int
    missed: int
    false: int

    @property
    def precision(self) -> float:
        """Share of the places called maps that are; 1 if none was called so."""
        return self.found / (self.found + self.false) if self.found + self.false else 1.0

    @property
    def recall(self) -> float:
        """Share of the maps that were called so."""
        return self.found / (self.found + self.missed)

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        return 2 * self.found / (2 * self.found + self.missed + self.false)


@cache
def cases() -> tuple[Case, ...]:
    """Return every case, those written by hand first."""
    return (*labelled(), *generated())


@cache
def ours() -> tuple[str, ...]:
    """Return what this compiler says of each case."""
    return tuple(decide(case.documents, case.path) for case in cases())


def score(given: Sequence[Case], maps: Sequence[bool]) -> Score:
    """Compare who is called a map with who is one."""
    pairs = [(case.truth == "map", said) for case, said in zip(given, maps, strict=True)]
    return Score(
        found=sum(true and said for true, said in pairs),
        missed=sum(true and not said for true, said in pairs),
        false=sum(said and not true for true, said in pairs),
    )


def digest() -> str:
    """Return what changes with any case."""
    text = json.dumps([asdict(case) for case in cases()], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def write_others(versions: Mapping[str, str], verdicts: Mapping[str, Sequence[bool]]) -> None:
    """Keep what other tools said, as the numbers of the cases that they call maps."""
    maps = {tool: [index for index, said in enumerate(list_) if said] for tool, list_ in verdicts.items()}
    kept = {"cases": digest(), "versions": versions, "maps": maps}
    OTHERS.write_text(f"{json.dumps(kept)}\n", "utf-8")


def page() -> str:
    """Return the text of `SCORES.md`."""
    kept = json.loads(OTHERS.read_text("utf-8"))
    tools = {OURS: [said == "map" for said in ours()]}
    tools |= {
        tool: [index in set(maps) for index in range(len(cases()))] for tool, maps in kept["maps"].items()
    }
    versions = ", ".join(f"{tool} {version}" for tool, version in kept["versions"].items())
    lines = [
        "# Map or record: scores",
        "",
        "Made by `python -m tests.shapes`; with `--others` it also asks the other tools again, installed for the",
        f"occasion ({versions}). A score counts the places called maps, of those that are.",
    ]
    for title, about, families in PARTS:
        places = [index for index, case in enumerate(cases()) if case.family in families]
        part = {tool: [maps[index] for index in places] for tool, maps in tools.items()}
        lines += ["", *_table(title, about, [cases()[index] for index in places], part)]
    lines += ["", "## Where this compiler and the label differ", "", *_differences()]
    lines += ["", "## Called a map and is none (not counting those made at random)", "", *_false_maps(tools)]
    return "\n".join(lines) + "\n"


def _table(title: str, about: str, given: Sequence[Case], tools: Mapping[str, Sequence[bool]]) -> list[str]:
    truths = sum(case.truth == "map" for case in given)
    lines = [
        f"## {title}: {truths} maps, {len(given) - truths} others",
        "",
        about,
        "",
        "| tool | precision | recall | F1 | found | missed | false |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for tool, maps in tools.items():
        got = score(given, maps)
        precision = f"{got.precision:.3f}" if got.found + got.false else "none called"
        lines.append(
            f"| {tool} | {precision} | {got.recall:.3f} | {got.f1:.3f} | {got.found} | {got.missed} | {got.false} |"
        )
    return lines


def _differences() -> list[str]:
    return [
        f"* {case.name}: {case.truth}, decided {said} ({case.why})"
        for case, said in zip(labelled(), ours(), strict=False)
        if case.truth != said
    ]


def _false_maps(tools: Mapping[str, Sequence[bool]]) -> list[str]:
    lines: list[str] = []
    for tool, maps in tools.items():
        traps = (
            case for case, said in zip(labelled(), maps, strict=False) if said and case.truth == "record"
        )
        lines.append(f"* {tool}: {', '.join(case.name for case in traps) or 'nothing'}")
    return lines
