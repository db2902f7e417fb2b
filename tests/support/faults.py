"""A fault for every quality rule of the mappings: an edit of a real response that the rule must find."""

import copy
import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from runtime.job import Conformed
from tests.support.project import Response, live_game, responses

Edit: TypeAlias = Callable[[Conformed], None]
Fault: TypeAlias = tuple[str, str]
"""The table of a rule (or its operation, for one over several tables), and its name."""

_PLAY = "liveData/plays/allPlays/5"
_BOX = "liveData/boxscore/teams/home"
_LINE = "liveData/linescore"
_EARLY = "2024-07-12T00:00:00.000Z"


def set_to(path: str, value: Conformed) -> Edit:
    """Put a value at a path."""

    def edit(document: Conformed) -> None:
        holder, key = _at(document, path)
        holder[key] = value

    return edit


def more(path: str) -> Edit:
    """Add one to a number."""

    def edit(document: Conformed) -> None:
        holder, key = _at(document, path)
        holder[key] += 1

    return edit


def gone(path: str) -> Edit:
    """Take a value away."""

    def edit(document: Conformed) -> None:
        holder, key = _at(document, path)
        del holder[key]

    return edit


def copied(path: str, to: str) -> Edit:
    """Put a value at another place, too."""

    def edit(document: Conformed) -> None:
        (source, key), (holder, name) = _at(document, path), _at(document, to)
        holder[name] = copy.deepcopy(source[key])

    return edit


def _at(document: Conformed, path: str) -> tuple[Conformed, Conformed]:
    """Return what holds the value at a path, and its key there. `@word` stands for the first that has such a key."""
    *steps, last = path.split("/")
    for step in steps:
        document = document[_key(document, step)]
    return document, _key(document, last)


def _key(holder: Conformed, step: str) -> Conformed:
    if step.startswith("@"):
        entries = holder.items() if isinstance(holder, dict) else enumerate(holder)
        return next(key for key, value in entries if _has(value, step[1:].split(".")))
    return int(step) if re.fullmatch(r"-?\d+", step) and isinstance(holder, list) else step


def _has(value: Conformed, path: list[str]) -> bool:
    for step in path:
        if not isinstance(value, dict) or not value.get(step):
            return False
        value = value[step]
    return True


_PITCH = f"{_PLAY}/playEvents/@isPitch"
_ACTION = "liveData/plays/allPlays/0/playEvents/@details.eventType"
_HIT = "liveData/plays/allPlays/@result.rbi/playEvents/@hitData.launchSpeed/hitData"
_RUNNER = f"{_PLAY}/runners/0"
_BATTER = f"{_BOX}/players/@stats.batting.atBats/stats/batting"
_PITCHER = f"{_BOX}/players/@stats.pitching.outs/stats/pitching"

