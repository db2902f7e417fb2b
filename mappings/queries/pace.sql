/*
question: "14 Pace: seconds between pitches, mound visits, timeouts"
doc: >-
  How fast games are played. Seconds are those from a pitch to the next one of the same plate appearance with nothing in
  between, no visit, no throw to a base.
params:
  game_pk: {type: bigint, doc: "One game; all without.", default: null}
  season: {type: integer, doc: "One calendar year; all without.", default: null}
columns:
  minutes: Duration of the game.
  median_seconds: Between pitches.
  empty_seconds: The median with nobody on base.
  runners_seconds: The median with runners.
  mound_visits: As they happened; the feed's count of those that are used up may be lower.
  timeouts: That batters asked for.
  disengagements: Throws to a base and steps off the rubber.
  violations: Of the pitch clock and the like.
*/
WITH intervals AS (
    SELECT
        game_pk,
        coalesce(on_1b_id, on_2b_id, on_3b_id) IS NULL AS is_empty,
        CASE WHEN event_index = previous_index + 1 THEN extract(epoch FROM start_time - previous_time) END AS seconds
    FROM (
        SELECT
            p.*,
            lag(event_index) OVER (PARTITION BY game_pk, at_bat_index ORDER BY event_index) AS previous_index,
            lag(start_time)  OVER (PARTITION BY game_pk, at_bat_index ORDER BY event_index) AS previous_time
        FROM mart.pitches p
    ) p
    WHERE (:game_pk IS NULL OR game_pk = :game_pk)
      AND (:season IS NULL OR game_date BETWEEN make_date(:season, 1, 1) AND make_date(:season, 12, 31))
), rhythm AS (
    SELECT
        game_pk,
        count(*)                                                                              AS pitches,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds)                                  AS median_seconds,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY CASE WHEN is_empty THEN seconds END)      AS empty_seconds,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY CASE WHEN NOT is_empty THEN seconds END)  AS runners_seconds
    FROM intervals
    GROUP BY game_pk
), stops AS (
    SELECT
        game_pk, game_date,
        count(*) FILTER (WHERE event_type = 'mound_visit')          AS mound_visits,
        count(*) FILTER (WHERE event_type = 'batter_timeout')       AS timeouts,
        count(*) FILTER (WHERE type IN ('pickoff', 'stepoff'))      AS disengagements,
        count(*) FILTER (WHERE violation IS NOT NULL)               AS violations
    FROM game.live_game_play_actions
    WHERE (:game_pk IS NULL OR game_pk = :game_pk)
      AND (:season IS NULL OR game_date BETWEEN make_date(:season, 1, 1) AND make_date(:season, 12, 31))
    GROUP BY game_pk, game_date
)
SELECT
    m.game_date,
    m.game_pk,
    m.game_duration_minutes                 AS minutes,
    r.pitches,
    round(r.median_seconds::numeric, 1)     AS median_seconds,
    round(r.empty_seconds::numeric, 1)      AS empty_seconds,
    round(r.runners_seconds::numeric, 1)    AS runners_seconds,
    coalesce(s.mound_visits, 0)             AS mound_visits,
    coalesce(s.timeouts, 0)                 AS timeouts,
    coalesce(s.disengagements, 0)           AS disengagements,
    coalesce(s.violations, 0)               AS violations
FROM rhythm r
JOIN game.live_game_metadata m ON m.game_pk = r.game_pk
LEFT JOIN stops s ON s.game_pk = m.game_pk AND s.game_date = m.game_date
ORDER BY m.game_date, m.game_pk
