/*
doc: What Spark would take for something else.
*/
SELECT
    game_pk,
    avg(pitch_number) AS a,  -- error[V111]
    sum(pitch_number)::bigint AS fine,
    max(call_code) AS b,  -- error[V111]
    max(call_code COLLATE "C") AS good,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY start_speed) AS c,  -- error[V111]
    max(start_time - end_time) AS d,  -- error[V111]
    max(start_speed)::bigint AS e,  -- error[V111]
    round(max(start_speed)) AS f,  -- error[V111]
    bool_or(call_code ~ '^S') AS g  -- error[V111]
FROM game.live_game_pitch_events
GROUP BY game_pk
