/*
doc: >-
  One row per plate appearance with the state in which it began: outs, bases, score, and who pitched before it.
  The live feed says only what was true after it.
columns:
  batting_team_id: The team at bat.
  fielding_team_id: The team in the field.
  outs_before: Outs when it began.
  on_1b_id: The runner on first when it began.
  on_2b_id: The runner on second when it began; the one that an extra inning begins with is placed by its first event.
  on_3b_id: The runner on third when it began.
  previous_pitcher_id: The last pitcher of the plate appearance before it, of the same team; at first its starter.
*/
SELECT
    p.game_pk,
    p.at_bat_index,
    p.inning,
    p.half_inning,
    CASE WHEN p.half_inning = 'top' THEN away.team_id ELSE home.team_id END AS batting_team_id,
    CASE WHEN p.half_inning = 'top' THEN home.team_id ELSE away.team_id END AS fielding_team_id,
    coalesce(lag(p.outs) OVER (PARTITION BY p.game_pk, p.inning, p.half_inning ORDER BY p.at_bat_index), 0)
        AS outs_before,
    lag(p.post_on_first_id) OVER (PARTITION BY p.game_pk, p.inning, p.half_inning ORDER BY p.at_bat_index) AS on_1b_id,
    lag(p.post_on_second_id) OVER (PARTITION BY p.game_pk, p.inning, p.half_inning ORDER BY p.at_bat_index) AS on_2b_id,
    lag(p.post_on_third_id) OVER (PARTITION BY p.game_pk, p.inning, p.half_inning ORDER BY p.at_bat_index) AS on_3b_id,
    coalesce(lag(p.away_score) OVER (PARTITION BY p.game_pk ORDER BY p.at_bat_index), 0) AS away_score_before,
    coalesce(lag(p.home_score) OVER (PARTITION BY p.game_pk ORDER BY p.at_bat_index), 0) AS home_score_before,
    coalesce(
        lag(p.pitcher_id) OVER (PARTITION BY p.game_pk, p.half_inning ORDER BY p.at_bat_index), starter.player_id
    ) AS previous_pitcher_id
FROM game.live_game_plays p
LEFT JOIN game.live_game_teams away ON away.game_pk = p.game_pk AND NOT away.is_home
LEFT JOIN game.live_game_teams home ON home.game_pk = p.game_pk AND home.is_home
LEFT JOIN game.live_game_pitchers starter
  ON starter.game_pk = p.game_pk AND starter.appearance_order = 1
 AND starter.is_home = (p.half_inning = 'top')
