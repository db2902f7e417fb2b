/*
doc: >-
  One row per pitch: who threw it to whom, in which state of count, bases, outs and score, how it moved, what became of
  it. All states are those before the pitch, as in Statcast; mart.pitches_savant has Statcast's names.
materialized: [game_pk, at_bat_index, event_index]
indexes: [[pitcher_id, game_date], [batter_id, game_date], [game_date]]
columns:
  game_date: The baseball day.
  play_id: The GUID of the pitch, unique in all games.
  pitcher_id: Who threw it, also if another one ended the plate appearance.
  batter_id: Who saw it, also if another one ended the plate appearance.
  stand: The side of the plate on which the batter stood, L or R.
  p_throws: The hand that threw it, L or R.
  balls_before: Balls before the pitch.
  strikes_before: Strikes before the pitch.
  outs_before: Outs before the pitch.
  on_1b_id: The runner on first before the pitch.
  on_2b_id: The runner on second before the pitch.
  on_3b_id: The runner on third before the pitch.
  away_score_before: Runs of the visitors before the pitch.
  home_score_before: Runs of the home team before the pitch.
  balls: Balls after the pitch.
  strikes: Strikes after the pitch.
  is_swing: Whether the batter swung or bunted at it.
  is_whiff: Whether he missed it; a foul tip that was caught counts as missed.
  is_called_strike: Whether the umpire called it a strike.
  is_last_pitch: Whether it is the last pitch of the plate appearance; only then event, event_type and description are given.
  pfx_x: Inches of horizontal movement; Statcast has feet.
  pfx_z: Inches of vertical movement; Statcast has feet.
aliases:
  release_speed: start_speed
  release_spin_rate: spin_rate
  spin_axis: spin_direction
  release_extension: extension
  pitch_type: pitch_type_code
  hc_x: hit_coord_x
  hc_y: hit_coord_y
  hit_distance_sc: total_distance
  bb_type: trajectory
  on_1b: on_1b_id
  on_2b: on_2b_id
  on_3b: on_3b_id
  outs_when_up: outs_before
*/
WITH last_pitches AS (
    SELECT game_pk, at_bat_index, max(event_index) AS event_index
    FROM game.live_game_pitch_events
    GROUP BY game_pk, at_bat_index
)
SELECT
    e.game_pk,
    e.at_bat_index,
    e.event_index,
    e.play_id,
    e.pitch_number,
    m.official_date AS game_date,
    m.game_type,
    p.inning,
    p.half_inning,
    ps.batting_team_id,
    ps.fielding_team_id,
    s.pitcher_id,
    pitcher.full_name AS pitcher_name,
    s.batter_id,
    batter.full_name AS batter_name,
    CASE
        WHEN s.batter_id = p.batter_id AND s.pitcher_id = p.pitcher_id THEN p.bat_side_code
        WHEN batter.bat_side_code IN ('L', 'R') THEN batter.bat_side_code
        WHEN pitcher.pitch_hand_code = 'L' THEN 'R'
        WHEN pitcher.pitch_hand_code = 'R' THEN 'L'
    END AS stand,
    CASE WHEN s.pitcher_id = p.pitcher_id THEN p.pitch_hand_code ELSE pitcher.pitch_hand_code END AS p_throws,
    s.balls_before,
    s.strikes_before,
    s.outs_before,
    s.on_1b_id,
    s.on_2b_id,
    s.on_3b_id,
    s.away_score_before,
    s.home_score_before,
    e.balls,
    e.strikes,
    e.pitch_type_code,
    e.pitch_type_description,
    e.call_code,
    e.call_description,
    e.is_ball,
    e.is_strike,
    e.is_in_play,
    e.call_code IN ('S', 'W', 'T', 'F', 'L', 'M', 'O', 'Q', 'R', 'X', 'D', 'E') AS is_swing,
    e.call_code IN ('S', 'W', 'T', 'M', 'O', 'Q') AS is_whiff,
    e.call_code = 'C' AS is_called_strike,
    e.start_speed,
    e.end_speed,
    e.plate_x,
    e.plate_z,
    e.sz_top,
    e.sz_bot,
    e.zone,
    e.extension,
    e.plate_time,
    e.spin_rate,
    e.spin_direction,
    e.break_vertical,
    e.break_vertical_induced,
    e.break_horizontal,
    e.pfx_x,
    e.pfx_z,
    e.x0,
    e.y0,
    e.z0,
    e.vx0,
    e.vy0,
    e.vz0,
    e.ax,
    e.ay,
    e.az,
    h.launch_speed,
    h.launch_angle,
    h.total_distance,
    h.trajectory,
    h.hardness,
    h.location,
    h.hit_coord_x,
    h.hit_coord_y,
    last.event_index IS NOT NULL AS is_last_pitch,
    CASE WHEN last.event_index IS NOT NULL THEN p.event END AS event,
    CASE WHEN last.event_index IS NOT NULL THEN p.event_type END AS event_type,
    CASE WHEN last.event_index IS NOT NULL THEN p.description END AS description,
    e.start_time,
    e.end_time
FROM game.live_game_pitch_events e
JOIN game.live_game_plays p ON p.game_pk = e.game_pk AND p.at_bat_index = e.at_bat_index
JOIN game.live_game_metadata m ON m.game_pk = e.game_pk
JOIN mart.play_states ps ON ps.game_pk = e.game_pk AND ps.at_bat_index = e.at_bat_index
JOIN mart.event_states s
  ON s.game_pk = e.game_pk AND s.at_bat_index = e.at_bat_index AND s.event_index = e.event_index
LEFT JOIN game.live_game_players pitcher ON pitcher.game_pk = e.game_pk AND pitcher.player_id = s.pitcher_id
LEFT JOIN game.live_game_players batter ON batter.game_pk = e.game_pk AND batter.player_id = s.batter_id
LEFT JOIN game.live_game_hit_data h
  ON h.game_pk = e.game_pk AND h.at_bat_index = e.at_bat_index AND h.event_index = e.event_index
LEFT JOIN last_pitches last
  ON last.game_pk = e.game_pk AND last.at_bat_index = e.at_bat_index AND last.event_index = e.event_index
