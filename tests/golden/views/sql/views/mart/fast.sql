/*
doc: One row per fast pitch.
materialized: [game_pk, pitch_index]
indexes: [[speed]]
columns: {speed: Miles per hour.}
aliases: {release_speed: speed}
*/
SELECT
    p.game_pk,
    p.pitch_index,
    p.speed,
    p.strikes / 2 AS half,
    row_number() OVER (PARTITION BY p.game_pk ORDER BY p.speed DESC) AS place
FROM mart.measured p
WHERE p.speed > 95  -- at 95 they are fast
