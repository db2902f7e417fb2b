/*
question: "16 State of the game at time T"
doc: >-
  Where a game stood at a moment: inning, count, bases and score that the first event after it found. Replayed from
  the newest feed; `state` is the newest state of which a response is stored, for game.extract_jsonpath.
params:
  game_pk: {type: bigint, doc: "The game."}
  at: {type: timestamptz, doc: "The moment; without it, the end.", default: null}
columns:
  is_over: Whether nothing happened after it; then bases and count are empty.
  last_event: What happened last before it.
  last_event_at: When that ended.
  away_score: Runs of the visitors.
  home_score: Runs of the home team.
  state: Timecode of the newest stored state up to that moment, YYYYMMDD_HHMMSS in UTC.
  raw_id: The response that has it.
*/
WITH events AS (
    SELECT game_pk, at_bat_index, event_index, end_time, call_description AS said
    FROM game.live_game_pitch_events
    WHERE game_pk = :game_pk
    UNION ALL
    SELECT game_pk, at_bat_index, event_index, end_time, description AS said
    FROM game.live_game_play_actions
    WHERE game_pk = :game_pk
), next_event AS (
    SELECT s.*
    FROM events e
    JOIN mart.event_states s
      ON s.game_pk = e.game_pk AND s.at_bat_index = e.at_bat_index AND s.event_index = e.event_index
    WHERE s.game_pk = :game_pk AND e.end_time > :at
    ORDER BY e.at_bat_index, e.event_index
    LIMIT 1
), last_event AS (
    SELECT said, end_time
    FROM events
    WHERE :at IS NULL OR end_time <= :at
    ORDER BY at_bat_index DESC, event_index DESC
    LIMIT 1
), stored AS (
    SELECT timecode, raw_id
    FROM game.live_game_v1
    WHERE game_pk = :game_pk AND status_code = 200
      AND (:at IS NULL OR timecode <= to_char(:at AT TIME ZONE 'UTC', 'YYYYMMDD_HH24MISS'))
    ORDER BY timecode DESC, captured_at DESC
    LIMIT 1
)
SELECT
    m.game_pk,
    n.at_bat_index IS NULL                            AS is_over,
    coalesce(p.inning, l.current_inning)              AS inning,
    coalesce(p.half_inning, lower(l.inning_half))     AS half_inning,
    n.balls_before                                    AS balls,
    n.strikes_before                                  AS strikes,
    n.outs_before                                     AS outs,
    first.full_name                                   AS on_first,
    second.full_name                                  AS on_second,
    third.full_name                                   AS on_third,
    coalesce(n.away_score_before, away.runs)          AS away_score,
    coalesce(n.home_score_before, home.runs)          AS home_score,
    batter.full_name                                  AS batter,
    pitcher.full_name                                 AS pitcher,
    e.said                                            AS last_event,
    e.end_time                                        AS last_event_at,
    s.timecode                                        AS state,
    s.raw_id
FROM game.live_game_metadata m
LEFT JOIN next_event n ON n.game_pk = m.game_pk
LEFT JOIN last_event e ON true
LEFT JOIN stored s ON true
LEFT JOIN game.live_game_plays p
  ON p.game_pk = n.game_pk AND p.game_date = m.game_date AND p.at_bat_index = n.at_bat_index
LEFT JOIN game.live_game_linescore l ON l.game_pk = m.game_pk AND l.game_date = m.game_date
LEFT JOIN game.live_game_linescore_teams away
  ON away.game_pk = m.game_pk AND away.game_date = m.game_date AND NOT away.is_home
LEFT JOIN game.live_game_linescore_teams home
  ON home.game_pk = m.game_pk AND home.game_date = m.game_date AND home.is_home
LEFT JOIN game.live_game_players first
  ON first.game_pk = n.game_pk AND first.game_date = m.game_date AND first.player_id = n.on_1b_id
LEFT JOIN game.live_game_players second
  ON second.game_pk = n.game_pk AND second.game_date = m.game_date AND second.player_id = n.on_2b_id
LEFT JOIN game.live_game_players third
  ON third.game_pk = n.game_pk AND third.game_date = m.game_date AND third.player_id = n.on_3b_id
LEFT JOIN game.live_game_players batter
  ON batter.game_pk = n.game_pk AND batter.game_date = m.game_date AND batter.player_id = n.batter_id
LEFT JOIN game.live_game_players pitcher
  ON pitcher.game_pk = n.game_pk AND pitcher.game_date = m.game_date AND pitcher.player_id = n.pitcher_id
WHERE m.game_pk = :game_pk
