/*
doc: >-
  One row per play of the feed, nearly always a plate appearance (is_plate_appearance), with the state in which it began,
  the state before the event that ended it, and what came of it.
materialized: [game_pk, at_bat_index]
indexes: [[batter_id, game_date], [pitcher_id, game_date], [game_date]]
columns:
  game_date: The baseball day.
  batter_id: The last batter of the plate appearance.
  pitcher_id: The last pitcher of the plate appearance.
  outs_before: Outs when it began.
  start_1b_id: The runner on first when it began.
  start_2b_id: The runner on second when it began.
  start_3b_id: The runner on third when it began.
  on_1b_id: The runner on first before the event that ended it.
  on_2b_id: The runner on second before the event that ended it.
  on_3b_id: The runner on third before the event that ended it.
  is_risp: Whether a runner was in scoring position (second or third) before the event that ended it, as MLB counts.
  pitches: Pitches of it, of all pitchers.
  times_faced: Which plate appearance of the batter against this pitcher in the game it is, from 1.
  times_through_order: Which time the pitcher goes through the order, from 1; each has nine batters.
  is_plate_appearance: False if the half ended on the bases, before the batter was done.
  is_at_bat: Whether it is an official at bat.
  runs: Runs that scored during it, on any event.
*/
WITH endings AS (
    SELECT
        game_pk, at_bat_index,
        coalesce(max(CASE WHEN is_pitch THEN event_index END), max(event_index)) AS event_index,
        count(CASE WHEN is_pitch THEN 1 END) AS pitches
    FROM mart.event_states
    GROUP BY game_pk, at_bat_index
), scored AS (
    SELECT game_pk, at_bat_index, count(CASE WHEN end_base = 'score' THEN 1 END) AS runs
    FROM game.live_game_runners
    GROUP BY game_pk, at_bat_index
), outcomes AS (
    SELECT
        game_pk, at_bat_index,
        event_type IN (
            'single', 'double', 'triple', 'home_run', 'walk', 'intent_walk', 'hit_by_pitch', 'strikeout',
            'strikeout_double_play', 'strikeout_triple_play', 'field_out', 'force_out', 'grounded_into_double_play',
            'grounded_into_triple_play', 'double_play', 'triple_play', 'field_error', 'fielders_choice',
            'fielders_choice_out', 'sac_fly', 'sac_bunt', 'sac_fly_double_play', 'sac_bunt_double_play',
            'catcher_interf', 'batter_interference', 'fan_interference'
        ) AS is_plate_appearance,
        event_type IN (
            'walk', 'intent_walk', 'hit_by_pitch', 'sac_fly', 'sac_bunt', 'sac_fly_double_play', 'sac_bunt_double_play',
            'catcher_interf'
        ) AS is_no_at_bat
    FROM game.live_game_plays
)
SELECT
    p.game_pk,
    p.at_bat_index,
    m.official_date AS game_date,
    m.game_type,
    p.inning,
    p.half_inning,
    ps.batting_team_id,
    ps.fielding_team_id,
    p.batter_id,
    p.batter_full_name AS batter_name,
    p.bat_side_code AS stand,
    p.pitcher_id,
    p.pitcher_full_name AS pitcher_name,
    p.pitch_hand_code AS p_throws,
    ps.outs_before,
    ps.on_1b_id AS start_1b_id,
    ps.on_2b_id AS start_2b_id,
    ps.on_3b_id AS start_3b_id,
    s.on_1b_id,
    s.on_2b_id,
    s.on_3b_id,
    s.on_2b_id IS NOT NULL OR s.on_3b_id IS NOT NULL AS is_risp,
    ps.away_score_before,
    ps.home_score_before,
    coalesce(e.pitches, 0) AS pitches,
    row_number() OVER (PARTITION BY p.game_pk, p.pitcher_id, p.batter_id ORDER BY p.at_bat_index) AS times_faced,
    (row_number() OVER (PARTITION BY p.game_pk, p.pitcher_id ORDER BY p.at_bat_index) - 1) / 9 + 1
        AS times_through_order,
    p.event,
    p.event_type,
    p.description,
    o.is_plate_appearance,
    o.is_plate_appearance AND NOT o.is_no_at_bat AS is_at_bat,
    p.event_type IN ('single', 'double', 'triple', 'home_run') AS is_hit,
    p.rbi,
    coalesce(r.runs, 0) AS runs,
    p.outs AS outs_after,
    p.post_on_first_id AS end_1b_id,
    p.post_on_second_id AS end_2b_id,
    p.post_on_third_id AS end_3b_id,
    p.away_score AS away_score_after,
    p.home_score AS home_score_after,
    p.is_complete,
    p.start_time,
    p.end_time
FROM game.live_game_plays p
JOIN game.live_game_metadata m ON m.game_pk = p.game_pk
JOIN mart.play_states ps ON ps.game_pk = p.game_pk AND ps.at_bat_index = p.at_bat_index
JOIN outcomes o ON o.game_pk = p.game_pk AND o.at_bat_index = p.at_bat_index
LEFT JOIN endings e ON e.game_pk = p.game_pk AND e.at_bat_index = p.at_bat_index
LEFT JOIN mart.event_states s
  ON s.game_pk = e.game_pk AND s.at_bat_index = e.at_bat_index AND s.event_index = e.event_index
LEFT JOIN scored r ON r.game_pk = p.game_pk AND r.at_bat_index = p.at_bat_index
