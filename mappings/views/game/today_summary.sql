/*
doc: One row per game of the present baseball day (see schedule.today) whose live feed is loaded, with its score.
engines: [postgres]
columns:
  baseball_day: The day that the view takes for today.
*/
SELECT
    day.baseball_day,
    m.game_pk,
    m.date_time AS scheduled_at,
    m.abstract_game_state,
    m.detailed_state,
    away.team_id AS away_team_id,
    away.abbreviation AS away_team,
    away_line.runs AS away_runs,
    away_line.hits AS away_hits,
    away_line.errors AS away_errors,
    home.team_id AS home_team_id,
    home.abbreviation AS home_team,
    home_line.runs AS home_runs,
    home_line.hits AS home_hits,
    home_line.errors AS home_errors,
    l.current_inning,
    l.inning_state,
    l.outs,
    v.name AS venue,
    m.timecode,
    m.captured_at
FROM (SELECT (now() AT TIME ZONE 'America/Los_Angeles' - interval '3 hours')::date AS baseball_day) day
JOIN game.live_game_metadata m ON m.official_date = day.baseball_day
LEFT JOIN game.live_game_teams away ON away.game_pk = m.game_pk AND NOT away.is_home
LEFT JOIN game.live_game_teams home ON home.game_pk = m.game_pk AND home.is_home
LEFT JOIN game.live_game_linescore l ON l.game_pk = m.game_pk
LEFT JOIN game.live_game_linescore_teams away_line ON away_line.game_pk = m.game_pk AND NOT away_line.is_home
LEFT JOIN game.live_game_linescore_teams home_line ON home_line.game_pk = m.game_pk AND home_line.is_home
LEFT JOIN game.live_game_venue_details v ON v.game_pk = m.game_pk
