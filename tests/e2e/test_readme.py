"""What the README says happens: its commands, its report, its example of a mapping and of a mistake."""

import re
from collections.abc import Generator

import psycopg
import pytest

from tests.e2e.conftest import ROOT, Place, new_place

README = (ROOT / "README.md").read_text("utf-8")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = BLOCK.findall(README)
CELLS = re.compile(r"(\w+\.\w+)\s+([\d,]+)")
GUARANTEES = re.findall(r"^\|.*\| `((?:mlbc|pytest) [^`]+)` \|$", README, re.MULTILINE)


def _block(language: str, word: str) -> str:
    [found] = [text for kind, text in BLOCKS if kind == language and word in text]
    return found


def _commands() -> list[str]:
    lines = (line for kind, text in BLOCKS if kind == "sh" for line in text.splitlines())
    return [line.split("  #")[0].strip() for line in lines if line]


COMMANDS = _commands()


@pytest.fixture(scope="module")
def report(place: Place) -> str:
    return place.sh("mlb-etl run demo").stdout


@pytest.mark.parametrize("command", [one for one in COMMANDS if one.startswith("make ")])
def test_make_has_the_target(command: str) -> None:
    target = command.split()[1]
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("command", [one for one in COMMANDS if not one.startswith("make ")])
def test_a_command_runs(place: Place, report: str, command: str) -> None:
    place.sh(command)


@pytest.mark.parametrize("command", GUARANTEES)
def test_what_shows_a_guarantee_is_there(place: Place, command: str) -> None:
    program, *words = command.split()
    if program == "pytest":
        assert all((ROOT / word).exists() for word in words)
    else:
        files = "'.mlb/captures'/*/game/liveGameV1/*.json.gz"
        place.sh(command.replace("FILE...", files))


def test_the_report_is_what_the_run_prints(report: str) -> None:
    shown = _block("", "Leaf accounting")
    assert set(CELLS.findall(shown)) <= set(CELLS.findall(report))
    printed = {" ".join(line.split()) for line in report.splitlines()}
    head, below = shown.split("Leaf accounting")
    lines = [line for line in head.splitlines() if not CELLS.search(line)] + below.splitlines()[1:]
    wanted = [" ".join(line.split()) for line in lines if line.strip() != "..."]
    missing = [line for line in wanted if line.strip("─. ") and line not in printed]
    assert not missing, report


ANSWERS = re.findall(
    r"^```sql\n-- (.*?)\n(SELECT .*?;)\n```\n\n```\n(.*?)^```$", README, re.MULTILINE | re.DOTALL
)


def test_three_questions_are_answered() -> None:
    assert len(ANSWERS) == 3


@pytest.mark.parametrize(
    ("query", "shown"), [found[1:] for found in ANSWERS], ids=[found[0] for found in ANSWERS]
)
def test_an_answer_is_what_the_database_says(place: Place, report: str, query: str, shown: str) -> None:
    head, *rows = (re.split(r" {2,}", line.strip()) for line in shown.splitlines())
    with psycopg.connect(place.url) as connection:
        cursor = connection.execute(query.encode())
        assert [column.name for column in cursor.description or ()] == head
        assert [[str(value) for value in row] for row in cursor] == rows


def test_a_column_tells_its_story(place: Place) -> None:
    command, _, shown = _block("", "mlbc explain game").partition("\n")
    assert place.sh(command.removeprefix("$ ")).stdout.strip() == shown.strip()


@pytest.fixture
def copy() -> Generator[Place]:
    with new_place() as made:
        yield made


def _write_mapping(place: Place, old: str = "", new: str = "") -> None:
    label, _, mapping = _block("yaml", "operation:").partition("\n")
    file = place.root / label.removeprefix("# ")
    file.parent.mkdir(parents=True, exist_ok=True)
    assert old in mapping
    file.write_text(mapping.replace(old, new), "utf-8")


def test_a_mapping_becomes_a_table(copy: Place) -> None:
    _write_mapping(copy)
    copy.sh("mlbc generate --squash")
    schema = (copy.root / "generated/postgres/schema.sql").read_text("utf-8")
    position = 0
    for line in _block("sql", "CREATE TABLE").splitlines():
        if line.strip() != "...":
            position = schema.find(line.rstrip(), position)
            assert position >= 0, f"{line}\n{schema[schema.find('division.division_seasons') :][:2000]}"
    for path in ("jobs/local/division/divisions.py", "jobs/spark/division/divisions.py"):
        assert "def division_seasons(" in (copy.root / "generated" / path).read_text("utf-8")


def test_a_mistake_is_shown_as_the_readme_shows_it(copy: Place) -> None:
    _write_mapping(copy, "name: .name\n", "name: .abbrev\n")
    done = copy.sh("mlbc check", code=1)
    assert _block("", "error[M103]").strip() in done.stdout + done.stderr
