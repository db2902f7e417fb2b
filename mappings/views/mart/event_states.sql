/*
doc: >-
  One row per event of a plate appearance, pitches and others, with the state before it: count, outs, bases, score, and
  who pitches and bats. The live feed says only what was true after it, and only the last pitcher and batter.
columns:
  is_pitch: Whether it is a pitch.
  balls_before: Balls before the event.
  strikes_before: Strikes before the event.
  outs_before: Outs before the event, those made on the bases during the plate appearance included.
  on_1b_id: The runner on first before the event.
  on_2b_id: The runner on second before the event.
  on_3b_id: The runner on third before the event.
  away_score_before: Runs of the visitors before the event.
  home_score_before: Runs of the home team before the event.
  pitcher_id: Who pitches at this event, also if another one ends the plate appearance.
  batter_id: Who bats at this event, also if another one ends the plate appearance.
*/
WITH events AS (
    SELECT game_pk, at_bat_index, event_index, 1 AS pitch, balls, strikes
    FROM game.live_game_pitch_events
    UNION ALL
    SELECT game_pk, at_bat_index, event_index, 0 AS pitch, balls, strikes
    FROM game.live_game_play_actions
), counts AS (
    SELECT
        game_pk, at_bat_index, event_index, pitch,
        coalesce(lag(balls) OVER (PARTITION BY game_pk, at_bat_index ORDER BY event_index), 0) AS balls_before,
        coalesce(lag(strikes) OVER (PARTITION BY game_pk, at_bat_index ORDER BY event_index), 0) AS strikes_before
    FROM events
), running AS (
    SELECT
        e.game_pk, e.at_bat_index, e.event_index,
        count(CASE WHEN r.is_out THEN 1 END) AS outs,
        count(CASE WHEN r.end_base = 'score' THEN 1 END) AS runs
    FROM events e
    JOIN game.live_game_runners r
      ON r.game_pk = e.game_pk AND r.at_bat_index = e.at_bat_index AND r.play_index < e.event_index
    GROUP BY e.game_pk, e.at_bat_index, e.event_index
), newest AS (
    SELECT
        e.game_pk, e.at_bat_index, e.event_index, c.base, c.runner_id,
        row_number() OVER (
            PARTITION BY e.game_pk, e.at_bat_index, e.event_index, c.base ORDER BY c.event_index DESC
        ) AS nth
    FROM events e
    JOIN mart.base_changes c
      ON c.game_pk = e.game_pk AND c.at_bat_index = e.at_bat_index AND c.event_index < e.event_index
), bases AS (
    SELECT
        game_pk, at_bat_index, event_index,
        count(CASE WHEN base = '1B' THEN 1 END) AS changed_1b, max(CASE WHEN base = '1B' THEN runner_id END) AS on_1b_id,
        count(CASE WHEN base = '2B' THEN 1 END) AS changed_2b, max(CASE WHEN base = '2B' THEN runner_id END) AS on_2b_id,
        count(CASE WHEN base = '3B' THEN 1 END) AS changed_3b, max(CASE WHEN base = '3B' THEN runner_id END) AS on_3b_id
    FROM newest
    WHERE nth = 1
    GROUP BY game_pk, at_bat_index, event_index
), changes AS (
    SELECT
        c.game_pk, c.at_bat_index, c.event_index, c.player_in_id, c.player_out_id,
        c.position_code = '1' OR c.change_type = 'pitching_substitution' AS is_pitcher,
        c.change_type = 'offensive_substitution' AND c.player_in_id = p.batter_id AS is_batter
    FROM game.live_game_lineup_changes c
    JOIN game.live_game_plays p ON p.game_pk = c.game_pk AND p.at_bat_index = c.at_bat_index
), pitchers_before AS (
    SELECT e.game_pk, e.at_bat_index, e.event_index, c.player_in_id,
           row_number() OVER (
               PARTITION BY e.game_pk, e.at_bat_index, e.event_index ORDER BY c.event_index DESC
           ) AS nth
    FROM events e
    JOIN changes c ON c.game_pk = e.game_pk AND c.at_bat_index = e.at_bat_index AND c.event_index < e.event_index
    WHERE c.is_pitcher
), pitchers_after AS (
    SELECT e.game_pk, e.at_bat_index, e.event_index, c.player_out_id,
           row_number() OVER (
               PARTITION BY e.game_pk, e.at_bat_index, e.event_index ORDER BY c.event_index
           ) AS nth
    FROM events e
    JOIN changes c ON c.game_pk = e.game_pk AND c.at_bat_index = e.at_bat_index AND c.event_index >= e.event_index
    WHERE c.is_pitcher
), batters_after AS (
    SELECT e.game_pk, e.at_bat_index, e.event_index, c.player_out_id,
           row_number() OVER (
               PARTITION BY e.game_pk, e.at_bat_index, e.event_index ORDER BY c.event_index
           ) AS nth
    FROM events e
    JOIN changes c ON c.game_pk = e.game_pk AND c.at_bat_index = e.at_bat_index AND c.event_index >= e.event_index
    WHERE c.is_batter
), found AS (
    SELECT
        e.game_pk, e.at_bat_index, e.event_index, e.pitch = 1 AS is_pitch, e.balls_before, e.strikes_before,
        s.outs_before + coalesce(r.outs, 0) AS outs_before,
        CASE WHEN b.changed_1b > 0 THEN b.on_1b_id ELSE s.on_1b_id END AS on_1b_id,
        CASE WHEN b.changed_2b > 0 THEN b.on_2b_id ELSE s.on_2b_id END AS on_2b_id,
        CASE WHEN b.changed_3b > 0 THEN b.on_3b_id ELSE s.on_3b_id END AS on_3b_id,
        s.away_score_before + CASE WHEN s.half_inning = 'top' THEN coalesce(r.runs, 0) ELSE 0 END AS away_score_before,
        s.home_score_before + CASE WHEN s.half_inning = 'top' THEN 0 ELSE coalesce(r.runs, 0) END AS home_score_before,
        CASE
            WHEN earlier.player_in_id IS NOT NULL THEN earlier.player_in_id
            WHEN later.nth = 1 THEN coalesce(later.player_out_id, s.previous_pitcher_id)
            ELSE p.pitcher_id
        END AS pitcher_id,
        coalesce(pinch.player_out_id, p.batter_id) AS batter_id
    FROM counts e
    JOIN game.live_game_plays p ON p.game_pk = e.game_pk AND p.at_bat_index = e.at_bat_index
    JOIN mart.play_states s ON s.game_pk = e.game_pk AND s.at_bat_index = e.at_bat_index
    LEFT JOIN running r
      ON r.game_pk = e.game_pk AND r.at_bat_index = e.at_bat_index AND r.event_index = e.event_index
    LEFT JOIN bases b
      ON b.game_pk = e.game_pk AND b.at_bat_index = e.at_bat_index AND b.event_index = e.event_index
    LEFT JOIN pitchers_before earlier
      ON earlier.game_pk = e.game_pk AND earlier.at_bat_index = e.at_bat_index
     AND earlier.event_index = e.event_index AND earlier.nth = 1
    LEFT JOIN pitchers_after later
      ON later.game_pk = e.game_pk AND later.at_bat_index = e.at_bat_index
     AND later.event_index = e.event_index AND later.nth = 1
    LEFT JOIN batters_after pinch
      ON pinch.game_pk = e.game_pk AND pinch.at_bat_index = e.at_bat_index
     AND pinch.event_index = e.event_index AND pinch.nth = 1
)
SELECT
    f.game_pk, f.at_bat_index, f.event_index, f.is_pitch, f.balls_before, f.strikes_before, f.outs_before,
    coalesce(first.player_in_id, f.on_1b_id) AS on_1b_id,
    coalesce(second.player_in_id, f.on_2b_id) AS on_2b_id,
    coalesce(third.player_in_id, f.on_3b_id) AS on_3b_id,
    f.away_score_before, f.home_score_before, f.pitcher_id, f.batter_id
FROM found f
LEFT JOIN mart.pinch_runners first
  ON first.game_pk = f.game_pk AND first.at_bat_index = f.at_bat_index
 AND first.player_out_id = f.on_1b_id AND first.event_index < f.event_index
LEFT JOIN mart.pinch_runners second
  ON second.game_pk = f.game_pk AND second.at_bat_index = f.at_bat_index
 AND second.player_out_id = f.on_2b_id AND second.event_index < f.event_index
LEFT JOIN mart.pinch_runners third
  ON third.game_pk = f.game_pk AND third.at_bat_index = f.at_bat_index
 AND third.player_out_id = f.on_3b_id AND third.event_index < f.event_index
