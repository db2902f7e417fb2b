/*
doc: >-
  One row per base that an event changed: who stands on it after the event, NULL if nobody. A runner who moves several
  times on one event leaves the base where he began and arrives at the one where he ends.
columns:
  event_index: The event of the plate appearance.
  base: 1B, 2B or 3B.
  runner_id: Who stands on the base after the event.
*/
WITH moves AS (
    SELECT DISTINCT
        game_pk,
        at_bat_index,
        play_index AS event_index,
        runner_id,
        first_value(start_base) OVER (
            PARTITION BY game_pk, at_bat_index, play_index, runner_id ORDER BY runner_index
        ) AS start_base,
        last_value(end_base) OVER (
            PARTITION BY game_pk, at_bat_index, play_index, runner_id ORDER BY runner_index
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ) AS end_base
    FROM game.live_game_runners
    WHERE runner_id IS NOT NULL AND play_index IS NOT NULL
), touched AS (
    SELECT game_pk, at_bat_index, event_index, end_base AS base, runner_id
    FROM moves
    WHERE end_base IN ('1B', '2B', '3B')
    UNION ALL
    SELECT game_pk, at_bat_index, event_index, start_base AS base, NULL::bigint AS runner_id
    FROM moves
    WHERE start_base IN ('1B', '2B', '3B') AND start_base IS DISTINCT FROM end_base
    UNION ALL
    SELECT game_pk, at_bat_index, event_index,
           CASE base WHEN 1 THEN '1B' WHEN 2 THEN '2B' ELSE '3B' END AS base, player_id AS runner_id
    FROM game.live_game_play_actions
    WHERE event_type = 'runner_placed' AND base BETWEEN 1 AND 3 AND player_id IS NOT NULL
)
SELECT game_pk, at_bat_index, event_index, base, max(runner_id) AS runner_id
FROM touched
GROUP BY game_pk, at_bat_index, event_index, base
