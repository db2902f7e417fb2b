/*
doc: >-
  One row per pitcher and game, as the boxscore has it, with his place among the pitchers, his decision, and what his
  pitches did. Innings are outs: 26 outs are eight and two thirds.
columns:
  game_date: The baseball day.
  appearance_order: From 1, in the order in which the team's pitchers appeared.
  is_starter: Whether he was the first.
  decision: winner, loser or save.
  outs: Outs that he got; three are an inning.
  pitches: Pitches of his, counted one by one; those before a change in the middle of a plate appearance are his, too.
  whiffs: Swings that missed, foul tips included.
  called_strikes: Strikes that were called.
  max_speed: Miles per hour of his fastest pitch.
*/
WITH thrown AS (
    SELECT
        game_pk,
        pitcher_id,
        count(*) AS pitches,
        count(CASE WHEN is_whiff THEN 1 END) AS whiffs,
        count(CASE WHEN is_called_strike THEN 1 END) AS called_strikes,
        max(start_speed) AS max_speed
    FROM mart.pitches
    GROUP BY game_pk, pitcher_id
)
SELECT
    s.game_pk,
    s.team_id,
    s.player_id,
    m.official_date AS game_date,
    m.game_type,
    t.is_home,
    t.abbreviation AS team,
    o.abbreviation AS opponent,
    x.full_name AS player_name,
    a.appearance_order,
    a.appearance_order = 1 AS is_starter,
    d.decision,
    s.innings_pitched_outs AS outs,
    s.batters_faced,
    s.hits,
    s.runs,
    s.earned_runs,
    s.base_on_balls,
    s.intentional_walks,
    s.hit_batsmen,
    s.strike_outs,
    s.home_runs,
    s.wild_pitches,
    s.balks,
    s.inherited_runners,
    s.inherited_runners_scored,
    s.holds,
    s.blown_saves,
    s.number_of_pitches,
    s.strikes,
    coalesce(p.pitches, 0) AS pitches,
    coalesce(p.whiffs, 0) AS whiffs,
    coalesce(p.called_strikes, 0) AS called_strikes,
    p.max_speed
FROM game.live_game_player_pitching_stats s
JOIN game.live_game_metadata m ON m.game_pk = s.game_pk
LEFT JOIN game.live_game_teams t ON t.game_pk = s.game_pk AND t.team_id = s.team_id
LEFT JOIN game.live_game_teams o ON o.game_pk = s.game_pk AND o.team_id <> s.team_id
LEFT JOIN game.live_game_boxscore_players x
  ON x.game_pk = s.game_pk AND x.team_id = s.team_id AND x.player_id = s.player_id
LEFT JOIN game.live_game_pitchers a
  ON a.game_pk = s.game_pk AND a.team_id = s.team_id AND a.player_id = s.player_id
LEFT JOIN game.live_game_decisions d ON d.game_pk = s.game_pk AND d.player_id = s.player_id
LEFT JOIN thrown p ON p.game_pk = s.game_pk AND p.pitcher_id = s.player_id
