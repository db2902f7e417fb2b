/*
doc: >-
  mart.pitches under the names of Baseball Savant's CSV files, for those columns that mean the same there.
columns:
  type: B for a ball, S for a strike, X for a ball in play.
  events: What ended the plate appearance; NULL but for its last pitch.
  at_bat_number: From 1.
  player_name: The pitcher.
  pfx_x: Feet of horizontal movement.
  pfx_z: Feet of vertical movement.
*/
SELECT
    p.game_pk,
    p.game_date,
    p.game_type,
    p.at_bat_index + 1 AS at_bat_number,
    p.pitch_number,
    p.pitch_type_code AS pitch_type,
    p.pitch_type_description AS pitch_name,
    p.start_speed AS release_speed,
    p.spin_rate AS release_spin_rate,
    p.spin_direction AS spin_axis,
    p.extension AS release_extension,
    pitcher.last_first_name AS player_name,
    p.pitcher_id AS pitcher,
    p.batter_id AS batter,
    p.stand,
    p.p_throws,
    home.abbreviation AS home_team,
    away.abbreviation AS away_team,
    p.inning,
    CASE WHEN p.half_inning = 'top' THEN 'Top' ELSE 'Bot' END AS inning_topbot,
    p.balls_before AS balls,
    p.strikes_before AS strikes,
    p.outs_before AS outs_when_up,
    p.on_1b_id AS on_1b,
    p.on_2b_id AS on_2b,
    p.on_3b_id AS on_3b,
    p.home_score_before AS home_score,
    p.away_score_before AS away_score,
    CASE WHEN p.half_inning = 'top' THEN p.away_score_before ELSE p.home_score_before END AS bat_score,
    CASE WHEN p.half_inning = 'top' THEN p.home_score_before ELSE p.away_score_before END AS fld_score,
    CASE WHEN p.is_in_play THEN 'X' WHEN p.is_strike THEN 'S' WHEN p.is_ball THEN 'B' END AS type,
    p.event_type AS events,
    p.description AS des,
    p.zone,
    p.plate_x,
    p.plate_z,
    p.sz_top,
    p.sz_bot,
    p.pfx_x / 12.0 AS pfx_x,
    p.pfx_z / 12.0 AS pfx_z,
    p.vx0,
    p.vy0,
    p.vz0,
    p.ax,
    p.ay,
    p.az,
    p.launch_speed,
    p.launch_angle,
    p.total_distance AS hit_distance_sc,
    p.trajectory AS bb_type,
    p.location AS hit_location,
    p.hit_coord_x AS hc_x,
    p.hit_coord_y AS hc_y
FROM mart.pitches p
LEFT JOIN game.live_game_teams home ON home.game_pk = p.game_pk AND home.is_home
LEFT JOIN game.live_game_teams away ON away.game_pk = p.game_pk AND NOT away.is_home
LEFT JOIN game.live_game_players pitcher ON pitcher.game_pk = p.game_pk AND pitcher.player_id = p.pitcher_id
