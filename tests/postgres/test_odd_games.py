"""Games that come in several pieces: suspended and resumed, twice on one day, or in two captures at once."""

import copy
import json
import os
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from compiler.backends import local
from compiler.backends.postgres import BACKEND
from compiler.driver import Session
from compiler.driver.compilation import checked_plan
from compiler.ir.plan import Plan
from compiler.project import discover
from runtime import database
from runtime.archive import Archive
from runtime.capture import Capture, Request, digest
from runtime.documents import Documents
from runtime.errors import MlbError
from runtime.ingest import Ingest
from runtime.job import Check, Job, Operation
from runtime.load import receive
from runtime.progress import Quiet
from runtime.snapshot import Loaded
from tests.compliance.targets import module
from tests.support import project
from tests.support.game import LIVE, edited

SCHEDULE = "schedule.schedule"
REVIEWS = "game.live_game_reviews"
COUNTED = (
    "metadata",
    "plays",
    "pitch_events",
    "runners",
    "fielding_credits",
    "linescore_innings",
    "boxscore_players",
)

Game = dict[str, Any]
Rows = list[tuple[object, ...]]


@dataclass(frozen=True)
class Compiled:
    """The two operations, as `runtime.registry` has them."""

    operations: dict[str, Operation]

    def job(self, operation: str) -> Job:
        return project.job(operation)

    def digest(self, operation: str) -> str:
        return "1"

    def schema_digest(self, operation: str) -> str:
        return ""

    def checks(self, operation: str) -> tuple[Check, ...]:
        return ()


@dataclass(frozen=True)
class Warehouse:
    """A database with the real tables of the live feed and of the schedule."""

    url: str
    archive: Path
    catalog: Compiled

    @contextmanager
    def documents(self) -> Generator[Documents]:
        with database.opened(self.url) as connection:
            yield Documents(connection, self.catalog, Archive(self.archive))

    def take(self, *captures: Capture) -> list[Loaded]:
        """Receive captures, one after the other."""
        with self.documents() as documents:
            ingest = Ingest(documents.connection, self.catalog, documents.archive, Quiet())
            received = (ingest.capture(one) for one in captures)
            return [receive(ingest, documents, one) for one in received if one is not None]

    def rows(self, query: str, *params: object) -> Rows:
        with database.opened(self.url) as connection:
            return connection.execute(query.encode(), params).fetchall()

    def counts(self, game_pk: int) -> dict[str, object]:
        """Return the number of rows of a game in some of its tables."""
        query = "SELECT count(*) FROM game.live_game_{} WHERE game_pk = %s"
        return {noun: self.rows(query.format(noun), game_pk)[0][0] for noun in COUNTED}


