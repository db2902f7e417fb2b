"""Facts that grow: a database of 2021 takes in games of later seasons, and follows what they have more."""

import gzip
import shutil
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from runtime import captures
from runtime.errors import MlbError
from runtime.progress import Quiet
from runtime.project import Project
from tests.support.project import ROOT
from tests.upstream.loop import BEFORE, EMPTY, NewDatabase, breaks, copied, fresh, lost, rescued
from tests.upstream.rehearsal import Rehearsal
from tests.upstream.releases import INSIDE, installed
from tests.upstream.seasons import played
from tests.upstream.tables import current, only, renamed, rows

OPERATIONS = ("game.liveGameV1", "game.playByPlay")
PLAYS = 12
LATER = ("absChallenges", "strikeZoneWidth", "strikeZoneDepth", "breakVertical")
"""What the games of 2021 do not have."""


def games(root: Path) -> Iterator[str]:
    """Write a game of each season, made of a captured one: its feed, and its plays as they can be had alone."""
    files = (ROOT / ".mlb/captures").rglob("game/liveGameV1/*.json.gz")
    captured = orjson.loads(gzip.decompress(max(files, key=lambda file: file.stat().st_size).read_bytes()))
    (root / "games").mkdir(parents=True)
    for season in (2021, 2023, 2026):
        game = played(captured, season, PLAYS)
        plays = {**game, "method": "playByPlay", "response": game["response"]["liveData"]["plays"]}
        for what, envelope in (("feed", game), ("plays", plays)):
            file = root / "games" / f"{season}_{what}.json.gz"
            file.write_bytes(gzip.compress(orjson.dumps(envelope), mtime=0))
            yield file.relative_to(root).as_posix()


def begun(root: Path, new: NewDatabase) -> Rehearsal:
    """Make a project without a line of mapping for the live feed, that nobody has observed yet."""
    captures.pull(Project(ROOT), Quiet())
    copied(ROOT / "mappings/defaults.yaml", root / "mappings/defaults.yaml")
    copied(installed("1.4.3") / INSIDE / "game.json", root / "documents/game.json")
    home = Rehearsal(root, database=new(EMPTY))
    home.mlbc("upstream", "update")
    return home


def test_facts_grow(new: NewDatabase, tmp_path: Path) -> None:
    root = tmp_path / "project"
    try:
        home = begun(root, new)
    except MlbError as error:
        pytest.skip(f"no releases or captures: {error}")
    feed, plays, *later = games(root)
    first = [feed, plays]
    home.mlbc("observe", *(str(root / file) for file in first))
    home.mlbc("generate")
    home.etl("db", "migrate")
    home.load(*first)
    assert rescued(home) == 0
    home.load(*later)
    kept = rows(home.database, home.catalog())
    found = [orjson.loads(line) for line in home.etl("drift", "--json", code=1).out.splitlines()]
    missing = [name for name in LATER if not any(name in one["path"] for one in found)]
    assert not missing, [one["path"] for one in found]
    assert rescued(home) > 0

    shutil.copytree(home.generated, root / BEFORE)
    home.etl("drift", "--export", code=None)
    home.mlbc("observe", "--from-rescued")
    home.mlbc("generate")
    home.mlbc("migrate", "verify")
    assert list(breaks(home)) == [], "what is only more breaks nobody"
    home.etl("db", "migrate")
    catalog = home.catalog()
    wanted = renamed(kept, catalog)
    assert only(rows(home.database, catalog), wanted) == wanted, "a migration changes no value"
    home.etl("backfill")
    assert rescued(home) == 0
    assert lost(home, set(OPERATIONS), [*first, *later]) == 0
    filled = current(rows(home.database, catalog), catalog)
    assert filled == current(fresh(home, [*first, *later], new), catalog), "an old database becomes a new one"
