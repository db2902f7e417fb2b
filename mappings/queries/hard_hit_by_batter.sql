/*
question: "8 Exit velo / hard-hit / barrels by batter"
doc: >-
  How hard batters hit the ball. Hard-hit is 95 miles per hour or more. A barrel has at least 98 miles per hour and an
  angle that such balls leave the park with: from 26 to 30 degrees at 98, wider with each mile, up to 8 to 50 degrees;
  that is 1.5 * speed - angle >= 117, speed + angle >= 124, angle <= 50.
params:
  game_pk: {type: bigint, doc: "One game; all without.", default: null}
  season: {type: integer, doc: "One calendar year; all without.", default: null}
  batter_id: {type: bigint, doc: "One batter; all without.", default: null}
columns:
  balls_in_play: All, measured or not.
  measured: Those whose speed is known; the percentages are of these.
  longest: Feet of the farthest one.
*/
WITH batted AS (
    SELECT
        batter_id, batter_name, launch_speed, launch_angle, total_distance,
        launch_speed >= 95 AS is_hard_hit,
        launch_speed >= 98 AND launch_angle <= 50
            AND launch_speed * 1.5 - launch_angle >= 117 AND launch_speed + launch_angle >= 124 AS is_barrel
    FROM mart.pitches
    WHERE is_in_play
      AND (:game_pk IS NULL OR game_pk = :game_pk)
      AND (:season IS NULL OR game_date BETWEEN make_date(:season, 1, 1) AND make_date(:season, 12, 31))
      AND (:batter_id IS NULL OR batter_id = :batter_id)
)
SELECT
    batter_id,
    max(batter_name)                                                                AS batter,
    count(*)                                                                        AS balls_in_play,
    count(launch_speed)                                                             AS measured,
    round(avg(launch_speed)::numeric, 1)                                            AS average_speed,
    max(launch_speed)                                                               AS max_speed,
    round(avg(launch_angle)::numeric, 1)                                            AS average_angle,
    count(*) FILTER (WHERE is_hard_hit)                                             AS hard_hit,
    round(100.0 * count(*) FILTER (WHERE is_hard_hit) / nullif(count(launch_speed), 0), 1) AS hard_hit_percent,
    count(*) FILTER (WHERE is_barrel)                                               AS barrels,
    round(100.0 * count(*) FILTER (WHERE is_barrel) / nullif(count(launch_speed), 0), 1)   AS barrel_percent,
    max(total_distance)                                                             AS longest
FROM batted
GROUP BY batter_id
ORDER BY hard_hit DESC, average_speed DESC NULLS LAST, batter_id