@pytest.fixture(scope="module")
def warehouse(server: database.Status, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """A database that is made from the mappings as they are now."""
    whole = checked_plan(Session(project=discover(project.ROOT)))
    assert whole is not None
    views = tuple(view for view in whole.views if view.name == REVIEWS)
    made = Plan(operations=(project.operation(LIVE), project.operation(SCHEDULE)), views=views)
    operations = vars(module("generated_operations", local.BACKEND.emit(made)["jobs/operations.py"]))[
        "OPERATIONS"
    ]
    name = f"odd_games_{os.getpid()}"
    assert server.settings is not None
    with database.opened(server.settings.url("postgres")) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        with database.opened(server.settings.url(name)) as connection:
            for file in ("schema", "views"):
                connection.execute(BACKEND.emit(made)[f"postgres/{file}.sql"].encode())
        catalog = Compiled({one.name: one for one in operations})
        yield Warehouse(server.settings.url(name), tmp_path_factory.mktemp("archive"), catalog)
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def capture(operation: str, document: Game, minute: int = 0, **query: str) -> Capture:
    """Return a response that was captured at a minute of one hour."""
    endpoint, method = operation.split(".")
    path = {"game_pk": str(document["gamePk"])} if operation == LIVE else {}
    moment = datetime(2024, 8, 27, 12, minute, tzinfo=UTC)
    request = Request(
        endpoint=endpoint, method=method, path_params=path, query_params=query, captured_at=moment
    )
    body = json.dumps(document).encode()
    return Capture(request=request, body=body, sha256=digest(body), source="test")


def final(game_pk: int) -> Game:
    """Return the real game under another number."""
    game = edited()
    game["gamePk"] = game["gameData"]["game"]["pk"] = game_pk
    return game


def suspended(game: Game, plays: int) -> Game:
    """Return the game as it was when it was stopped after so many plays: an earlier state of the same document."""
    game = copy.deepcopy(game)
    data, live = game["gameData"], game["liveData"]
    game["metaData"]["timeStamp"] = "20240626_231500"
    data["status"] |= {
        "abstractGameState": "Live",
        "detailedState": "Suspended: Rain",
        "reason": "Rain",
        "statusCode": "U",
    }
    live["plays"]["allPlays"] = live["plays"]["allPlays"][:plays]
    live["plays"]["currentPlay"] = live["plays"]["allPlays"][-1]
    live["plays"]["scoringPlays"] = [index for index in live["plays"]["scoringPlays"] if index < plays]
    live["linescore"]["innings"] = live["linescore"]["innings"][:4]
    live["decisions"] = {}
    return game


def resumed(game_pk: int) -> Game:
    """Return the game as it ended, two months after it began, with a player who changed sides meanwhile."""
    game = final(game_pk)
    game["gameData"]["datetime"] |= {"resumeDate": "2024-08-26", "resumeDateTime": "2024-08-26T18:05:00Z"}
    sides = game["liveData"]["boxscore"]["teams"]
    key, player = next(iter(sides["home"]["players"].items()))
    sides["away"]["players"][key] = copy.deepcopy(player) | {"parentTeamId": sides["away"]["team"]["id"]}
    return game


@pytest.mark.parametrize("backwards", [False, True])
def test_a_game_that_was_resumed_on_another_day(warehouse: Warehouse, backwards: bool) -> None:
    game_pk = 900001 + backwards
    end = resumed(game_pk)
    states = [capture(LIVE, suspended(end, 30), 1), capture(LIVE, end, 2)]
    first, second = warehouse.take(*(states[::-1] if backwards else states))
    assert (first.outdated, second.outdated) == (0, int(backwards))
    expected = {
        "metadata": 1, "plays": 75, "pitch_events": 290, "runners": 101, "fielding_credits": 80,
        "linescore_innings": 9, "boxscore_players": 52,
    }  # fmt: skip
    assert warehouse.counts(game_pk) == expected
    query = "SELECT detailed_state, reason, official_date, resume_date FROM game.live_game_metadata WHERE game_pk = %s"
    assert warehouse.rows(query, game_pk) == [("Final", None, date(2024, 7, 12), date(2024, 8, 26))]
    assert len(warehouse.rows("SELECT FROM game.live_game_v1 WHERE game_pk = %s", game_pk)) == 2
    both = (
        "SELECT count(DISTINCT team_id) FROM game.live_game_boxscore_players WHERE game_pk = %s"
        " GROUP BY player_id HAVING count(*) > 1"
    )
    assert warehouse.rows(both, game_pk) == [(2,)]


def test_a_game_whose_day_changes_keeps_its_rows_once(warehouse: Warehouse) -> None:
    game = final(900003)
    moved = copy.deepcopy(game)
    moved["gameData"]["datetime"] |= {"officialDate": "2025-04-01", "originalDate": "2024-07-12"}
    moved["metaData"]["timeStamp"] = "20250402_000000"
    warehouse.take(capture(LIVE, game, 1), capture(LIVE, moved, 2))
    query = "SELECT official_date FROM game.live_game_metadata WHERE game_pk = 900003"
    assert warehouse.rows(query) == [(date(2025, 4, 1),)]
    assert warehouse.counts(900003)["plays"] == 75


def together(work: Sequence[Callable[[], object]]) -> list[BaseException]:
    """Do everything at the same time; return what failed."""
    barrier, failures = threading.Barrier(len(work)), list[BaseException]()

    def run(one: Callable[[], object]) -> None:
        barrier.wait()
        try:
            one()
        except (MlbError, psycopg.Error) as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


@pytest.mark.parametrize("attempt", range(4))
def test_two_captures_of_a_game_that_arrive_together(warehouse: Warehouse, attempt: int) -> None:
    game_pk = 900010 + attempt
    end = final(game_pk)
    states = [capture(LIVE, suspended(end, 40), 1), capture(LIVE, end, 2)]
    assert together([lambda one=one: warehouse.take(one) for one in states]) == []
    counts = warehouse.counts(game_pk)
    assert (counts["metadata"], counts["plays"], counts["linescore_innings"]) == (1, 75, 9)
    query = "SELECT DISTINCT captured_at FROM game.live_game_metadata WHERE game_pk = %s"
    assert warehouse.rows(query, game_pk) == [(datetime(2024, 8, 27, 12, 2, tzinfo=UTC),)]


def schedule(*days: tuple[str, list[Game]]) -> Game:
    return {"dates": [{"date": day, "games": games} for day, games in days]}


def listed(game_pk: int, number: int, kind: str, **more: object) -> Game:
    """Return a game as a schedule lists it, after one that was captured."""
    found = project.responses(SCHEDULE)[0].document
    assert isinstance(found, dict)
    game: Game = copy.deepcopy(found["dates"][0]["games"][0])
    return game | {"gamePk": game_pk, "gameNumber": number, "doubleHeader": kind, **more}


def test_a_doubleheader_on_one_date(warehouse: Warehouse) -> None:
    day = "2025-06-19"
    document = schedule(
        ("2025-06-18", [listed(900021, 1, "N", officialDate=day)]),
        (day, [listed(900020, 1, "S", officialDate=day), listed(900021, 2, "S", officialDate=day)]),
    )
    games = [final(900020), final(900021)]
    for number, game in enumerate(games, start=1):
        game["gameData"]["datetime"]["officialDate"] = day
        game["gameData"]["game"] |= {"doubleHeader": "S", "gameNumber": number}
    warehouse.take(capture(SCHEDULE, document, 1, sportId="1"), *(capture(LIVE, game, 1) for game in games))
    query = (
        "SELECT listed.listed_date, game_pk, listed.game_number, played.game_number, played.double_header"
        " FROM schedule.games AS listed JOIN game.live_game_metadata AS played USING (game_pk)"
        " WHERE played.official_date = '2025-06-19' ORDER BY 1, 3"
    )
    assert warehouse.rows(query) == [
        (date(2025, 6, 18), 900021, 1, 2, "S"),
        (date(2025, 6, 19), 900020, 1, 1, "S"),
        (date(2025, 6, 19), 900021, 2, 2, "S"),
    ]
    plays = "SELECT game_pk, count(*) FROM game.live_game_plays WHERE game_pk IN (900020, 900021) GROUP BY 1 ORDER BY 1"
    assert warehouse.rows(plays) == [(900020, 75), (900021, 75)]


def test_reviews_of_plays_and_of_events_are_one_view(warehouse: Warehouse) -> None:
    game = final(900030)
    plays = game["liveData"]["plays"]["allPlays"]
    first = {"isOverturned": True, "reviewType": "MF", "challengeTeamId": 109}
    plays[3]["reviewDetails"] = first | {"additionalReviews": [{"isOverturned": False, "reviewType": "NH"}]}
    plays[4]["playEvents"][0]["reviewDetails"] = {
        "isOverturned": True,
        "reviewType": "MJ",
        "player": {"id": 666971},
    }
    warehouse.take(capture(LIVE, game))
    query = (
        "SELECT at_bat_index, event_index, review_index, review_type, is_overturned, challenge_team_id, player_id"
        " FROM game.live_game_reviews WHERE game_pk = 900030 ORDER BY 1, 3"
    )
    assert warehouse.rows(query) == [
        (3, None, 0, "MF", True, 109, None),
        (3, None, 1, "NH", False, None, None),
        (4, 0, 0, "MJ", True, None, 666971),
    ]
