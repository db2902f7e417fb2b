/*
question: "10 Stolen bases by runner/pitcher/catcher"
doc: >-
  Attempts to steal, each counted for the runner, for who pitched, and for who caught. Who caught is the last one before
  the attempt who came in as catcher, else the one who started there: the feed names the present catcher only.
params:
  game_pk: {type: bigint, doc: "One game; all without.", default: null}
  season: {type: integer, doc: "One calendar year; all without.", default: null}
columns:
  role: runner, pitcher or catcher.
  caught: Thrown out, after a pick-off too.
*/
WITH attempts AS (
    SELECT
        r.game_pk, r.game_date, r.at_bat_index, r.runner_index, r.play_index, r.runner_id,
        p.fielding_team_id, p.pitcher_id,
        r.movement_reason LIKE 'r_stolen_base%' AS is_stolen
    FROM game.live_game_runners r
    JOIN mart.plate_appearances p ON p.game_pk = r.game_pk AND p.at_bat_index = r.at_bat_index
    WHERE (r.movement_reason LIKE 'r_stolen_base%' OR r.movement_reason LIKE 'r%caught_stealing%')
      AND (:game_pk IS NULL OR r.game_pk = :game_pk)
      AND (:season IS NULL OR r.game_date BETWEEN make_date(:season, 1, 1) AND make_date(:season, 12, 31))
), pitching AS (                            -- of the pitch on which it happened; the play has the last pitcher only
    SELECT DISTINCT ON (a.game_pk, a.at_bat_index, a.runner_index)
        a.game_pk, a.at_bat_index, a.runner_index, coalesce(p.pitcher_id, a.pitcher_id) AS pitcher_id
    FROM attempts a
    LEFT JOIN mart.pitches p ON p.game_pk = a.game_pk AND p.at_bat_index = a.at_bat_index
    ORDER BY a.game_pk, a.at_bat_index, a.runner_index,
             p.event_index <= a.play_index DESC NULLS LAST, abs(p.event_index - a.play_index)
), arrivals AS (                            -- of catchers: those who start are there before the first play
    SELECT game_pk, game_date, team_id, player_id, -1 AS at_bat_index, 0 AS event_index
    FROM game.live_game_player_positions
    JOIN game.live_game_boxscore_players USING (game_pk, game_date, team_id, player_id)
    WHERE code = '2' AND position_index = 0 AND batting_order LIKE '%00'
    UNION ALL
    SELECT c.game_pk, c.game_date, b.team_id, c.player_in_id AS player_id, c.at_bat_index, c.event_index
    FROM game.live_game_lineup_changes c
    JOIN game.live_game_boxscore_players b
      ON b.game_pk = c.game_pk AND b.game_date = c.game_date AND b.player_id = c.player_in_id
    WHERE c.position_code = '2'
), catching AS (
    SELECT DISTINCT ON (a.game_pk, a.at_bat_index, a.runner_index)
        a.game_pk, a.at_bat_index, a.runner_index, c.player_id AS catcher_id
    FROM attempts a
    JOIN arrivals c
      ON c.game_pk = a.game_pk AND c.game_date = a.game_date AND c.team_id = a.fielding_team_id
     AND (c.at_bat_index < a.at_bat_index OR c.at_bat_index = a.at_bat_index AND c.event_index <= a.play_index)
    ORDER BY a.game_pk, a.at_bat_index, a.runner_index, c.at_bat_index DESC, c.event_index DESC
), counted AS (
    SELECT 'runner' AS role, game_pk, game_date, runner_id AS player_id, is_stolen
    FROM attempts
    UNION ALL
    SELECT 'pitcher' AS role, a.game_pk, a.game_date, p.pitcher_id AS player_id, a.is_stolen
    FROM attempts a
    JOIN pitching p ON p.game_pk = a.game_pk AND p.at_bat_index = a.at_bat_index AND p.runner_index = a.runner_index
    UNION ALL
    SELECT 'catcher' AS role, a.game_pk, a.game_date, c.catcher_id AS player_id, a.is_stolen
    FROM attempts a
    LEFT JOIN catching c
      ON c.game_pk = a.game_pk AND c.at_bat_index = a.at_bat_index AND c.runner_index = a.runner_index
)
SELECT
    c.role,
    c.player_id,
    max(p.full_name)                                                AS player,
    count(*) FILTER (WHERE c.is_stolen)                             AS stolen,
    count(*) FILTER (WHERE NOT c.is_stolen)                         AS caught,
    round(100.0 * count(*) FILTER (WHERE c.is_stolen) / count(*), 1) AS stolen_percent
FROM counted c
LEFT JOIN game.live_game_players p
  ON p.game_pk = c.game_pk AND p.game_date = c.game_date AND p.player_id = c.player_id
GROUP BY c.role, c.player_id
ORDER BY role DESC, stolen DESC, caught, player_id