LIVE_GAME: Mapping[Fault, Edit] = {
    ("game.live_game_metadata", "game_pk_counts"): set_to("gamePk", -7),
    ("game.live_game_metadata", "teams_differ"): copied("gameData/teams/home/id", "gameData/teams/away/id"),
    ("game.live_game_metadata", "date_is_possible"): set_to("gameData/datetime/officialDate", "1024-07-12"),
    ("game.live_game_metadata", "attendance_counts"): set_to("gameData/gameInfo/attendance", -1),
    ("game.live_game_linescore_teams", "totals_count"): set_to(f"{_LINE}/teams/home/errors", -1),
    ("game.live_game_linescore", "outs_in_range"): set_to(f"{_LINE}/outs", 4),
    ("game.live_game_linescore_innings", "inning_counts"): set_to(f"{_LINE}/innings/0/num", 0),
    ("game.live_game_linescore_innings", "runs_count"): set_to(f"{_LINE}/innings/0/away/runs", -1),
    ("game.live_game_plays", "at_bat_index_counts"): set_to(f"{_PLAY}/atBatIndex", -1),
    ("game.live_game_plays", "inning_counts"): set_to(f"{_PLAY}/about/inning", 0),
    ("game.live_game_plays", "half_is_known"): set_to(f"{_PLAY}/about/halfInning", "middle"),
    ("game.live_game_plays", "outs_in_range"): set_to(f"{_PLAY}/count/outs", 7),
    ("game.live_game_plays", "count_in_range"): set_to(f"{_PLAY}/count/balls", 5),
    ("game.live_game_plays", "score_counts"): set_to(f"{_PLAY}/result/awayScore", -1),
    ("game.live_game_plays", "ends_after_start"): set_to(f"{_PLAY}/about/endTime", _EARLY),
    ("game.live_game_pitch_events", "event_index_counts"): set_to(f"{_PITCH}/index", -1),
    ("game.live_game_pitch_events", "outs_in_range"): set_to(f"{_PITCH}/count/outs", 4),
    ("game.live_game_pitch_events", "count_in_range"): set_to(f"{_PITCH}/count/strikes", 4),
    ("game.live_game_pitch_events", "start_speed_is_possible"): set_to(
        f"{_PITCH}/pitchData/startSpeed", 950.5
    ),
    ("game.live_game_pitch_events", "zone_is_known"): set_to(f"{_PITCH}/pitchData/zone", 10),
    ("game.live_game_pitch_events", "spin_rate_is_possible"): set_to(
        f"{_PITCH}/pitchData/breaks/spinRate", -5
    ),
    ("game.live_game_hit_data", "launch_speed_is_possible"): set_to(f"{_HIT}/launchSpeed", 1000.5),
    ("game.live_game_hit_data", "launch_angle_is_possible"): set_to(f"{_HIT}/launchAngle", 180.0),
    ("game.live_game_hit_data", "total_distance_is_possible"): set_to(f"{_HIT}/totalDistance", 4000.0),
    ("game.live_game_play_actions", "event_index_counts"): set_to(f"{_ACTION}/index", -1),
    ("game.live_game_play_actions", "outs_in_range"): set_to(f"{_ACTION}/count/outs", 4),
    ("game.live_game_runners", "bases_are_known"): set_to(f"{_RUNNER}/movement/end", "5B"),
    ("game.live_game_runners", "out_number_in_range"): set_to(f"{_RUNNER}/movement/outNumber", 4),
    ("game.live_game_runners", "out_ends_nowhere"): set_to(
        f"{_RUNNER}/movement", {"isOut": True, "end": "score", "outNumber": 1}
    ),
    ("game.live_game_player_batting_stats", "hits_are_at_bats"): set_to(f"{_BATTER}/hits", 99),
    ("game.live_game_player_batting_stats", "home_runs_are_hits"): set_to(f"{_BATTER}/homeRuns", 99),
    ("game.live_game_player_batting_stats", "lines_count"): set_to(f"{_BATTER}/runs", -1),
    ("game.live_game_player_pitching_stats", "earned_runs_are_runs"): set_to(f"{_PITCHER}/earnedRuns", 99),
    ("game.live_game_player_pitching_stats", "strikes_are_pitches"): set_to(f"{_PITCHER}/strikes", 999),
    ("game.live_game_player_pitching_stats", "outs_are_innings"): more(f"{_PITCHER}/outs"),
    ("game.live_game_player_pitching_stats", "lines_count"): set_to(f"{_PITCHER}/runs", -1),
    ("game.live_game_batting_order", "position_in_range"): set_to(f"{_BOX}/battingOrder", [*range(1, 11)]),
    ("game.liveGameV1", "plate_appearances_are_counted"): set_to(f"{_PLAY}/atBatIndex", 500),
    ("game.liveGameV1", "events_are_counted"): set_to(f"{_PITCH}/index", 77),
    ("game.liveGameV1", "pitches_have_play_ids"): gone(f"{_PITCH}/playId"),
    ("game.liveGameV1", "play_ids_are_unique"): copied(
        "liveData/plays/allPlays/0/playEvents/@isPitch/playId", f"{_PITCH}/playId"
    ),
    ("game.liveGameV1", "start_times_never_fall"): set_to(f"{_PLAY}/about/startTime", _EARLY),
    ("game.liveGameV1", "runs_reconcile"): more(f"{_LINE}/teams/home/runs"),
    ("game.liveGameV1", "scoring_plays_reconcile"): gone("liveData/plays/scoringPlays/0"),
    ("game.liveGameV1", "innings_add_up"): more(f"{_LINE}/innings/0/away/runs"),
    ("game.liveGameV1", "hits_add_up"): more(f"{_BOX}/teamStats/batting/hits"),
    ("game.liveGameV1", "outs_reconcile"): set_to(
        "liveData/plays/allPlays/@result.isOut/runners/0/movement/isOut", False
    ),
    ("game.liveGameV1", "balls_in_play_reconcile"): gone("liveData/plays/playsByInning/0/hits/home/0"),
    ("game.liveGameV1", "pitch_counts_reconcile"): more(f"{_PITCHER}/numberOfPitches"),
    ("game.liveGameV1", "players_are_in_the_boxscore"): gone(f"{_BOX}/players/@stats.batting.atBats"),
    ("game.liveGameV1", "players_are_on_one_side"): copied(
        "liveData/boxscore/teams/home/players", "liveData/boxscore/teams/away/players"
    ),
}
"""By rule, an edit of the live feed."""

FAULTS: Mapping[str, Mapping[Fault, Edit]] = {
    "game.liveGameV1": LIVE_GAME,
    "game.linescore": {("game.linescore_teams", "totals_count"): set_to("teams/home/errors", -1)},
    "schedule.schedule": {
        ("schedule.daily_summary", "games_in_progress_are_games"): set_to("dates/0/totalGamesInProgress", 99),
        ("schedule.games", "game_pk_counts"): set_to("dates/0/games/0/gamePk", 0),
        ("schedule.games", "double_header_is_known"): set_to("dates/0/games/0/doubleHeader", "?"),
        ("schedule.game_teams", "score_counts"): set_to("dates/0/games/0/teams/away/score", -1),
        ("schedule.game_teams", "league_record_pct_is_a_share"): set_to(
            "dates/0/games/0/teams/away/leagueRecord/pct", "1.500"
        ),
    },
    "season.seasons": {
        ("season.seasons_normalized", "regular_season_ends_after_start"): set_to(
            "seasons/0/regularSeasonStartDate", "2199-01-01"
        ),
        ("season.seasons_normalized", "post_season_ends_after_start"): set_to(
            "seasons/0/postSeasonStartDate", "2199-01-01"
        ),
    },
    "standings.standings": {
        ("standings.team_records", "records_count"): set_to("records/0/teamRecords/0/wins", -1),
        ("standings.team_records", "winning_percentage_is_a_share"): set_to(
            "records/0/teamRecords/0/winningPercentage", "1.500"
        ),
    },
}
"""By operation; `response` says which response is edited."""


def response(operation: str) -> Response:
    """Return the response that the faults of an operation are put into."""
    if operation == "game.liveGameV1":
        return live_game()
    return max(responses(operation), key=lambda found: len(found.body))
