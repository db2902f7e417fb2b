"""The questions that the report answers on a real game."""

from dataclasses import dataclass
from typing import LiteralString


@dataclass(frozen=True, slots=True)
class Question:
    """A title and the SQL that answers it; the columns' names are the headings."""

    title: str
    sql: LiteralString


QUESTIONS = (
    Question(
        "Line score",
        """
        SELECT m.official_date AS date, t.abbreviation AS team, i.inning,
               CASE WHEN t.is_home THEN i.home_runs ELSE i.away_runs END AS runs,
               s.runs AS "R", s.hits AS "H", s.errors AS "E"
        FROM game.live_game_linescore_innings i
        JOIN game.live_game_metadata m USING (game_pk)
        JOIN game.live_game_teams t USING (game_pk)
        JOIN game.live_game_linescore_teams s USING (game_pk, is_home)
        WHERE game_pk = (SELECT max(game_pk) FROM game.live_game_metadata)
        ORDER BY t.is_home, i.inning
        """,
    ),
    Question(
        "The five fastest pitches",
        """
        SELECT e.start_speed AS mph, e.pitch_type_description AS pitch, p.full_name AS pitcher,
               b.full_name AS batter, l.inning, e.call_description AS call
        FROM game.live_game_pitch_events e
        JOIN game.live_game_plays l USING (game_pk, at_bat_index)
        LEFT JOIN game.live_game_players p ON (p.game_pk, p.player_id) = (l.game_pk, l.pitcher_id)
        LEFT JOIN game.live_game_players b ON (b.game_pk, b.player_id) = (l.game_pk, l.batter_id)
        WHERE e.start_speed IS NOT NULL
        ORDER BY e.start_speed DESC, e.game_pk, e.at_bat_index, e.event_index
        LIMIT 5
        """,
    ),
    Question(
        "Plate appearances of the hardest hitter",
        """
        WITH hardest AS (
            SELECT l.game_pk, l.batter_id
            FROM game.live_game_hit_data h JOIN game.live_game_plays l USING (game_pk, at_bat_index)
            ORDER BY h.launch_speed DESC NULLS LAST, game_pk, at_bat_index
            LIMIT 1
        )
        SELECT p.full_name AS batter, l.inning, l.half_inning AS half, l.event, max(h.launch_speed) AS exit_mph,
               count(e.event_index) AS pitches
        FROM hardest
        JOIN game.live_game_plays l USING (game_pk, batter_id)
        LEFT JOIN game.live_game_players p ON (p.game_pk, p.player_id) = (l.game_pk, l.batter_id)
        LEFT JOIN game.live_game_pitch_events e ON (e.game_pk, e.at_bat_index) = (l.game_pk, l.at_bat_index)
        LEFT JOIN game.live_game_hit_data h
          ON (h.game_pk, h.at_bat_index, h.event_index) = (e.game_pk, e.at_bat_index, e.event_index)
        GROUP BY l.game_pk, l.at_bat_index, p.full_name, l.inning, l.half_inning, l.event
        ORDER BY l.at_bat_index
        """,
    ),
)
