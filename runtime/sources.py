"""Where real responses come from: source distributions of public packages, pinned by digest."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The request that a bare body answers, as far as it is known."""

    operation: str
    path_params: Mapping[str, str] = field(default_factory=dict[str, str])
    query_params: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Enveloped:
    """So many files, each of which says which request it answers."""

    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bare:
    """Files that hold nothing but a body: what each answers, or why it is left out."""

    answers: Mapping[str, Asked]
    left_out: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def count(self) -> int:
        """How many captures they make."""
        return len(self.answers)


Contents: TypeAlias = Enveloped | Bare


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureSource:
    """A release whose test data are responses of the API.

    `root` is the folder of their files below the release's own, `suffix` how their names end.
    """

    package: str
    version: str
    filename: str
    sha256: str
    root: str
    suffix: str
    contents: Contents

    @property
    def folder(self) -> str:
        """The folder of its captures."""
        return f"{self.package}-{self.version}"

    def is_in(self, path: Path) -> bool:
        """Say whether a file is the release that is pinned."""
        return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == self.sha256

    def holds(self, path: PurePosixPath) -> bool:
        """Say whether a file of the release is one of the bodies; a name that leads elsewhere is none."""
        return ".." not in path.parts and path.is_relative_to(self.root) and path.name.endswith(self.suffix)


_NOT_DECLARED = "no upstream document declares GET"
_GAME = {"game_pk": "744914"}

SOURCES = (
    CaptureSource(
        package="pymlb_statsapi",
        version="1.4.3",
        filename="pymlb_statsapi-1.4.3.tar.gz",
        sha256="64b20f49b61dda9a930613d9249d4c901d6f07ad4bd18deba4df5cefe8fc9063",
        root="tests/bdd/stubs",
        suffix=".json.gz",
        contents=Enveloped(count=44),
    ),
    # Its own tests name the requests; `draft` and `jobs` are known from what their bodies list.
    CaptureSource(
        package="mlb-statsapi-pydantic",
        version="0.0.1",
        filename="mlb_statsapi_pydantic-0.0.1.tar.gz",
        sha256="018af901819266b70344b528731e83864041561dad80d8a24f159caa6f0c554d",
        root="tests/fixtures",
        suffix=".json",
        contents=Bare(
            answers={
                "awards.json": Asked(operation="awards.awards"),
                "boxscore.json": Asked(operation="game.boxscore", path_params=_GAME),
                "divisions.json": Asked(operation="division.divisions", query_params={"sportId": "1"}),
                "draft.json": Asked(operation="draft.draftPicks", path_params={"year": "2024"}),
                "jobs.json": Asked(operation="job.getJobsByType", query_params={"jobType": "UMPR"}),
                "linescore.json": Asked(operation="game.linescore", path_params=_GAME),
                "livefeed.json": Asked(operation="game.liveGameV1", path_params=_GAME),
                "meta_game_types.json": Asked(operation="config.gameTypes"),
                "schedule.json": Asked(
                    operation="schedule.schedule", query_params={"sportId": "1", "date": "07/01/2024"}
                ),
                "seasons.json": Asked(
                    operation="season.seasons", query_params={"sportId": "1", "season": "2024"}
                ),
                "standings.json": Asked(
                    operation="standings.standings", query_params={"leagueId": "103,104", "season": "2024"}
                ),
                "stats_leaders.json": Asked(
                    operation="stats.leaders",
                    query_params={
                        "leaderCategories": "homeRuns",
                        "season": "2024",
                        "sportId": "1",
                        "limit": "5",
                    },
                ),
                "teams.json": Asked(operation="team.teams", query_params={"sportId": "1"}),
            },
            left_out={
                "attendance.json": f"{_NOT_DECLARED} /v1/attendance",
                "leagues.json": f"{_NOT_DECLARED} /v1/league",
                "people_660271.json": f"{_NOT_DECLARED} /v1/people/{{personId}}",
                "schedule_hydrated_team.json": "edited by hand: no response of the API",
                "sports.json": f"{_NOT_DECLARED} /v1/sports",
                "transactions.json": f"{_NOT_DECLARED} /v1/transactions",
                "venue_15.json": f"{_NOT_DECLARED} /v1/venues/{{venueId}}",
            },
        ),
    ),
)
